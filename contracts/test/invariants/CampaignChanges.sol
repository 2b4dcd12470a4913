// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {CampaignPolicy} from "./CampaignPolicy.sol";

/// @title Everybody who may change the policy, and some who may not
/// @notice Tightenings come with any argument at any time and must not revert. Loosenings count only where this contract's own
/// notes say that they were submitted, are ripe, have not expired and were not taken back.
abstract contract CampaignChanges is CampaignPolicy {
    uint256 private constant DOLLAR = 1e18;
    uint256 private constant MOST_SUBMISSIONS = 4;

    /// @notice What was submitted lately, to be tried again; what counts is in `ripeAt`.
    struct Submission {
        uint8 kind;
        uint256 seed;
    }

    Submission[MOST_SUBMISSIONS] private submissions;
    uint256 private submissionCount;
    mapping(uint256 epoch => mapping(bytes32 hash => uint256)) private ripeAt;

    // --- tightening ---

    function tightening(uint256 kind, uint256 seed, address by) internal {
        bytes memory data;
        if (kind == 0) (data, paused) = (abi.encodeCall(IVault.pause, ()), true);
        if (kind == 1) data = lowering(lowerThan(seed));
        if (kind == 2) data = abi.encodeCall(IVault.voidVouchers, ());
        if (kind == 3) data = quarantining(seed % 3 == 0 ? address(uint160(seed)) : tokenOf(seed));
        if (kind == 4) {
            bytes32 model = seed % 2 == 0 ? MODEL : bytes32(seed);
            if (model == MODEL) retired = MODEL;
            data = abi.encodeCall(IVault.retireModel, (model));
        }
        if (kind == 5) (data, keyHolder, keyExpiry) = (abi.encodeCall(IVault.dropExecutor, ()), address(0), 0);
        if (kind == 6) data = revoking(seed, by);
        if (kind == 7) (data, by) = (raisingDelay(seed), owner);
        vm.prank(by);
        (bool done,) = address(vault).call(data);
        accuse(!done, "I6 for a holder of the role, tightening never reverts");
    }

    function lowering(Limits memory wanted) private returns (bytes memory) {
        allowed.automaticLimitUsd = least(allowed.automaticLimitUsd, wanted.automaticLimitUsd / DOLLAR * DOLLAR);
        allowed.sizeCapUsd = least(allowed.sizeCapUsd, wanted.sizeCapUsd / DOLLAR * DOLLAR);
        allowed.volumeCapacityUsd = least(allowed.volumeCapacityUsd, wanted.volumeCapacityUsd / DOLLAR * DOLLAR);
        allowed.lossCapacityUsd = least(allowed.lossCapacityUsd, wanted.lossCapacityUsd / DOLLAR * DOLLAR);
        allowed.refundCapacityUsd = least(allowed.refundCapacityUsd, wanted.refundCapacityUsd / DOLLAR * DOLLAR);
        allowed.maximumSlippageBps = uint16(least(allowed.maximumSlippageBps, wanted.maximumSlippageBps));
        allowed.drawdownBps = uint16(least(allowed.drawdownBps, wanted.drawdownBps));
        allowed.referenceVolatilityBps = uint16(least(allowed.referenceVolatilityBps, wanted.referenceVolatilityBps));
        allowed.maximumCheckpointAge = uint32(least(allowed.maximumCheckpointAge, wanted.maximumCheckpointAge));
        return abi.encodeCall(IVault.lowerLimits, (wanted));
    }

    /// @dev Any numbers at all now and then; mostly ones near what there is.
    function lowerThan(uint256 seed) private view returns (Limits memory wanted) {
        wanted = Limits(
            type(uint256).max,
            type(uint256).max,
            type(uint256).max,
            type(uint256).max,
            type(uint256).max,
            type(uint16).max,
            type(uint16).max,
            type(uint16).max,
            type(uint32).max
        );
        uint256 part = seed >> 8 & 0xff;
        if (seed % 9 == 0) {
            wanted.automaticLimitUsd = seed % 27 == 0 ? seed >> 64 : allowed.automaticLimitUsd * part / 255;
        }
        if (seed % 9 == 1) wanted.sizeCapUsd = allowed.sizeCapUsd * part / 255;
        if (seed % 9 == 2) wanted.volumeCapacityUsd = allowed.volumeCapacityUsd * part / 255;
        if (seed % 9 == 3) wanted.lossCapacityUsd = allowed.lossCapacityUsd * part / 255;
        if (seed % 9 == 4) wanted.refundCapacityUsd = allowed.refundCapacityUsd * part / 255;
        if (seed % 9 == 5) wanted.maximumSlippageBps = uint16(seed >> 16);
        if (seed % 9 == 6) wanted.drawdownBps = uint16(seed >> 16);
        if (seed % 9 == 7) wanted.referenceVolatilityBps = uint16(seed >> 16);
        if (seed % 9 == 8) wanted.maximumCheckpointAge = uint32(seed >> 16);
    }

    function quarantining(address token) private returns (bytes memory) {
        if (token == address(usdc) || token == address(weth)) listing[token] = Listing.Quarantined;
        return abi.encodeCall(IVault.quarantine, (token));
    }

    /// @dev Something that was submitted, or nonsense of any length. People's changes are the owner's to take back.
    function revoking(uint256 seed, address by) private returns (bytes memory) {
        if (seed % 3 == 0) {
            return abi.encodeCall(IVault.revoke, (by == owner ? abi.encodePacked(bytes3(bytes32(seed))) : bytes("")));
        }
        Submission storage change_ = submissions[seed % MOST_SUBMISSIONS];
        if (by != owner && (change_.kind == 3 || change_.kind == 4)) return abi.encodeCall(IVault.revoke, (""));
        bytes memory data = dataOf(change_.kind, change_.seed);
        ripeAt[epoch][keccak256(data)] = 0;
        return abi.encodeCall(IVault.revoke, (data));
    }

    function raisingDelay(uint256 seed) private returns (bytes memory) {
        bytes4 selector = selectorOf(seed % 9);
        uint256 wanted = (seed >> 8) % 8 == 0 ? seed >> 8 : (seed >> 8) % 40 days;
        delay[selector] = most(delayOf(selector), least(wanted, 30 days));
        return abi.encodeCall(IVault.raiseDelay, (selector, wanted));
    }

    // --- loosening ---

    function submitting(uint8 kind, uint256 seed) internal returns (uint256 at) {
        bytes memory data = dataOf(kind, seed);
        bytes4 selector = kind == 8 ? selectorOf(seed % 9) : selectorOf(kind);
        at = block.timestamp + delayOf(selector);
        ripeAt[epoch][keccak256(data)] = at;
        submissions[submissionCount++ % MOST_SUBMISSIONS] = Submission(kind, seed);
        vm.prank(owner);
        vault.submit(data);
    }

    /// @notice Whoever tries, whenever, what was or was not submitted.
    function consuming(uint8 kind, uint256 seed, address by) internal {
        bytes memory data = dataOf(kind, seed);
        uint256 at = ripeAt[epoch][keccak256(data)];
        bool isRipe = by == owner && at != 0 && block.timestamp >= at && block.timestamp <= at + 14 days;
        vm.prank(by);
        (bool done, bytes memory answer) = address(vault).call(data);
        if (!done) return accuseUndocumented(answer);
        accuse(!isRipe, "I3 nothing loosens except through the timelock");
        ripeAt[epoch][keccak256(data)] = 0;
        adopt(kind, seed);
    }

    function consumingLate(uint256 index, address by) internal {
        Submission storage change_ = submissions[index % MOST_SUBMISSIONS];
        consuming(change_.kind, change_.seed, by);
    }

    /// @notice The patient owner: submits, waits and calls.
    function loosen(uint8 kind, uint256 seed) internal {
        elapse(submitting(kind, seed) - block.timestamp);
        consuming(kind, seed, owner);
    }

    function adopt(uint8 kind, uint256 seed) private {
        if (kind == 0) adoptLimits(higherLimits(seed));
        if (kind == 1) (keyHolder, keyExpiry) = (keyOf(seed), expiryOf(seed));
        if (kind == 2) (person, treasurerEpoch) = (address(treasurers[seed % 2]), treasurerEpoch + 1);
        if (kind == 3) isGuardian[otherGuardian] = seed % 2 == 0;
        if (kind == 4) (isReviewer[address(signers[3])], threshold) = (seed % 2 == 0, uint8(1 + seed / 2 % 3));
        if (kind == 5) sentinelOn = seed % 2 == 0;
        if (kind == 6) retired = 0;
        if (kind == 7) {
            address token = tokenOf(seed);
            listing[token] = token == address(weth) && seed % 8 != 1 ? Listing.FeedAndTwap : Listing.Feed;
        }
        if (kind == 8) {
            bytes4 selector = selectorOf(seed % 9);
            delay[selector] = most(1 days, least(delayOf(selector), (seed >> 8) % 40 days));
        }
    }

    function adoptLimits(Limits memory wanted) private {
        allowed.automaticLimitUsd = most(allowed.automaticLimitUsd, wanted.automaticLimitUsd);
        allowed.sizeCapUsd = most(allowed.sizeCapUsd, wanted.sizeCapUsd);
        allowed.volumeCapacityUsd = most(allowed.volumeCapacityUsd, wanted.volumeCapacityUsd);
        allowed.lossCapacityUsd = most(allowed.lossCapacityUsd, wanted.lossCapacityUsd);
        allowed.refundCapacityUsd = most(allowed.refundCapacityUsd, wanted.refundCapacityUsd);
        allowed.maximumSlippageBps = uint16(most(allowed.maximumSlippageBps, wanted.maximumSlippageBps));
        allowed.drawdownBps = uint16(most(allowed.drawdownBps, wanted.drawdownBps));
        allowed.referenceVolatilityBps = uint16(most(allowed.referenceVolatilityBps, wanted.referenceVolatilityBps));
        allowed.maximumCheckpointAge = uint32(most(allowed.maximumCheckpointAge, wanted.maximumCheckpointAge));
    }

    // --- what is submitted ---

    function dataOf(uint8 kind, uint256 seed) private view returns (bytes memory) {
        if (kind == 0) return abi.encodeCall(IVault.raiseLimits, (higherLimits(seed)));
        if (kind == 1) return abi.encodeCall(IVault.setExecutor, (keyOf(seed), expiryOf(seed)));
        if (kind == 2) return abi.encodeCall(IVault.setTreasurer, (address(treasurers[seed % 2])));
        if (kind == 3) return abi.encodeCall(IVault.setGuardian, (otherGuardian, seed % 2 == 0));
        if (kind == 4) {
            uint8 wanted = uint8(1 + seed / 2 % 3);
            return abi.encodeCall(IVault.setReviewer, (address(signers[3]), seed % 2 == 0, wanted));
        }
        if (kind == 5) {
            return abi.encodeCall(IVault.setSentinel, (seed % 2 == 0 ? address(sentinelSigner) : address(0)));
        }
        if (kind == 6) return abi.encodeCall(IVault.allowModel, (MODEL));
        if (kind == 7) return abi.encodeCall(IVault.listAsset, (assetFor(seed)));
        return abi.encodeCall(IVault.lowerDelay, (selectorOf(seed % 9), (seed >> 8) % 40 days));
    }

    /// @dev Seed 0 restores what was there at the start.
    function higherLimits(uint256 seed) private pure returns (Limits memory limits) {
        limits = startLimits();
        if (seed == 0) return limits;
        limits.volumeCapacityUsd = limits.volumeCapacityUsd * (seed % 200) / 100 / DOLLAR * DOLLAR;
        limits.lossCapacityUsd = limits.lossCapacityUsd * (seed / 200 % 300) / 100 / DOLLAR * DOLLAR;
        limits.maximumSlippageBps = uint16(seed >> 32) % 1_200;
    }

    function keyOf(uint256 seed) internal pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode("executor", seed)))));
    }

    function expiryOf(uint256 seed) internal pure returns (uint64) {
        return seed % 4 == 1 ? uint64(1_790_000_000 + (seed >> 8) % 1_000 days) : type(uint32).max;
    }

    function tokenOf(uint256 seed) private view returns (address) {
        return seed % 2 == 0 ? address(usdc) : address(weth);
    }

    function assetFor(uint256 seed) private view returns (AssetConfiguration memory) {
        if (seed % 2 == 0) return AssetConfiguration(address(usdc), feedSource(usdcFeed, 0.95e18, 1.05e18));
        return AssetConfiguration(address(weth), seed % 8 == 1 ? feedSource(wethFeed, 1e18, 100_000e18) : wethByTwap());
    }
}
