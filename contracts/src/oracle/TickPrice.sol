// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {SourceTerms} from "../guards/SourceTerms.sol";
import {TwapWord} from "../guards/TwapWord.sol";
import {TickMath} from "@uniswap/v4-core/src/libraries/TickMath.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @title What a pool's mean tick says a token is worth in USD
library TickPrice {
    /// @notice Beyond it one base unit buys 2^86 of the other, and precision ends.
    int256 private constant HIGHEST_TICK = 600_000;

    /// @notice The mean tick was rounded down, so the truth lies between it and the next, one basis point higher. Zeros where
    /// it is out of reach. Prices are USD with 18 decimals per whole token.
    function bounds(TwapWord word, int256 tick, uint256 quoteLow, uint256 quoteHigh)
        internal
        pure
        returns (uint256 low, uint256 high)
    {
        // Price of the token in its quote is 1.0001^tick when it is token0, and 1.0001^-tick otherwise.
        int256 lower = word.tokenIsToken0() ? tick : -tick - 1;
        if (lower < -HIGHEST_TICK || lower >= HIGHEST_TICK) return (0, 0);
        uint256 root = TickMath.getSqrtPriceAtTick(int24(lower));
        // Base units of the quote per base unit of the token, times 2^128.
        uint256 ratio = FixedPointMathLib.fullMulDiv(root, root, 2 ** 64);
        uint256 scale = 10 ** word.tokenDecimals();
        uint256 divisor = 2 ** 128 * 10 ** word.quoteDecimals();
        low = FixedPointMathLib.fullMulDiv(ratio, quoteLow * scale, divisor);
        high = FixedPointMathLib.fullMulDivUp(ratio + ratio / 10_000 + 1, quoteHigh * scale, divisor);
        if (high > SourceTerms.HIGHEST_PRICE) return (0, 0);
    }
}
