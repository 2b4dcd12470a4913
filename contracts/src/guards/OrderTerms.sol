// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Leg} from "../Types.sol";
import {Refusal, Refused} from "../Refusal.sol";

/// @title What must hold of an order by itself
library OrderTerms {
    /// @notice Seconds an order may live: one that leaks is harmless after that.
    uint256 internal constant LONGEST_LIFE = 5 minutes;
    uint256 internal constant MOST_LEGS = 16;

    function requireDeadline(uint64 deadline) internal view {
        if (block.timestamp > deadline) revert Refused(Refusal.DeadlinePassed, deadline);
        if (deadline - block.timestamp > LONGEST_LIFE) revert Refused(Refusal.DeadlineTooFar, deadline);
    }

    /// @notice Of two orders signed for one slice, only the first finds its index.
    function requireIndex(uint32 executionIndex, uint32 executionCount) internal pure {
        if (executionIndex != executionCount) revert Refused(Refusal.WrongExecutionIndex, executionCount);
    }

    /// @notice The legs' inputs add up to the order's, so that the router is left with nothing.
    function requireLegs(Leg[] calldata legs, uint256 amountIn) internal pure {
        if (legs.length == 0 || legs.length > MOST_LEGS) revert Refused(Refusal.LegsMismatch, legs.length);
        uint256 left = amountIn;
        for (uint256 i = 0; i < legs.length; i++) {
            uint256 part = legs[i].amountIn;
            if (part == 0 || part > left) revert Refused(Refusal.LegsMismatch, part);
            left -= part;
        }
        if (left != 0) revert Refused(Refusal.LegsMismatch, left);
    }
}
