// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Gate} from "./Gate.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @notice What a trade need not read.
struct Breaker {
    uint32 incident; // number of the latest trip, 0 before the first
    uint40 suspendedAt; // seconds; of the first crossing, 0 where nothing is suspended
}

/// @title The high-water mark and the breaker that hangs on it
/// @notice One crossing suspends; a second one, 10 to 60 minutes later, trips. A lone bad price therefore stops trading
/// for a while and never needs reviewers.
library Drawdown {
    uint256 internal constant EARLIEST_CONFIRMATION = 10 minutes;
    uint256 internal constant LATEST_CONFIRMATION = 60 minutes;
    /// @notice A lower mark protects nothing, and rounding could move a vault this empty past any limit.
    uint256 internal constant SMALLEST_MARK = 1e18;
    uint256 private constant BPS = 10_000;

    /// @notice Whether the vault's value fell past the limit. `valueHighUsd` is the most it can be worth, without the
    /// deposits and withdrawals since the last checkpoint.
    function crossed(uint256 valueHighUsd, uint256 peakUsd, uint256 drawdownBps) internal pure returns (bool) {
        // Values are below 2^212, and a drawdown at most half.
        unchecked {
            return peakUsd >= SMALLEST_MARK && valueHighUsd * BPS < peakUsd * (BPS - drawdownBps);
        }
    }

    /// @notice Gate and breaker after a checkpoint. A crossing before the confirmation window leaves the suspension as it
    /// is; one after it counts as a new first crossing; a healthy checkpoint lifts a suspension and never a trip.
    function judged(Gate gate, Breaker memory breaker, bool isCrossed) internal view returns (Gate, Breaker memory) {
        if (gate.tripped()) return (gate, breaker);
        if (!isCrossed) {
            breaker.suspendedAt = 0;
            return (gate.withoutSuspension(), breaker);
        }
        // Time does not run backwards, and trips are at least ten minutes apart.
        unchecked {
            uint256 age = block.timestamp - breaker.suspendedAt;
            if (!gate.suspended() || age > LATEST_CONFIRMATION) {
                breaker.suspendedAt = uint40(block.timestamp);
                return (gate.withSuspension(), breaker);
            }
            if (age < EARLIEST_CONFIRMATION) return (gate, breaker);
            breaker.incident++;
            breaker.suspendedAt = 0;
            return (gate.withTrip(), breaker);
        }
    }

    /// @notice The mark after a checkpoint: it rises with value that was earned (`before`), and scales with deposits and
    /// withdrawals (`after / before`), which therefore neither trip nor hide a drawdown. All in USD with 18 decimals,
    /// at the lowest prices.
    function peakAfter(uint256 peakUsd, uint256 beforeUsd, uint256 afterUsd) internal pure returns (uint256) {
        // Nothing was there: the first deposit sets the mark. A total loss without deposits must not erase it.
        // Nor does a mark too small: a deposit would multiply what it was rounded by.
        uint256 risen = FixedPointMathLib.max(peakUsd, beforeUsd);
        if (beforeUsd == 0 || risen < SMALLEST_MARK) return afterUsd == 0 ? peakUsd : afterUsd;
        return FixedPointMathLib.fullMulDivUp(risen, afterUsd, beforeUsd);
    }

    /// @notice The mark when `rest` stays of `whole`: shares of the value at the last checkpoint, of all assets that the mark still
    /// stands for. It never rises.
    function peakWithout(uint256 peakUsd, uint256 rest, uint256 whole) internal pure returns (uint256) {
        if (rest >= whole) return peakUsd;
        return FixedPointMathLib.fullMulDivUp(peakUsd, rest, whole);
    }
}
