// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AssetState, VaultState, Verdict} from "./Types.sol";
import {Refusal} from "./Refusal.sol";
import {IPriceOracle, PriceQuery} from "./interfaces/IPriceOracle.sol";
import {IVault, VaultWords} from "./interfaces/IVault.sol";

import {Asset} from "./guards/AssetBook.sol";
import {TokenMove} from "./guards/TokenMove.sol";
import {TwapObservation} from "./oracle/TwapObservation.sol";

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

    /// @notice All assets the vault ever listed, priced as the vault would price them now.
    function assetsOf(IVault vault) internal view returns (AssetState[] memory list) {
        address[] memory tokens = vault.tokens();
        list = new AssetState[](tokens.length);
        for (uint256 i = 0; i < tokens.length; i++) {
            Asset memory asset = vault.assetOf(tokens[i]);
            list[i].token = tokens[i];
            list[i].listing = asset.book.listing;
            list[i].decimals = asset.book.decimals;
            list[i].booked = asset.book.booked;
            list[i].sizeFactorBps = uint256(asset.book.sizeFactor) * 10_000 / 255;
            list[i].hint = hintOf(asset);
            list[i].twapPool = asset.twap.pool();
            (bool answered, uint256 balance) = TokenMove.tryBalanceOf(tokens[i], address(vault));
            list[i].balance = balance;
            // A token that is out of order refuses for itself and leaves the others readable.
            if (answered) list[i].verdict = verdictOf(vault, tokens, asset, list[i].hint);
            else list[i].verdict.reason = Refusal.TransferFailed;
        }
    }

    /// @notice For `checkpoint` and `trip`.
    function hintsOf(IVault vault) internal view returns (uint16[] memory hints) {
        address[] memory tokens = vault.tokens();
        hints = new uint16[](tokens.length);
        for (uint256 i = 0; i < tokens.length; i++) {
            hints[i] = hintOf(vault.assetOf(tokens[i]));
        }
    }

    function hintOf(Asset memory asset) private view returns (uint16 hint) {
        if (asset.twap.pool() == address(0)) return 0;
        (, hint) = TwapObservation.find(asset.twap.pool());
    }

    function verdictOf(IVault vault, address[] memory tokens, Asset memory asset, uint16 hint)
        private
        view
        returns (Verdict memory)
    {
        PriceQuery memory query;
        query.feed = asset.feed;
        if (asset.twap.pool() != address(0)) {
            query.twap = asset.twap;
            query.quoteFeed = vault.assetOf(tokens[asset.twap.quoteIndex()]).feed;
            query.hint = hint;
        }
        return IPriceOracle(vault.oracle()).verdict(query);
    }
}
