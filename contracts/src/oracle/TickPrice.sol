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
    uint256 private constant MOST_DECIMALS = 18;

    /// @notice The mean tick was rounded down, so the truth lies between it and the next, one basis point higher. Zeros where
    /// it is out of reach; never reverts. Prices are USD with 18 decimals per whole token.
    /// @param quoteLow Below 2^96, as `quoteHigh`.
    function bounds(TwapWord word, int256 tick, uint256 quoteLow, uint256 quoteHigh)
        internal
        pure
        returns (uint256 low, uint256 high)
    {
        if (word.tokenDecimals() > MOST_DECIMALS || word.quoteDecimals() > MOST_DECIMALS) return (0, 0);
        unchecked {
            // Price of the token in its quote is 1.0001^tick when it is token0, and 1.0001^-tick otherwise.
            int256 lower = word.tokenIsToken0() ? tick : -tick - 1;
            if (lower < -HIGHEST_TICK || lower >= HIGHEST_TICK) return (0, 0);
            // Less two: TickMath rounds roots up, and for the mirrored price it does so twice.
            uint256 root = TickMath.getSqrtPriceAtTick(int24(lower)) - 2;
            // Base units of the quote per base unit of the token, times 2^128: at most 2^215.
            uint256 ratio = FixedPointMathLib.fullMulDivN(root, root, 64);
            uint256 scale = 10 ** word.tokenDecimals();
            uint256 divisor = 10 ** word.quoteDecimals();
            low = FixedPointMathLib.fullMulDivN(ratio, quoteLow * scale, 128) / divisor;
            // A tick is a 10,000th. A little more makes up for what the root lost, and the last unit for the divisions.
            ratio += ratio / 9_999 + 2;
            high = FixedPointMathLib.fullMulDivN(ratio, quoteHigh * scale, 128) / divisor + 1;
            if (high > SourceTerms.HIGHEST_PRICE) return (0, 0);
        }
    }
}
