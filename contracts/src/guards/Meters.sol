// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Refusal, refuse} from "../Refusal.sol";
import {DrainingMeter} from "./DrainingMeter.sol";

/// @title What has been traded and what has been lost, in one word
///
///  bits 0-103    volume   USD with 18 decimals used, as of updatedAt
///  bits 104-207  loss     the same
///  bits 208-255  updatedAt  seconds
///
/// Each drains its capacity in a day. The word holds what is used, so that no setting, reset or new key ever writes it:
/// only trades add, and only time takes away.
type Meters is uint256;

using MetersWord for Meters global;

library MetersWord {
    uint256 private constant LOSS_AT = 104;
    uint256 private constant TIME_AT = 208;

    function volumeUsed(Meters meters, uint256 capacityUsd) internal view returns (uint256) {
        return DrainingMeter.drained(uint104(Meters.unwrap(meters)), since(meters), capacityUsd, 1 days);
    }

    function lossUsed(Meters meters, uint256 capacityUsd) internal view returns (uint256) {
        return DrainingMeter.drained(uint104(Meters.unwrap(meters) >> LOSS_AT), since(meters), capacityUsd, 1 days);
    }

    /// @notice After a trade of `valueUsd` that lost `lossUsd`, both of which must fit: a capacity of zero forbids. Where nothing is
    /// lost, a loss meter that was lowered below what it shows does not matter.
    function charged(
        Meters meters,
        uint256 valueUsd,
        uint256 lossUsd,
        uint256 volumeCapacityUsd,
        uint256 lossCapacityUsd
    ) internal view returns (Meters) {
        uint256 volume = meters.volumeUsed(volumeCapacityUsd) + valueUsd;
        if (volume > volumeCapacityUsd) refuse(Refusal.VolumeExceeded, volume);
        uint256 loss = meters.lossUsed(lossCapacityUsd) + lossUsd;
        if (loss > lossCapacityUsd && lossUsd != 0) refuse(Refusal.LossExceeded, loss);
        return pack(volume, loss);
    }

    /// @dev Both are at most a capacity, or what a higher capacity let through: below 2^100.
    function pack(uint256 volume, uint256 loss) private view returns (Meters) {
        return Meters.wrap(volume | (loss << LOSS_AT) | (block.timestamp << TIME_AT));
    }

    function since(Meters meters) private view returns (uint256) {
        return block.timestamp - (Meters.unwrap(meters) >> TIME_AT);
    }
}
