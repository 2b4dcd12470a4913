// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Limits} from "../Types.sol";
import {Refusal, refuse} from "../Refusal.sol";

/// @title The limits in one word; what is USD is whole dollars here
///
///  bits 0-39     automaticLimit
///  bits 40-79    sizeCap
///  bits 80-119   volumeCapacity
///  bits 120-159  lossCapacity
///  bits 160-183  refundCapacity
///  bits 184-199  maximumSlippageBps
///  bits 200-215  drawdownBps
///  bits 216-231  referenceVolatilityBps
///  bits 232-255  maximumCheckpointAge  seconds
type LimitsWord is uint256;

using LimitTerms for LimitsWord global;

/// @notice Every limit tightens by going down, to zero, which forbids. Their outer bounds are constants.
library LimitTerms {
    uint256 internal constant HIGHEST_SLIPPAGE_BPS = 1_000;
    uint256 internal constant HIGHEST_DRAWDOWN_BPS = 5_000;
    uint256 internal constant HIGHEST_VOLATILITY_BPS = 5_000;
    uint256 internal constant LONGEST_CHECKPOINT_AGE = 1 days;
    uint256 private constant DOLLAR = 1e18;
    uint256 private constant AUTOMATIC_AT = 0;
    uint256 private constant SIZE_AT = 40;
    uint256 private constant VOLUME_AT = 80;
    uint256 private constant LOSS_AT = 120;
    uint256 private constant REFUND_AT = 160;
    uint256 private constant SLIPPAGE_AT = 184;
    uint256 private constant DRAWDOWN_AT = 200;
    uint256 private constant VOLATILITY_AT = 216;
    uint256 private constant AGE_AT = 232;
    /// @dev Of the fields above in bits, one byte each, the lowest field in the lowest byte.
    uint256 private constant WIDTHS = 0x181010101828282828;

    // --- USD with 18 decimals, basis points, seconds ---

    function automaticLimitUsd(LimitsWord word) internal pure returns (uint256) {
        return usd(uint40(LimitsWord.unwrap(word) >> AUTOMATIC_AT));
    }

    function sizeCapUsd(LimitsWord word) internal pure returns (uint256) {
        return usd(uint40(LimitsWord.unwrap(word) >> SIZE_AT));
    }

    function volumeCapacityUsd(LimitsWord word) internal pure returns (uint256) {
        return usd(uint40(LimitsWord.unwrap(word) >> VOLUME_AT));
    }

    function lossCapacityUsd(LimitsWord word) internal pure returns (uint256) {
        return usd(uint40(LimitsWord.unwrap(word) >> LOSS_AT));
    }

    function refundCapacityUsd(LimitsWord word) internal pure returns (uint256) {
        return usd(uint24(LimitsWord.unwrap(word) >> REFUND_AT));
    }

    function maximumSlippageBps(LimitsWord word) internal pure returns (uint16) {
        return uint16(LimitsWord.unwrap(word) >> SLIPPAGE_AT);
    }

    function drawdownBps(LimitsWord word) internal pure returns (uint16) {
        return uint16(LimitsWord.unwrap(word) >> DRAWDOWN_AT);
    }

    function referenceVolatilityBps(LimitsWord word) internal pure returns (uint16) {
        return uint16(LimitsWord.unwrap(word) >> VOLATILITY_AT);
    }

    function maximumCheckpointAge(LimitsWord word) internal pure returns (uint32) {
        return uint24(LimitsWord.unwrap(word) >> AGE_AT);
    }

    /// @dev Whole dollars of 40 bits: nothing overflows.
    function usd(uint256 dollars) private pure returns (uint256) {
        unchecked {
            return dollars * DOLLAR;
        }
    }

    // --- all of them ---

    /// @notice What is out of bounds is refused, what is less than a dollar is dropped.
    function pack(Limits memory limits) internal pure returns (LimitsWord) {
        return packed(limits, true);
    }

    function unpack(LimitsWord word) internal pure returns (Limits memory limits) {
        limits.automaticLimitUsd = word.automaticLimitUsd();
        limits.sizeCapUsd = word.sizeCapUsd();
        limits.volumeCapacityUsd = word.volumeCapacityUsd();
        limits.lossCapacityUsd = word.lossCapacityUsd();
        limits.refundCapacityUsd = word.refundCapacityUsd();
        limits.maximumSlippageBps = word.maximumSlippageBps();
        limits.drawdownBps = word.drawdownBps();
        limits.referenceVolatilityBps = word.referenceVolatilityBps();
        limits.maximumCheckpointAge = word.maximumCheckpointAge();
    }

    /// @notice The smaller of old and wanted, limit by limit. No argument makes it revert.
    function lowered(LimitsWord word, Limits memory wanted) internal pure returns (LimitsWord) {
        return merged(word, packed(wanted, false), true);
    }

    /// @notice The larger of old and wanted, limit by limit; what is out of bounds is refused.
    function raised(LimitsWord word, Limits memory wanted) internal pure returns (LimitsWord) {
        return merged(word, packed(wanted, true), false);
    }

    function packed(Limits memory limits, bool strict) private pure returns (LimitsWord) {
        uint256 word = fitted(limits.automaticLimitUsd / DOLLAR, type(uint40).max, strict) << AUTOMATIC_AT;
        word |= fitted(limits.sizeCapUsd / DOLLAR, type(uint40).max, strict) << SIZE_AT;
        word |= fitted(limits.volumeCapacityUsd / DOLLAR, type(uint40).max, strict) << VOLUME_AT;
        word |= fitted(limits.lossCapacityUsd / DOLLAR, type(uint40).max, strict) << LOSS_AT;
        word |= fitted(limits.refundCapacityUsd / DOLLAR, type(uint24).max, strict) << REFUND_AT;
        word |= fitted(limits.maximumSlippageBps, HIGHEST_SLIPPAGE_BPS, strict) << SLIPPAGE_AT;
        word |= fitted(limits.drawdownBps, HIGHEST_DRAWDOWN_BPS, strict) << DRAWDOWN_AT;
        word |= fitted(limits.referenceVolatilityBps, HIGHEST_VOLATILITY_BPS, strict) << VOLATILITY_AT;
        word |= fitted(limits.maximumCheckpointAge, LONGEST_CHECKPOINT_AGE, strict) << AGE_AT;
        return LimitsWord.wrap(word);
    }

    function fitted(uint256 value, uint256 highest, bool strict) private pure returns (uint256) {
        if (value <= highest) return value;
        if (strict) refuse(Refusal.OutOfBounds, value);
        return highest;
    }

    /// @dev Field by field, from the lowest bits up.
    function merged(LimitsWord one, LimitsWord other, bool smaller) private pure returns (LimitsWord) {
        uint256 result = 0;
        uint256 shift = 0;
        for (uint256 widths = WIDTHS; widths != 0; widths >>= 8) {
            uint256 mask = ((1 << (widths & 0xff)) - 1) << shift;
            uint256 a = LimitsWord.unwrap(one) & mask;
            uint256 b = LimitsWord.unwrap(other) & mask;
            result |= (a < b) == smaller ? a : b;
            shift += widths & 0xff;
        }
        return LimitsWord.wrap(result);
    }
}
