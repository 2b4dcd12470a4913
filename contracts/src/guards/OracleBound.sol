// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Refusal, refuse} from "../Refusal.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @notice Prices of a pair, each on the side that makes the trade look worse. USD with 18 decimals per whole token.
struct Quote {
    uint256 priceIn; // the sold token's highest
    uint256 priceOut; // the bought token's lowest
    uint256 unitIn; // base units of one whole sold token
    uint256 unitOut; // base units of one whole bought token
    uint256 sizeFactor; // what volatility leaves of the size cap, in 255ths
}

/// @title No trade below the oracle's price less the slippage bound; all rounding goes against the trade
library OracleBound {
    uint256 private constant BPS = 10_000;
    uint256 private constant FULL_SIZE = 255;

    /// @notice What `amountIn` is worth, in base units of the bought token.
    function worth(Quote memory quote, uint256 amountIn) internal pure returns (uint256) {
        return FixedPointMathLib.fullMulDivUp(amountIn * quote.priceIn, quote.unitOut, quote.priceOut * quote.unitIn);
    }

    /// @notice What `amountIn` is worth, in USD with 18 decimals.
    function valueUsd(Quote memory quote, uint256 amountIn) internal pure returns (uint256) {
        return FixedPointMathLib.mulDivUp(amountIn, quote.priceIn, quote.unitIn);
    }

    /// @notice The least that `worth` base units of the bought token may bring; a bound of zero forbids.
    function requireAbove(uint256 worth_, uint256 amountOut, uint256 slippageBps) internal pure {
        if (slippageBps == 0) refuse(Refusal.BelowOracleBound, 0);
        uint256 least = FixedPointMathLib.mulDivUp(worth_, BPS - slippageBps, BPS);
        if (amountOut < least) refuse(Refusal.BelowOracleBound, least);
    }

    /// @notice The static cap, scaled down by the more volatile of the two tokens.
    function requireWithinCap(Quote memory quote, uint256 valueUsd_, uint256 sizeCapUsd) internal pure {
        uint256 cap = sizeCapUsd * quote.sizeFactor / FULL_SIZE;
        if (valueUsd_ > cap) refuse(Refusal.SizeCapExceeded, cap);
    }

    /// @notice What a trade of `given` USD with 18 decimals lost against the oracle, in the same; a gain is no credit.
    function lossUsd(Quote memory quote, uint256 given, uint256 received) internal pure returns (uint256) {
        uint256 got = FixedPointMathLib.fullMulDiv(received, quote.priceOut, quote.unitOut);
        return given > got ? given - got : 0;
    }
}
