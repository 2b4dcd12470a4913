// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Verdict} from "../Types.sol";

/// @notice What the vault is worth, in USD with 18 decimals: with the deposits and withdrawals since the last
/// checkpoint (`after`) and without them (`before`), at the lowest and at the highest prices.
struct Valuation {
    int256 beforeLow;
    int256 beforeHigh;
    uint256 afterLow;
    uint256 afterHigh;
}

/// @title The sum over all assets
/// @notice Amounts are below 2^111 and prices below 2^96, so no sum of sixteen overflows.
library NetAssetValue {
    /// @notice `amount` and `flow` in base units, `unit` base units of one whole token. Returns what the asset adds to
    /// `afterLow`.
    function add(Valuation memory sum, Verdict memory verdict, uint256 amount, int256 flow, uint256 unit)
        internal
        pure
        returns (uint256 valueUsd)
    {
        // An amount lost from under the books leaves less than flowed in: it counts as the loss it is.
        unchecked {
            int256 earned = int256(amount) - flow;
            // What is missing costs most at the highest price.
            (uint256 least, uint256 most) = earned < 0 ? (verdict.high, verdict.low) : (verdict.low, verdict.high);
            sum.beforeLow += earned * int256(least) / int256(unit);
            sum.beforeHigh += earned * int256(most) / int256(unit);
            valueUsd = amount * verdict.low / unit;
            sum.afterLow += valueUsd;
            sum.afterHigh += amount * verdict.high / unit;
        }
    }

    function positive(int256 value) internal pure returns (uint256) {
        return value > 0 ? uint256(value) : 0;
    }
}
