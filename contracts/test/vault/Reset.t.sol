// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {Signing} from "../support/Signing.sol";
import {CrashWorld} from "../support/CrashWorld.sol";

/// @title The way back after a trip
contract ResetTest is CrashWorld {
    function test_reset_armsANewExecutorAndWaitsForACheckpoint() public {
        trip();
        address old = executor;
        executor = makeAddr("new executor");
        BreakerReset memory r = resetTo(executor);
        vm.expectEmit(address(vault));
        emit IVault.BreakerWasReset(1, executor, r.executorExpiry, 2);
        reset(r);
        VaultState memory s = state();
        assertFalse(s.tripped || s.suspended || s.checkpointFresh);
        assertEq(s.epoch, 2);
        assertEq(s.executor, executor);
        expectNoTrade(Refusal.CheckpointStale, s.checkpointAt);
        // The price stays where it fell to: the mark is set anew there.
        wethFeed.set(1_600e8);
        checkpoint();
        assertEq(state().peakUsd, 1_160_000e18);
        assertFalse(state().suspended, "the old mark is not held against it");
        wethFeed.set(3_000e8);
        checkpoint();
        Order memory o = orderFor(m, 1_000e6);
        expectRefusal(Refusal.NotExecutor, uint160(old));
        vm.prank(old);
        vault.execute(m, o, oneLeg(1_000e6), noVoucher(), "");
        run(m, 1_000e6);
    }

    function test_reset_leavesAPauseInPlace() public {
        trip();
        vm.prank(guardian);
        vault.pause();
        reset(resetTo(makeAddr("new executor")));
        assertTrue(state().paused);
    }

    function test_reset_secondTripIsAnotherIncident() public {
        trip();
        BreakerReset memory first = resetTo(makeAddr("new executor"));
        reset(first);
        wethFeed.set(3_000e8);
        checkpoint();
        trip();
        assertEq(state().incident, 2);
        expectResetRefused(first, 2, Refusal.WrongIncident, 2);
    }

    function expectResetRefused(BreakerReset memory r, uint256 signers, Refusal reason, uint256 detail) private {
        bytes32 digest = Signing.resetDigest(address(vault), r, state().policyHash);
        ReviewerSignature[] memory list = reviewed(digest, signers);
        expectRefusal(reason, detail);
        vault.resetBreaker(r, list);
    }

    function test_reset_refusesWhenNothingIsTripped() public {
        expectResetRefused(resetTo(stranger), 2, Refusal.WrongIncident, 0);
        fall(CRASH);
        expectResetRefused(resetTo(stranger), 2, Refusal.WrongIncident, 0);
    }

    function test_reset_refusesTooFewAnotherIncidentAndThePast() public {
        trip();
        BreakerReset memory r = resetTo(stranger);
        expectResetRefused(r, 1, Refusal.BadSignature, 1);
        r.incident = 2;
        expectResetRefused(r, 2, Refusal.WrongIncident, 1);
        r = resetTo(stranger);
        r.deadline = uint64(block.timestamp - 1);
        expectResetRefused(r, 2, Refusal.VoucherExpired, r.deadline);
        r = resetTo(stranger);
        r.executorExpiry = uint64(block.timestamp);
        expectResetRefused(r, 2, Refusal.OutOfBounds, block.timestamp);
    }

    function test_reset_refusesTheOldKeyAndHoldersOfRoles() public {
        trip();
        address[5] memory holders = [executor, owner, treasurer, guardian, reviewers[2]];
        for (uint256 i = 0; i < holders.length; i++) {
            expectResetRefused(resetTo(holders[i]), 2, Refusal.RoleConflict, uint160(holders[i]));
        }
        expectResetRefused(resetTo(address(0)), 2, Refusal.OutOfBounds, 0);
    }

    function test_reset_refusesSignaturesForAnotherKey() public {
        trip();
        BreakerReset memory r = resetTo(stranger);
        bytes32 digest = Signing.resetDigest(address(vault), r, state().policyHash);
        ReviewerSignature[] memory list = reviewed(digest, 2);
        r.newExecutor = address(this);
        expectRefusal(Refusal.BadSignature, uint160(reviewers[0]));
        vault.resetBreaker(r, list);
    }
}
