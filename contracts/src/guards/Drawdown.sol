// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Gate} from "./Gate.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @title The high-water mark and the breaker that hangs on it
/// @notice One crossing suspends; a second one, 10 to 60 minutes later, trips. A lone bad price therefore stops trading
/// for a while and never needs reviewers.
library Drawdown {
    uint256 internal constant EARLIEST_CONFIRMATION = 10 minutes;
    uint256 internal constant LATEST_CONFIRMATION = 60 minutes;
    uint256 private constant BPS = 10_000;

    /// @notice Whether the vault's value fell past the limit. `valueHighUsd` is the most it can be worth, without the
    /// deposits and withdrawals since the last checkpoint.
    function crossed(uint256 valueHighUsd, uint256 peakUsd, uint256 drawdownBps) internal pure returns (bool) {
        return valueHighUsd * BPS < peakUsd * (BPS - drawdownBps);
    }

    /// @notice The gate after a checkpoint. A crossing before the confirmation window leaves the suspension as it is;
    /// one after it counts as a new first crossing; a healthy checkpoint lifts a suspension and never a trip.
    function judged(Gate gate, bool isCrossed) internal view returns (Gate) {
        if (gate.tripped()) return gate;
        if (!isCrossed) return gate.withoutSuspension();
        if (!gate.suspended()) return gate.withSuspension(block.timestamp);
        uint256 age = block.timestamp - gate.suspendedAt();
        if (age < EARLIEST_CONFIRMATION) return gate;
        if (age > LATEST_CONFIRMATION) return gate.withSuspension(block.timestamp);
        return gate.withTrip();
    }

    /// @notice The mark after a checkpoint: it rises with value that was earned (`before`), and scales with deposits and
    /// withdrawals (`after / before`), which therefore neither trip nor hide a drawdown. All in USD with 18 decimals,
    /// at the lowest prices.
    function peakAfter(uint256 peakUsd, uint256 beforeUsd, uint256 afterUsd) internal pure returns (uint256) {
        // Nothing was there: the first deposit sets the mark. A total loss without deposits must not erase it.
        if (beforeUsd == 0) return afterUsd == 0 ? peakUsd : afterUsd;
        return FixedPointMathLib.fullMulDivUp(FixedPointMathLib.max(peakUsd, beforeUsd), afterUsd, beforeUsd);
    }
}
