// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Refusal, Refused} from "../Refusal.sol";

/// @title A meter of volume used that drains with time; never a calendar day
///
///  bits 0-191    used        USD with 18 decimals, as of updatedAt
///  bits 192-255  updatedAt   seconds
///
/// It stores what is used, so no change of capacity or rate rewrites the past, and nothing but time credits it.
type VolumeMeter is uint256;

using VolumeMeterWord for VolumeMeter global;

library VolumeMeterWord {
    /// @notice USD with 18 decimals used as of now. `rateUsd` per second.
    function used(VolumeMeter meter, uint256 rateUsd) internal view returns (uint256) {
        uint256 word = VolumeMeter.unwrap(meter);
        uint256 stored = uint192(word);
        uint256 drained = rateUsd * (block.timestamp - (word >> 192));
        return stored > drained ? stored - drained : 0;
    }

    /// @notice The meter after a trade of `valueUsd`, which must fit: a capacity of zero forbids.
    function charged(VolumeMeter meter, uint256 valueUsd, uint256 capacityUsd, uint256 rateUsd)
        internal
        view
        returns (VolumeMeter)
    {
        uint256 sum = meter.used(rateUsd) + valueUsd;
        if (sum > capacityUsd) revert Refused(Refusal.VolumeExceeded, sum);
        return VolumeMeter.wrap(sum | (block.timestamp << 192));
    }
}
