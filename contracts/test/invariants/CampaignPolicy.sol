// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {VaultWords, IVault} from "../../src/interfaces/IVault.sol";
import {LimitTerms, LimitsWord} from "../../src/guards/LimitTerms.sol";
import {ContractSigner} from "../support/ContractSigner.sol";
import {CampaignFault} from "./CampaignFault.sol";
import {CampaignMarket} from "./CampaignMarket.sol";

/// @title What the vault's policy must be, kept apart from the vault
abstract contract CampaignPolicy is CampaignMarket, CampaignFault {
    // --- what the policy must be ---
    Limits internal allowed;
    address internal keyHolder; // the executor; zero: dropped
    uint64 internal keyExpiry;
    uint32 internal epoch;
    bool internal paused;
    bool internal suspended;
    bool internal tripped;
    bool internal sentinelOn;
    uint8 internal threshold;
    address internal person; // the treasurer
    uint8 internal treasurerEpoch;
    bytes32 internal retired; // MODEL while it is retired
    mapping(address token => Listing) internal listing;
    mapping(address account => bool) internal isGuardian;
    mapping(address account => bool) internal isReviewer;
    mapping(bytes4 selector => uint256) internal delay;

    // --- people ---
    ContractSigner[2] internal treasurers;
    ContractSigner[] internal signers; // reviewers, ascending; the last one comes and goes
    ContractSigner internal sentinelSigner;
    address internal otherGuardian = makeAddr("other guardian");

    // --- before the vault is deployed ---

    function hirePeople() internal {
        treasurers = [new ContractSigner(), new ContractSigner()];
        sentinelSigner = new ContractSigner();
        for (uint256 i = 0; i < 4; i++) {
            signers.push(new ContractSigner());
            for (uint256 j = i; j > 0 && address(signers[j]) < address(signers[j - 1]); j--) {
                (signers[j], signers[j - 1]) = (signers[j - 1], signers[j]);
            }
        }
    }

    function configuration() internal view override returns (VaultConfiguration memory c) {
        c = super.configuration();
        c.treasurer = address(treasurers[0]);
        c.reviewers = new address[](3);
        for (uint256 i = 0; i < 3; i++) {
            c.reviewers[i] = address(signers[i]);
        }
        c.executorExpiry = type(uint32).max;
        c.sentinel = address(sentinelSigner);
        c.assets[3].source = wethByTwap();
        c.limits = startLimits();
    }

    function startLimits() internal pure returns (Limits memory limits) {
        limits = defaultLimits();
        limits.lossCapacityUsd = 1_000e18;
        limits.maximumSlippageBps = 500;
        limits.refundCapacityUsd = 60e18;
        limits.drawdownBps = 500;
    }

    function notePolicy() internal {
        allowed = startLimits();
        keyHolder = executor;
        keyExpiry = type(uint32).max;
        epoch = vault.words().gate.epoch();
        sentinelOn = true;
        threshold = 2;
        person = address(treasurers[0]);
        listing[address(usdc)] = Listing.Feed;
        listing[address(weth)] = Listing.FeedAndTwap;
        isGuardian[guardian] = true;
        for (uint256 i = 0; i < 3; i++) {
            isReviewer[address(signers[i])] = true;
        }
    }

    // --- comparing ---

    /// @notice Whether the words of the vault say what they must, and one more component of the policy, another one each time.
    function comparePolicy(uint256 turn) internal {
        VaultWords memory words = vault.words();
        bool same = LimitsWord.unwrap(words.limits) == LimitsWord.unwrap(LimitTerms.pack(allowed))
            && words.gate.executor() == keyHolder && words.gate.expiry() == keyExpiry && words.gate.epoch() == epoch
            && words.gate.paused() == paused && words.gate.tripped() == tripped
            && words.gate.sentinelRequired() == sentinelOn && words.reviewThreshold == threshold
            && words.gate.treasurerEpoch() == treasurerEpoch && words.gate.isSealed();
        accuse(
            !same || !compareOne(turn), "I3 the policy is what it was, less what was taken and what the timelock gave"
        );
    }

    function compareOne(uint256 turn) private view returns (bool) {
        uint256 kind = turn % 9;
        if (kind == 0) return vault.isModelActive(MODEL) == (retired != MODEL);
        if (kind == 1) return compareListing(address(usdc));
        if (kind == 2) return compareListing(address(weth));
        if (kind == 3) return vault.isGuardian(otherGuardian) == isGuardian[otherGuardian];
        if (kind == 4) {
            address reviewer = address(signers[turn / 9 % 4]);
            return vault.isReviewer(reviewer) == isReviewer[reviewer];
        }
        if (kind == 5) return vault.treasurer() == person;
        if (kind == 6) return (vault.sentinel() != address(0)) == sentinelOn;
        if (kind == 7) return vault.owner() == owner && vault.isGuardian(guardian);
        bytes4 selector = selectorOf(turn / 9 % 9);
        return vault.delayOf(selector) == delayOf(selector);
    }

    function compareListing(address token) private view returns (bool) {
        Listing now_ = vault.assetOf(token).book.listing;
        return now_ == listing[token];
    }

    function selectorOf(uint256 kind) internal pure returns (bytes4) {
        bytes4[9] memory list = [
            IVault.raiseLimits.selector,
            IVault.setExecutor.selector,
            IVault.setTreasurer.selector,
            IVault.setGuardian.selector,
            IVault.setReviewer.selector,
            IVault.setSentinel.selector,
            IVault.allowModel.selector,
            IVault.listAsset.selector,
            IVault.lowerDelay.selector
        ];
        return list[kind];
    }

    function delayOf(bytes4 selector) internal view returns (uint256) {
        return most(delay[selector], 1 days);
    }
}
