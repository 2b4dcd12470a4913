// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {PoolQuery, PoolState} from "../src/interfaces/ILens.sol";
import {LensWorld, Spot} from "./support/LensWorld.sol";
import {TickMath} from "@uniswap/v4-core/src/libraries/TickMath.sol";

/// @title What a caller knows already, and when it stops being true
contract LensKnownTest is LensWorld {
    int24 private constant SPACING = 60;
    int24 private constant WORD = 256 * SPACING;
    uint256 private constant AMOUNT = 1e17;

    /// @notice Two words to each side of the price, and positions within and without.
    function kept(bool managed) private returns (Spot memory spot, PoolState memory earlier) {
        spot = spotAt(managed, 3000, SPACING, 100);
        provide(spot, -20 * WORD, 20 * WORD, 1e18);
        provide(spot, -WORD, WORD + SPACING, 1e18);
        provide(spot, -SPACING, 3 * SPACING, 5e18);
        earlier = see(asking(spot, type(uint256).max, type(uint256).max, 2));
        assertEq(earlier.tickLower, -2 * WORD);
        assertEq(earlier.tickUpper, 3 * WORD - 1);
        assertEq(earlier.ticks.length, 4);
        assertFalse(earlier.ticksKnown);
    }

    function again(Spot memory spot, PoolState memory earlier) private view returns (PoolState memory) {
        return see(knowing(asking(spot, AMOUNT, AMOUNT, 2), earlier));
    }

    function assertKnown(PoolState memory p, PoolState memory earlier) private pure {
        assertTrue(p.exists && p.ticksKnown);
        assertEq(p.ticks.length, 0);
        assertEq(p.tickLower, earlier.tickLower);
        assertEq(p.tickUpper, earlier.tickUpper);
        assertTrue(p.reached0 && p.reached1);
    }

    /// @notice No swap within the window changes what is known, and the price is the new one.
    function testFuzz_swapsWithin_keepIt(bool managed, uint256[4] memory amounts, uint8 directions) public {
        (Spot memory spot, PoolState memory earlier) = kept(managed);
        for (uint256 i = 0; i < amounts.length; i++) {
            bool down = (directions >> i) & 1 != 0;
            tradeWithin(spot, down, bound(amounts[i], 1, 3e18), earlier);
            PoolState memory p = see(knowing(asking(spot, 0, 0, 0), earlier));
            assertKnown(p, earlier);
            (uint160 root, int24 tick) = priceOf(spot);
            assertEq(p.sqrtPriceX96, root);
            assertEq(p.tick, tick);
            assertEq(p.liquidity, liquidityOf(spot));
        }
    }

    /// @notice Up to the window's border, if the price is not there yet.
    function tradeWithin(Spot memory spot, bool down, uint256 amount, PoolState memory window) private {
        (uint160 root,) = priceOf(spot);
        uint160 limit = border(down ? window.tickLower + 1 : window.tickUpper);
        if (down ? limit < root : limit > root) trade(spot, down, amount, limit);
    }

    function border(int24 tick) private pure returns (uint160) {
        return TickMath.getSqrtPriceAtTick(tick);
    }

    /// @notice With a bound within, liquidity that comes or goes changes it; with both without, not.
    function testFuzz_mintsAndBurns_changeItWithinOnly(bool managed, int24 lower, int24 upper, bool burn) public {
        (Spot memory spot, PoolState memory earlier) = kept(managed);
        lower = floorTo(int24(bound(lower, -4 * WORD, 5 * WORD)), SPACING);
        upper = floorTo(int24(bound(upper, lower + SPACING, 5 * WORD + SPACING)), SPACING);
        if (burn) {
            provide(spot, lower, upper, 1e15);
            earlier = see(asking(spot, type(uint256).max, type(uint256).max, 2));
        }
        assertKnown(again(spot, earlier), earlier);
        provide(spot, lower, upper, burn ? -int256(1e15) : int256(1e15));
        PoolState memory p = again(spot, earlier);
        bool within = inside(earlier, lower) || inside(earlier, upper);
        assertEq(p.ticksKnown, !within);
        if (!within) return assertKnown(p, earlier);
        // The whole window as it is now.
        PoolState memory fresh = see(asking(spot, type(uint256).max, type(uint256).max, 2));
        assertEq(abi.encode(p.ticks), abi.encode(fresh.ticks));
        assertEq(p.tickLower, earlier.tickLower);
        assertEq(p.tickUpper, earlier.tickUpper);
        assertTrue(digestOf(p.ticks) != digestOf(earlier.ticks));
    }

    function inside(PoolState memory window, int24 tick) private pure returns (bool) {
        return window.tickLower <= tick && tick <= window.tickUpper;
    }

    /// @notice Once the price has left it, what was known is of no use.
    function testFuzz_windowLeft_sendsTheTicks(bool managed, bool down) public {
        (Spot memory spot, PoolState memory earlier) = kept(managed);
        trade(spot, down, 1e30, border(down ? earlier.tickLower - 1 : earlier.tickUpper + 1));
        (, int24 tick) = priceOf(spot);
        assertFalse(inside(earlier, tick));
        PoolState memory p = again(spot, earlier);
        assertFalse(p.ticksKnown);
        assertTrue(inside(p, tick));
        assertEq(abi.encode(p), abi.encode(see(asking(spot, AMOUNT, AMOUNT, 2))));
    }

    /// @notice An amount that needs more than is known has all of it sent.
    function testFuzz_largerReach_sendsTheTicks(bool managed, bool down) public {
        (Spot memory spot, PoolState memory earlier) = kept(managed);
        uint256 amount = 1e20; // to a 100th of the price and less: more than two words, less than nine
        PoolQuery memory query = asking(spot, down ? amount : 0, down ? 0 : amount, 9);
        PoolState memory p = see(knowing(query, earlier));
        assertFalse(p.ticksKnown);
        assertTrue(down ? p.reached0 : p.reached1);
        assertTrue(down ? p.tickLower < earlier.tickLower : p.tickUpper > earlier.tickUpper);
        assertGt(p.ticks.length, 0);
        // With no words to go further, what is known is all there is.
        query.words = 2;
        p = see(knowing(query, earlier));
        assertTrue(p.ticksKnown);
        assertFalse(down ? p.reached0 : p.reached1);
    }

    /// @notice A window wider than `words` is read all the same, and judged as a whole.
    function testFuzz_widerKnownWindow_counts(bool managed) public {
        (Spot memory spot,) = kept(managed);
        PoolState memory wide = see(asking(spot, 1e20, 1e20, 9));
        assertTrue(wide.reached0 && wide.reached1);
        PoolState memory p = see(knowing(asking(spot, 1e20, 1e20, 0), wide));
        assertKnown(p, wide);
    }

    /// @notice Bounds that no answer ever had are none, whatever is said to be known within.
    function testFuzz_otherBounds_areIgnored(bool managed, int24 lower, int24 upper, bytes32 digest) public {
        (Spot memory spot,) = kept(managed);
        PoolQuery memory query = asking(spot, AMOUNT, AMOUNT, 2);
        bytes memory plain = abi.encode(see(query));
        (query.knownLower, query.knownUpper, query.knownTicks) = (lower, upper, digest);
        bool whole = (lower % WORD == 0 || lower == -887272) && ((upper + 1) % WORD == 0 || upper == 887272);
        vm.assume(!whole);
        assertEq(abi.encode(see(query)), plain);
    }

    function test_otherBounds_nearMisses() public {
        (Spot memory spot, PoolState memory earlier) = kept(true);
        int24[2][6] memory bounds = [
            [earlier.tickLower - 1, earlier.tickUpper],
            [earlier.tickLower + 1, earlier.tickUpper],
            [earlier.tickLower, earlier.tickUpper - 1],
            [earlier.tickLower, earlier.tickUpper + 1],
            [earlier.tickUpper, earlier.tickLower],
            [int24(0), int24(0)]
        ];
        for (uint256 i = 0; i < bounds.length; i++) {
            PoolQuery memory query = knowing(asking(spot, AMOUNT, AMOUNT, 2), earlier);
            (query.knownLower, query.knownUpper) = (bounds[i][0], bounds[i][1]);
            assertFalse(see(query).ticksKnown);
        }
    }

    function testFuzz_otherDigest_sendsTheTicks(bool managed, bytes32 digest) public {
        (Spot memory spot, PoolState memory earlier) = kept(managed);
        vm.assume(digest != digestOf(earlier.ticks));
        PoolQuery memory query = knowing(asking(spot, AMOUNT, AMOUNT, 2), earlier);
        query.knownTicks = digest;
        PoolState memory p = see(query);
        assertFalse(p.ticksKnown);
        assertEq(abi.encode(p.ticks), abi.encode(earlier.ticks));
    }

    /// @notice A window without any initialised tick can be known too.
    function test_emptyWindow_isKnown() public {
        Spot memory spot = spotAt(true, 3000, SPACING, 100);
        provide(spot, -20 * WORD, 20 * WORD, 1e18);
        PoolState memory earlier = see(asking(spot, AMOUNT, AMOUNT, 2));
        assertEq(earlier.ticks.length, 0);
        assertFalse(earlier.ticksKnown);
        PoolQuery memory query = knowing(asking(spot, AMOUNT, AMOUNT, 2), earlier);
        assertEq(query.knownTicks, keccak256(""));
        assertKnown(see(query), earlier);
    }

    /// @notice Three ticks, byte by byte. The agent's own digest is tested with the same.
    function test_digest_isThatOfTheseBytes() public {
        Spot memory spot = spotAt(true, 3000, SPACING, 100);
        provide(spot, -120, 180, 1e18);
        provide(spot, -60, 180, 23);
        PoolState memory p = see(asking(spot, type(uint256).max, 0, 1));
        PoolQuery memory query = knowing(asking(spot, 0, 0, 0), p);
        query.knownTicks = keccak256(
            abi.encodePacked(
                hex"ffff8800000000000000000de0b6b3a7640000",
                hex"ffffc400000000000000000000000000000017",
                hex"0000b4fffffffffffffffff21f494c589bffe9"
            )
        );
        assertTrue(see(query).ticksKnown);
    }
}
