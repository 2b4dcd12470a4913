// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {TwapWord, TwapWordBits} from "../../src/guards/TwapWord.sol";
import {TickPrice} from "../../src/oracle/TickPrice.sol";
import {TickMath} from "@uniswap/v4-core/src/libraries/TickMath.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";
import {Test} from "forge-std/Test.sol";

/// @title The interval of prices that one tick stands for
contract TickPriceTest is Test {
    function wordOf(uint8 tokenDecimals, uint8 quoteDecimals, bool tokenIsToken0) private pure returns (TwapWord) {
        return TwapWordBits.pack(address(1), 100, 50, tokenDecimals, quoteDecimals, 0, tokenIsToken0);
    }

    function decimalsOf(uint256 seed) private pure returns (uint8) {
        uint8[3] memory all = [6, 8, 18];
        return all[seed % 3];
    }

    /// @dev floor(root^2 * quotePrice * 10^(token - quote) / 2^192), by another way than the code under test; zero where it is
    /// too large for that.
    function priceAt(uint256 root, uint256 quotePrice, uint256 tokenDecimals, uint256 quoteDecimals)
        private
        pure
        returns (uint256)
    {
        uint256 perQuote = FixedPointMathLib.fullMulDiv(root, quotePrice * 10 ** tokenDecimals, 2 ** 96);
        return FixedPointMathLib.fullMulDiv(perQuote, root, 2 ** 96 * 10 ** quoteDecimals);
    }

    /// @notice Wherever in its tick the pool's price lies, it lies in the interval: of token0.
    function testFuzz_bounds_holdEveryPriceOfTheTick_token0(int24 tick, uint256 within, uint256 seed) public pure {
        tick = int24(bound(tick, -300_000, 300_000));
        (uint8 tokenDecimals, uint8 quoteDecimals) = (decimalsOf(seed), decimalsOf(seed >> 8));
        uint256 root =
            bound(within, TickMath.getSqrtPriceAtTick(tick), uint256(TickMath.getSqrtPriceAtTick(tick + 1)) - 1);
        (uint256 low, uint256 high) =
            TickPrice.bounds(wordOf(tokenDecimals, quoteDecimals, true), tick, 0.99e18, 1.01e18);
        if (high == 0) return;
        assertLe(low, priceAt(root, 0.99e18, tokenDecimals, quoteDecimals));
        assertGt(high, priceAt(root, 1.01e18, tokenDecimals, quoteDecimals));
    }

    /// @notice The same of token1, whose price is one over the pool's.
    function testFuzz_bounds_holdEveryPriceOfTheTick_token1(int24 tick, uint256 within, uint256 seed) public pure {
        tick = int24(bound(tick, -300_000, 300_000));
        (uint8 tokenDecimals, uint8 quoteDecimals) = (decimalsOf(seed), decimalsOf(seed >> 8));
        uint256 root =
            bound(within, TickMath.getSqrtPriceAtTick(tick), uint256(TickMath.getSqrtPriceAtTick(tick + 1)) - 1);
        (uint256 low, uint256 high) = TickPrice.bounds(wordOf(tokenDecimals, quoteDecimals, false), tick, 1e18, 1e18);
        if (high == 0) return;
        // low * root^2 / 2^192 <= 10^18 * 10^(token - quote) < high * root^2 / 2^192
        uint256 unit = 1e18 * 10 ** tokenDecimals;
        assertLe(backThrough(low, root, quoteDecimals), unit);
        assertGe(backThrough(high, root, quoteDecimals) + 1, unit);
    }

    function backThrough(uint256 price, uint256 root, uint256 quoteDecimals) private pure returns (uint256) {
        return FixedPointMathLib.fullMulDiv(
            FixedPointMathLib.fullMulDiv(price * 10 ** quoteDecimals, root, 2 ** 96), root, 2 ** 96
        );
    }

    /// @notice One tick wide and no wider: a basis point, and what integers cannot say.
    function testFuzz_bounds_areOneBasisPointApart(int24 tick, uint256 seed, bool isToken0) public pure {
        tick = int24(bound(tick, -599_999, 599_998));
        TwapWord word = wordOf(decimalsOf(seed), decimalsOf(seed >> 8), isToken0);
        (uint256 low, uint256 high) = TickPrice.bounds(word, tick, 1e18, 1e18);
        if (high == 0) return;
        assertLe(high, low + low / 9_998 + low / 1e9 + 3);
        assertGe(high, low + low / 10_000);
    }

    /// @notice The two orders mirror each other: a token at tick t is worth what its mirror image at -t - 1 is.
    function testFuzz_bounds_mirror(int24 tick, uint256 seed, uint256 quotePrice) public pure {
        tick = int24(bound(tick, -700_000, 700_000));
        quotePrice = bound(quotePrice, 1, type(uint96).max);
        (uint8 tokenDecimals, uint8 quoteDecimals) = (decimalsOf(seed), decimalsOf(seed >> 8));
        (uint256 low0, uint256 high0) =
            TickPrice.bounds(wordOf(tokenDecimals, quoteDecimals, true), tick, quotePrice, quotePrice);
        (uint256 low1, uint256 high1) =
            TickPrice.bounds(wordOf(tokenDecimals, quoteDecimals, false), -tick - 1, quotePrice, quotePrice);
        assertEq(low0, low1);
        assertEq(high0, high1);
    }

    /// @notice A word is the vault's and a tick a pool's: whatever both say, there is an answer, and it fits.
    function testFuzz_bounds_neverRevert(uint256 word, int24 tick, uint96 quoteLow, uint96 quoteHigh) public pure {
        if (quoteLow > quoteHigh) (quoteLow, quoteHigh) = (quoteHigh, quoteLow);
        (uint256 low, uint256 high) = TickPrice.bounds(TwapWord.wrap(word), tick, quoteLow, quoteHigh);
        assertLe(low, type(uint96).max);
        assertLe(high, type(uint96).max);
    }

    function testFuzz_bounds_neverRevert_onPlausibleWords(int24 tick, uint96 quote, uint256 seed, bool isToken0)
        public
        pure
    {
        tick = int24(bound(tick, -887_272, 887_272));
        TwapWord word = wordOf(uint8(seed % 21), uint8((seed >> 8) % 21), isToken0);
        (uint256 low, uint256 high) = TickPrice.bounds(word, tick, quote, quote);
        assertTrue(low <= high && high <= type(uint96).max);
    }

    function test_bounds_endSixHundredThousandTicksOut() public pure {
        TwapWord token0 = wordOf(6, 18, true);
        (, uint256 high) = TickPrice.bounds(token0, 600_000, 1, 1);
        assertEq(high, 0);
        (, high) = TickPrice.bounds(token0, 599_999, 1, 1);
        assertGt(high, 0);
        (, high) = TickPrice.bounds(token0, -600_000, type(uint96).max, type(uint96).max);
        assertGt(high, 0);
        (, high) = TickPrice.bounds(token0, -600_001, type(uint96).max, type(uint96).max);
        assertEq(high, 0);
    }

    function test_bounds_endAtEighteenDecimals() public pure {
        (uint256 low,) = TickPrice.bounds(wordOf(18, 18, true), 0, 1e18, 1e18);
        assertGt(low, 0);
        (low,) = TickPrice.bounds(wordOf(19, 18, true), 0, 1e18, 1e18);
        assertEq(low, 0);
        (low,) = TickPrice.bounds(wordOf(18, 19, true), 0, 1e18, 1e18);
        assertEq(low, 0);
    }

    /// @notice Known numbers: a pool of one USDC a DAI, and one of 3,000 USDC a WETH.
    function test_bounds_knownPrices() public pure {
        (uint256 low, uint256 high) = TickPrice.bounds(wordOf(18, 6, true), -276_325, 1e18, 1e18);
        assertApproxEqRel(low, 1e18, 0.0001e18);
        assertApproxEqRel(high, 1e18, 0.0001e18);
        (low, high) = TickPrice.bounds(wordOf(18, 6, false), 196_256, 1e18, 1e18);
        assertApproxEqRel(low, 3_000e18, 0.0002e18);
        assertApproxEqRel(high, 3_000e18, 0.0002e18);
    }
}
