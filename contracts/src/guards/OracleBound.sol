// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Refusal, Refused} from "../Refusal.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @notice Prices of a pair, each on the side that makes the trade look worse. USD with 18 decimals per whole token.
struct Quote {
    uint256 priceIn; // the sold token's highest
    uint256 priceOut; // the bought token's lowest
    uint256 unitIn; // base units of one whole sold token
    uint256 unitOut; // base units of one whole bought token
}

/// @title No trade below the oracle's price less the slippage bound; all rounding goes against the trade
library OracleBound {
    uint256 private constant BPS = 10_000;

    /// @notice What `amountIn` is worth, in base units of the bought token.
    function worth(Quote memory quote, uint256 amountIn) internal pure returns (uint256) {
        return FixedPointMathLib.fullMulDivUp(amountIn * quote.priceIn, quote.unitOut, quote.priceOut * quote.unitIn);
    }

    /// @notice What `amountIn` is worth, in USD with 18 decimals.
    function valueUsd(Quote memory quote, uint256 amountIn) internal pure returns (uint256) {
        return FixedPointMathLib.fullMulDivUp(amountIn, quote.priceIn, quote.unitIn);
    }

    /// @notice `amountOut` must reach the worth of `amountIn` less `slippageBps`; a bound of zero forbids.
    function requireAbove(Quote memory quote, uint256 amountIn, uint256 amountOut, uint256 slippageBps) internal pure {
        if (slippageBps == 0) revert Refused(Refusal.BelowOracleBound, 0);
        uint256 least = FixedPointMathLib.fullMulDivUp(worth(quote, amountIn), BPS - slippageBps, BPS);
        if (amountOut < least) revert Refused(Refusal.BelowOracleBound, least);
    }
}
