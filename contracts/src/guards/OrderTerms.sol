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
    uint256 private constant LEG_SIZE = 6 * 32;
    uint256 private constant POOL_AT = 32;
    uint256 private constant AMOUNT_AT = 5 * 32;
    /// @notice `Venue.Section` as a number. By its name the compiler would share one check between all enums of four in the
    /// vault, and call it where it is cheaper in place.
    uint256 private constant SECTION = 3;

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

    /// @notice The inputs of the legs that sell `sell` add up to the order's, so that the router is left with nothing of it.
    /// What other sections plan to sell is the router's to divide; it only may not be nothing.
    /// @dev Every word is as it lies in calldata: what is no venue or no address counts as another, and the router refuses it.
    function requireLegs(Leg[] calldata legs, address sell, uint256 amountIn) internal pure {
        uint256 count = legs.length;
        if (count == 0 || count > MOST_LEGS) refuse(Refusal.LegsMismatch, count);
        // What legs may still sell in this section, and what of the order's input lies aside meanwhile.
        (uint256 left, uint256 aside) = (amountIn, 0);
        bool sells = true;
        uint256 leg;
        assembly {
            leg := legs.offset
        }
        // The legs lie in calldata, so that no position wraps around.
        unchecked {
            for (uint256 end = leg + count * LEG_SIZE; leg < end; leg += LEG_SIZE) {
                uint256 part = wordAt(leg + AMOUNT_AT);
                if (wordAt(leg) == SECTION) {
                    if (sells) aside = left;
                    sells = wordAt(leg + POOL_AT) == uint160(sell);
                    left = sells ? aside : type(uint256).max;
                    continue;
                }
                // Nothing, less one, is more than there ever is.
                if (part - 1 >= left) refuse(Refusal.LegsMismatch, part);
                left -= part;
            }
        }
        if (!sells) left = aside;
        if (left != 0) refuse(Refusal.LegsMismatch, left);
    }

    function wordAt(uint256 position) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(position)
        }
    }
}
