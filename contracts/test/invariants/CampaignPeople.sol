// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {VaultWords} from "../../src/interfaces/IVault.sol";
import {Envelope} from "../../src/guards/ReviewVoucher.sol";
import {ContractSigner} from "../support/ContractSigner.sol";
import {Signing} from "../support/Signing.sol";
import {CampaignBooks} from "./CampaignBooks.sol";
import {Bucket} from "./LeakingBucket.sol";

/// @title People who put right what stops the vault, and sign what it asks them to
abstract contract CampaignPeople is CampaignBooks {
    uint256 private nonce;
    bool internal metersFull; // the last refusal was one of a meter

    /// @notice Only time empties a meter.
    function rest() internal {
        if (metersFull) elapse(12 hours);
        metersFull = false;
    }

    function restore() internal {
        if (tripped) rearm();
        restorePolicy();
        if (expected[address(usdc)] < 300_000e6) refill(address(usdc), 500_000e6);
        if (expected[address(weth)] < 100e18) refill(address(weth), 200e18);
        if (expected[address(0)] < 1 ether) refill(address(0), 2 ether);
        for (uint256 i = 0; i < SLOTS; i++) {
            if (isLatched[i]) enable(i);
        }
        settleMarket();
        repairFeeds();
        takeCheckpoint(hint(), false);
        if (!suspended) return;
        elapse(11 minutes);
        takeCheckpoint(hint(), false);
        if (!tripped) return;
        rearm();
        repairFeeds();
        takeCheckpoint(hint(), false);
    }

    function restorePolicy() private {
        if (paused) {
            vm.prank(owner);
            vault.unpause();
            paused = false;
        }
        if (keyHolder == address(0) || keyExpiry <= block.timestamp + 60 days) loosen(1, 4 * ++nonce);
        if (listing[address(usdc)] == Listing.Quarantined) loosen(7, 0);
        if (listing[address(weth)] == Listing.Quarantined) loosen(7, 3);
        if (retired == MODEL) loosen(6, 0);
        if (isTight()) loosen(0, 0);
    }

    /// @dev Whether less than a third of some limit is left.
    function isTight() private view returns (bool) {
        Limits memory start = startLimits();
        return allowed.sizeCapUsd < start.sizeCapUsd / 3 || allowed.volumeCapacityUsd < start.volumeCapacityUsd / 3
            || allowed.lossCapacityUsd < start.lossCapacityUsd / 3 || allowed.maximumSlippageBps < 60
            || allowed.drawdownBps < 100 || allowed.referenceVolatilityBps < 200
            || allowed.maximumCheckpointAge < 30 minutes;
    }

    function rearm() private {
        BreakerReset memory r;
        VaultWords memory words = vault.words();
        r.incident = words.breaker.incident;
        r.newExecutor = address(uint160(uint256(keccak256(abi.encode("after a reset", ++nonce)))));
        r.executorExpiry = type(uint32).max;
        r.deadline = uint64(block.timestamp);
        bytes32 digest = Signing.resetDigest(address(vault), r, words.policyHash);
        vault.resetBreaker(r, approvalsOf(digest));
        (keyHolder, keyExpiry) = (r.newExecutor, type(uint32).max);
        (tripped, suspended) = (false, false);
        epoch++;
    }

    // --- signatures ---

    function approvalsOf(bytes32 digest) private returns (ReviewerSignature[] memory list) {
        list = new ReviewerSignature[](threshold);
        for (uint256 i = 0; i < threshold; i++) {
            signers[i].approve(digest);
            list[i] = ReviewerSignature(address(signers[i]), "");
        }
    }

    function voucherOf(Mandate memory m, Order memory o) internal returns (Voucher memory v) {
        v.minimumOut = o.minimumOut;
        v.expiry = uint64(block.timestamp);
        v.nonce = ++nonce;
        Envelope memory envelope = Envelope({
            mandateId: o.mandateId,
            sell: m.sell,
            buy: m.buy,
            amountIn: o.amountIn,
            minimumOut: v.minimumOut,
            epoch: epoch,
            expiry: v.expiry,
            nonce: v.nonce,
            counter: vault.voucherCounter(),
            policyHash: vault.words().policyHash
        });
        v.signatures = approvalsOf(Signing.voucherDigest(address(vault), envelope));
    }

    // --- mandates ---

    function openSlot(uint256 i) internal {
        bool sellsUsdc = i % 2 == 0;
        Mandate memory m = sellUsdc();
        m.total = sellsUsdc ? 500_000e6 : 170e18;
        m.maximumSlice = sellsUsdc ? 100_000e6 : 34e18;
        (m.sell, m.buy) = sellsUsdc ? (address(usdc), address(weth)) : (address(weth), address(usdc));
        m.end = uint64(block.timestamp + 10 * 365 days);
        m.minimumInterval = 0;
        m.maximumExecutions = 10_000;
        m.slippageBps = 450;
        m.poorFillBps = 400;
        m.maximumPoorFills = 5;
        if (i >= 2) (m.refillAmount, m.refillPeriod) = (m.maximumSlice, 6 hours);
        uint16 bound_ = allowed.maximumSlippageBps;
        if (bound_ == 0) return;
        if (m.slippageBps > bound_) (m.slippageBps, m.poorFillBps) = (bound_, bound_);
        bytes32 id = vault.mandateDigest(m);
        ContractSigner(person).approve(id);
        try vault.openMandate(m, "") {
            (terms[i], ids[i]) = (m, id);
            (isClosed[i], isLatched[i]) = (false, false);
            (filled[i], executions[i]) = (0, 0);
            delete refills[i];
        } catch (bytes memory reason) {
            accuseUndocumented(reason);
        }
    }

    function enable(uint256 i) private {
        vm.prank(person);
        try vault.enableMandate(ids[i]) {
            isLatched[i] = false;
        } catch (bytes memory reason) {
            accuseUndocumented(reason);
        }
    }

    function freshen() internal {
        VaultWords memory words = vault.words();
        if (!words.gate.checkpointFresh(words.limits.maximumCheckpointAge())) takeCheckpoint(hint(), false);
    }
}
