// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {VaultState} from "./Types.sol";
import {IVault, VaultWords} from "./interfaces/IVault.sol";

/// @title A vault's words made readable
library VaultReading {
    /// @notice The state as of now: meters are drained, the checkpoint's age is judged.
    function stateOf(IVault vault) internal view returns (VaultState memory answer) {
        VaultWords memory words = vault.words();
        answer.paused = words.gate.paused();
        answer.suspended = words.gate.suspended();
        answer.tripped = words.gate.tripped();
        answer.isSealed = words.gate.isSealed();
        answer.sentinelRequired = words.gate.sentinelRequired();
        answer.incident = words.breaker.incident;
        answer.epoch = words.gate.epoch();
        answer.executor = words.gate.executor();
        answer.executorExpiry = words.gate.expiry();
        answer.checkpointAt = words.gate.checkpointAt();
        answer.checkpointFresh = words.gate.checkpointFresh(words.limits.maximumCheckpointAge());
        answer.suspendedAt = words.breaker.suspendedAt;
        answer.peakUsd = words.peakUsd;
        answer.netAssetValueUsd = words.netAssetValueUsd;
        answer.volumeUsedUsd = words.meters.volumeUsed(words.limits.volumeCapacityUsd());
        answer.lossUsedUsd = words.meters.lossUsed(words.limits.lossCapacityUsd());
        answer.refundUsedUsd = words.refundMeter.used(words.limits.refundCapacityUsd(), 1 days);
        answer.limits = words.limits.unpack();
        answer.reviewThreshold = words.reviewThreshold;
        answer.treasurerEpoch = words.gate.treasurerEpoch();
        answer.policyHash = words.policyHash;
    }
}
