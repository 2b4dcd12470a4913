// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Limits} from "../Types.sol";
import {Refusal, Refused} from "../Refusal.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @notice The limits in two words.
struct PackedLimits {
    uint128 automaticLimitUsd;
    uint128 volumeCapacityUsd;
    uint128 volumeRateUsd;
    uint16 maximumSlippageBps;
    uint16 drawdownBps;
    uint32 maximumCheckpointAge;
}

/// @title The limits: their constant outer bounds, and how they tighten
/// @notice Every one of them tightens by going down, to zero, which forbids.
library LimitTerms {
    uint256 internal constant HIGHEST_SLIPPAGE_BPS = 1_000;
    uint256 internal constant LOWEST_DRAWDOWN_BPS = 1;
    uint256 internal constant HIGHEST_DRAWDOWN_BPS = 5_000;
    uint256 internal constant LONGEST_CHECKPOINT_AGE = 1 days;

    function requireBounds(Limits memory limits) internal pure {
        requireAtMost(limits.automaticLimitUsd, type(uint128).max);
        requireAtMost(limits.volumeCapacityUsd, type(uint128).max);
        requireAtMost(limits.volumeRateUsd, type(uint128).max);
        requireAtMost(limits.maximumSlippageBps, HIGHEST_SLIPPAGE_BPS);
        if (limits.drawdownBps < LOWEST_DRAWDOWN_BPS) revert Refused(Refusal.OutOfBounds, limits.drawdownBps);
        requireAtMost(limits.drawdownBps, HIGHEST_DRAWDOWN_BPS);
        requireAtMost(limits.maximumCheckpointAge, LONGEST_CHECKPOINT_AGE);
    }

    function requireAtMost(uint256 value, uint256 highest) private pure {
        if (value > highest) revert Refused(Refusal.OutOfBounds, value);
    }

    /// @notice The smaller of old and new, limit by limit. No argument makes it revert.
    function lowered(Limits memory old, Limits calldata wanted) internal pure returns (Limits memory) {
        return Limits({
            automaticLimitUsd: FixedPointMathLib.min(old.automaticLimitUsd, wanted.automaticLimitUsd),
            volumeCapacityUsd: FixedPointMathLib.min(old.volumeCapacityUsd, wanted.volumeCapacityUsd),
            volumeRateUsd: FixedPointMathLib.min(old.volumeRateUsd, wanted.volumeRateUsd),
            maximumSlippageBps: uint16(FixedPointMathLib.min(old.maximumSlippageBps, wanted.maximumSlippageBps)),
            drawdownBps: uint16(FixedPointMathLib.min(old.drawdownBps, wanted.drawdownBps)),
            maximumCheckpointAge: uint32(FixedPointMathLib.min(old.maximumCheckpointAge, wanted.maximumCheckpointAge))
        });
    }

    /// @notice The limits are within bounds, so the casts lose nothing.
    function pack(Limits memory limits) internal pure returns (PackedLimits memory) {
        return PackedLimits({
            automaticLimitUsd: uint128(limits.automaticLimitUsd),
            volumeCapacityUsd: uint128(limits.volumeCapacityUsd),
            volumeRateUsd: uint128(limits.volumeRateUsd),
            maximumSlippageBps: limits.maximumSlippageBps,
            drawdownBps: limits.drawdownBps,
            maximumCheckpointAge: limits.maximumCheckpointAge
        });
    }

    function unpack(PackedLimits memory packed) internal pure returns (Limits memory) {
        return Limits({
            automaticLimitUsd: packed.automaticLimitUsd,
            volumeCapacityUsd: packed.volumeCapacityUsd,
            volumeRateUsd: packed.volumeRateUsd,
            maximumSlippageBps: packed.maximumSlippageBps,
            drawdownBps: packed.drawdownBps,
            maximumCheckpointAge: packed.maximumCheckpointAge
        });
    }
}
