// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Mandate, MandateProgress, Order} from "../Types.sol";
import {Refusal, Refused} from "../Refusal.sol";
import {TypedData} from "./TypedData.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @title The parent order: its identity, its sanity, and what a slice of it may be
library MandateTerms {
    bytes32 private constant TYPE = keccak256(
        "Mandate(bytes32 strategy,address sell,address buy,uint256 total,uint256 maximumSlice,uint64 start,uint64 end,uint32 minimumInterval,uint32 maximumExecutions,uint256 worstPrice,uint16 slippageBps,bytes32 configurationHash,uint256 salt)"
    );
    /// @notice `worstPrice` carries 36 decimals, so that pairs of any decimals keep their precision.
    uint256 internal constant PRICE_SCALE = 1e36;
    uint256 internal constant LONGEST_INTERVAL = 365 days;

    /// @notice A mandate's id: all members are static, so their ABI encoding is their EIP-712 encoding.
    function id(Mandate calldata mandate) internal view returns (bytes32) {
        return TypedData.digest(keccak256(abi.encode(TYPE, mandate)));
    }

    // --- when it is opened ---

    /// @notice Refuses terms that contradict themselves or the vault's bounds; the detail is the offending value.
    function requireSane(Mandate calldata mandate, uint16 maximumSlippageBps) internal view {
        if (mandate.sell == mandate.buy) revert Refused(Refusal.MandateInvalid, uint160(mandate.buy));
        requireBetween(mandate.total, 1, type(uint128).max);
        requireBetween(mandate.maximumSlice, 1, mandate.total);
        if (mandate.start >= mandate.end) revert Refused(Refusal.MandateInvalid, mandate.start);
        if (mandate.end <= block.timestamp) revert Refused(Refusal.MandateEnded, mandate.end);
        requireBetween(mandate.minimumInterval, 0, LONGEST_INTERVAL);
        requireBetween(mandate.maximumExecutions, 1, type(uint32).max);
        requireBetween(mandate.worstPrice, 1, type(uint192).max);
        requireBetween(mandate.slippageBps, 1, maximumSlippageBps);
    }

    function requireBetween(uint256 value, uint256 low, uint256 high) private pure {
        if (value < low || value > high) revert Refused(Refusal.MandateInvalid, value);
    }

    /// @notice An id opens once; closed, it never reopens.
    function requireUnused(MandateProgress memory progress) internal pure {
        if (progress.closed) revert Refused(Refusal.MandateClosed, 0);
        if (progress.open) revert Refused(Refusal.MandateExists, 0);
    }

    // --- when it is executed ---

    /// @notice The terms travel as calldata; their digest must be the id that was opened.
    function requireLive(Mandate calldata mandate, bytes32 mandateId, MandateProgress memory progress) internal view {
        if (progress.closed) revert Refused(Refusal.MandateClosed, 0);
        if (!progress.open || id(mandate) != mandateId) revert Refused(Refusal.MandateUnknown, uint256(mandateId));
        if (block.timestamp < mandate.start) revert Refused(Refusal.MandateNotStarted, mandate.start);
        if (block.timestamp > mandate.end) revert Refused(Refusal.MandateEnded, mandate.end);
    }

    function requireSlice(Mandate calldata mandate, uint256 amountIn, MandateProgress memory progress) internal view {
        if (amountIn == 0 || amountIn > mandate.maximumSlice) {
            revert Refused(Refusal.SliceTooLarge, mandate.maximumSlice);
        }
        uint256 next = uint256(progress.lastExecution) + mandate.minimumInterval;
        if (progress.lastExecution != 0 && block.timestamp < next) revert Refused(Refusal.TooSoon, next);
        if (progress.filled + amountIn > mandate.total) {
            revert Refused(Refusal.MandateExceeded, mandate.total - progress.filled);
        }
        if (progress.executionCount >= mandate.maximumExecutions) {
            revert Refused(Refusal.ExecutionsExhausted, mandate.maximumExecutions);
        }
    }

    function requireWorstPrice(Mandate calldata mandate, Order calldata order) internal pure {
        uint256 least = FixedPointMathLib.fullMulDivUp(order.amountIn, mandate.worstPrice, PRICE_SCALE);
        if (order.minimumOut < least) revert Refused(Refusal.WorstPrice, least);
    }

    /// @notice Progress after a slice; the input counts as filled whatever part of it comes back.
    function advanced(MandateProgress memory progress, uint256 amountIn)
        internal
        view
        returns (MandateProgress memory)
    {
        progress.filled += uint128(amountIn);
        progress.lastExecution = uint64(block.timestamp);
        progress.executionCount += 1;
        return progress;
    }
}
