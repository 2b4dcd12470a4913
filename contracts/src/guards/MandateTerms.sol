// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Mandate, MandateProgress, Order} from "../Types.sol";
import {Refusal, refuse} from "../Refusal.sol";
import {IVault} from "../interfaces/IVault.sol";
import {AssetBook} from "./AssetBook.sol";
import {Meter} from "./DrainingMeter.sol";
import {TypedData} from "./TypedData.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @title The parent order: its identity, its sanity, and what a slice of it may be
library MandateTerms {
    bytes32 private constant TYPE = keccak256(
        "Mandate(bytes32 strategy,address sell,address buy,uint256 total,uint256 maximumSlice,uint256 refillAmount,uint32 refillPeriod,uint64 start,uint64 end,uint32 minimumInterval,uint32 maximumExecutions,uint256 worstPrice,uint16 slippageBps,uint16 poorFillBps,uint8 maximumPoorFills,bytes32 configurationHash,uint256 salt)"
    );
    uint256 private constant SIZE = 17 * 32;
    /// @notice `worstPrice` carries 36 decimals, so that pairs of any decimals keep their precision.
    uint256 internal constant PRICE_SCALE = 1e36;
    uint256 internal constant LONGEST_INTERVAL = 365 days;
    uint256 private constant BPS = 10_000;

    /// @notice A mandate's id is what its treasurer signs.
    function id(Mandate calldata mandate, address vault) internal view returns (bytes32) {
        uint256 position;
        assembly {
            position := mandate
        }
        return TypedData.digest(TypedData.hashOf(TYPE, position, SIZE), vault);
    }

    // --- when it is opened ---

    /// @notice Refuses terms that contradict themselves or the vault's bounds; the detail is the offending value.
    function requireSane(Mandate calldata mandate, uint16 maximumSlippageBps) internal view {
        if (mandate.sell == mandate.buy) refuse(Refusal.MandateInvalid, uint160(mandate.buy));
        requireBetween(mandate.total, 1, AssetBook.LARGEST_AMOUNT);
        requireBetween(mandate.maximumSlice, 1, mandate.total);
        if (mandate.refillPeriod == 0) {
            requireBetween(mandate.refillAmount, 0, 0);
        } else {
            requireBetween(mandate.refillPeriod, 1, LONGEST_INTERVAL);
            requireBetween(mandate.refillAmount, mandate.maximumSlice, mandate.total);
        }
        if (mandate.start >= mandate.end) refuse(Refusal.MandateInvalid, mandate.start);
        if (mandate.end <= block.timestamp) refuse(Refusal.MandateEnded, mandate.end);
        requireBetween(mandate.minimumInterval, 0, LONGEST_INTERVAL);
        requireBetween(mandate.maximumExecutions, 1, type(uint32).max);
        requireBetween(mandate.worstPrice, 1, type(uint192).max);
        requireBetween(mandate.slippageBps, 1, maximumSlippageBps);
        requireBetween(mandate.poorFillBps, 1, mandate.slippageBps);
        requireBetween(mandate.maximumPoorFills, 1, type(uint8).max);
    }

    function requireBetween(uint256 value, uint256 low, uint256 high) private pure {
        if (value < low || value > high) refuse(Refusal.MandateInvalid, value);
    }

    /// @notice An id opens once; closed, it never reopens.
    function requireUnused(bool open, bool closed) internal pure {
        if (closed) refuse(Refusal.MandateClosed, 0);
        if (open) refuse(Refusal.MandateExists, 0);
    }

    /// @notice `MandateOpened` with the terms as they lie in calldata.
    function emitOpened(Mandate calldata mandate, bytes32 mandateId, address treasurer) internal {
        bytes32 topic = IVault.MandateOpened.selector;
        uint256 size = SIZE;
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, mandate, size)
            log3(free, size, topic, mandateId, treasurer)
        }
    }

    // --- when it is executed ---

    /// @notice The terms travel as calldata; their digest must be the id that was opened.
    function requireLive(
        Mandate calldata mandate,
        bytes32 mandateId,
        MandateProgress memory progress,
        uint8 treasurerEpoch
    ) internal view {
        if (progress.closed) refuse(Refusal.MandateClosed, 0);
        if (!progress.open || id(mandate, address(this)) != mandateId) {
            refuse(Refusal.MandateUnknown, uint256(mandateId));
        }
        if (progress.latched || progress.treasurerEpoch != treasurerEpoch) {
            refuse(Refusal.MandateLatched, progress.poorFills);
        }
        if (block.timestamp < mandate.start) refuse(Refusal.MandateNotStarted, mandate.start);
        if (block.timestamp > mandate.end) refuse(Refusal.MandateEnded, mandate.end);
    }

    function requireSlice(Mandate calldata mandate, uint256 amountIn, MandateProgress memory progress) internal view {
        if (amountIn == 0 || amountIn > mandate.maximumSlice) {
            refuse(Refusal.SliceTooLarge, mandate.maximumSlice);
        }
        uint256 next = uint256(progress.lastExecution) + mandate.minimumInterval;
        if (progress.lastExecution != 0 && block.timestamp < next) refuse(Refusal.TooSoon, next);
        if (progress.filled + amountIn > mandate.total) {
            refuse(Refusal.MandateExceeded, mandate.total - progress.filled);
        }
        if (progress.executionCount >= mandate.maximumExecutions) {
            refuse(Refusal.ExecutionsExhausted, mandate.maximumExecutions);
        }
    }

    /// @notice The refill meter of a standing mandate after a slice, which must fit: in any window W no more goes in than
    /// refillAmount + refillAmount * W / refillPeriod.
    function requireRefill(Mandate calldata mandate, Meter refill, uint256 amountIn)
        internal
        view
        returns (Meter next)
    {
        bool fits;
        (fits, next) = refill.charged(amountIn, mandate.refillAmount, mandate.refillPeriod);
        if (!fits) refuse(Refusal.RefillExceeded, refill.used(mandate.refillAmount, mandate.refillPeriod));
    }

    function requireWorstPrice(Mandate calldata mandate, Order calldata order) internal pure {
        uint256 least = FixedPointMathLib.fullMulDivUp(order.amountIn, mandate.worstPrice, PRICE_SCALE);
        if (order.minimumOut < least) refuse(Refusal.WorstPrice, least);
    }

    /// @notice Progress after a slice; the input counts as filled whatever part of it comes back.
    function advanced(MandateProgress memory progress, uint256 amountIn)
        internal
        view
        returns (MandateProgress memory)
    {
        progress.filled += uint112(amountIn);
        progress.lastExecution = uint40(block.timestamp);
        progress.executionCount += 1;
        return progress;
    }

    // --- after it was executed ---

    /// @notice Whether less came back than the worth of what was spent, less the mandate's measure of a poor fill.
    function isPoor(Mandate calldata mandate, uint256 received, uint256 worth) internal pure returns (bool) {
        return received < FixedPointMathLib.fullMulDivUp(worth, BPS - mandate.poorFillBps, BPS);
    }
}
