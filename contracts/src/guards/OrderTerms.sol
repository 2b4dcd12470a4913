// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Leg, Order} from "../Types.sol";
import {Refusal, refuse} from "../Refusal.sol";
import {TypedData} from "./TypedData.sol";

/// @title What must hold of an order by itself
library OrderTerms {
    bytes32 private constant TYPE = keccak256(
        "Order(bytes32 mandateId,uint256 amountIn,uint256 minimumOut,uint64 deadline,uint32 executionIndex,uint32 epoch,bytes32 decisionHead,bytes32 modelId,uint16 sellHint,uint16 buyHint)"
    );
    uint256 private constant SIZE = 10 * 32;
    /// @notice Seconds an order may live: one that leaks is harmless after that.
    uint256 internal constant LONGEST_LIFE = 5 minutes;
    uint256 internal constant MOST_LEGS = 16;

    /// @notice What a sentinel signs: the order, not its route.
    function digest(Order calldata order, address vault) internal view returns (bytes32) {
        uint256 position;
        assembly {
            position := order
        }
        return TypedData.digest(TypedData.hashOf(TYPE, position, SIZE), vault);
    }

    function requireDeadline(uint64 deadline) internal view {
        if (block.timestamp > deadline) refuse(Refusal.DeadlinePassed, deadline);
        if (deadline - block.timestamp > LONGEST_LIFE) refuse(Refusal.DeadlineTooFar, deadline);
    }

    /// @notice Of two orders signed for one slice, only the first finds its index.
    function requireIndex(uint32 executionIndex, uint32 executionCount) internal pure {
        if (executionIndex != executionCount) refuse(Refusal.WrongExecutionIndex, executionCount);
    }

    /// @notice The legs' inputs add up to the order's, so that the router is left with nothing.
    function requireLegs(Leg[] calldata legs, uint256 amountIn) internal pure {
        if (legs.length == 0 || legs.length > MOST_LEGS) refuse(Refusal.LegsMismatch, legs.length);
        uint256 left = amountIn;
        for (uint256 i = 0; i < legs.length; i++) {
            uint256 part = legs[i].amountIn;
            if (part == 0 || part > left) refuse(Refusal.LegsMismatch, part);
            unchecked {
                left -= part;
            }
        }
        if (left != 0) refuse(Refusal.LegsMismatch, left);
    }
}
