// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {Signing} from "../support/Signing.sol";
import {World} from "../support/World.sol";

/// @title Checkpoints, the high-water mark, the trip and the way back
contract BreakerTest is World {
    // 1,000,000 USDC and 100 WETH at 3,000: 1.3 million. Ten per cent are 130,000: WETH below 1,700.
    int256 private constant CRASH = 1_600e8;
    Mandate private m;

    function setUp() public override {
        super.setUp();
        m = sellUsdc();
        open(m);
    }

    function expectNoTrade(Refusal reason, uint256 detail) private {
        Order memory o = orderFor(m, 1_000e6);
        expectRefusal(reason, detail);
        vm.prank(executor);
        vault.execute(m, o, oneLeg(1_000e6), noVoucher());
    }

    function fall(int256 price) private {
        wethFeed.set(price);
        vault.checkpoint();
    }

    function test_checkpoint_setsValueAndMark() public view {
        VaultState memory s = vault.state();
        assertEq(s.netAssetValueUsd, 1_300_000e18);
        assertEq(s.peakUsd, 1_300_000e18);
        assertEq(s.checkpointAt, block.timestamp);
        assertTrue(s.checkpointFresh);
    }

    function test_mark_risesWithTheMarketAndStays() public {
        fall(4_000e8);
        assertEq(vault.state().peakUsd, 1_400_000e18);
        fall(3_500e8);
        assertEq(vault.state().peakUsd, 1_400_000e18);
        assertEq(vault.state().netAssetValueUsd, 1_350_000e18);
    }

    function test_exactlyAtTheLimit_isHealthy() public {
        fall(1_700e8);
        assertFalse(vault.state().suspended);
        fall(1_700e8 - 1);
        assertTrue(vault.state().suspended);
    }

    function test_firstCrossing_suspends() public {
        wethFeed.set(CRASH);
        vm.expectEmit(address(vault));
        emit IVault.Suspended(1_160_000e18, 1_300_000e18);
        vault.checkpoint();
        VaultState memory s = vault.state();
        assertTrue(s.suspended && !s.tripped);
        expectNoTrade(Refusal.Suspended, block.timestamp);
    }

    function test_healthyCheckpoint_resumes() public {
        fall(CRASH);
        pass(5 minutes);
        wethFeed.set(3_000e8);
        vm.expectEmit(address(vault));
        emit IVault.Resumed(1_300_000e18, 1_300_000e18);
        vault.checkpoint();
        assertFalse(vault.state().suspended);
        run(m, 1_000e6);
    }

    function test_secondCrossing_beforeTenMinutesOnlyKeepsTheSuspension() public {
        fall(CRASH);
        uint64 at = vault.state().suspendedAt;
        pass(10 minutes - 1);
        vault.checkpoint();
        assertTrue(vault.state().suspended && !vault.state().tripped);
        assertEq(vault.state().suspendedAt, at);
        pass(1);
        vault.checkpoint();
        assertTrue(vault.state().tripped);
    }

    function test_secondCrossing_tripsAndOpensAnIncident() public {
        fall(CRASH);
        pass(60 minutes);
        vm.expectEmit(address(vault));
        emit IVault.Tripped(1, 1_160_000e18, 1_300_000e18);
        vault.checkpoint();
        VaultState memory s = vault.state();
        assertTrue(s.tripped && !s.suspended);
        assertEq(s.incident, 1);
        expectNoTrade(Refusal.Tripped, 1);
    }

    function test_crossing_afterSixtyMinutesIsANewFirst() public {
        fall(CRASH);
        pass(60 minutes + 1);
        vault.checkpoint();
        assertTrue(vault.state().suspended && !vault.state().tripped);
        assertEq(vault.state().suspendedAt, block.timestamp);
        pass(10 minutes);
        vault.checkpoint();
        assertTrue(vault.state().tripped);
    }

    function test_oneCrossing_isNeverATrip_howeverOftenItIsRepeatedAtOnce() public {
        fall(CRASH);
        for (uint256 i = 0; i < 5; i++) {
            vault.checkpoint();
        }
        assertFalse(vault.state().tripped);
    }

    function test_recovery_doesNotUntrip() public {
        trip();
        fall(5_000e8);
        pass(1 hours);
        vault.checkpoint();
        assertTrue(vault.state().tripped);
    }

    function test_refusedPrice_neverTrips() public {
        wethFeed.kill();
        expectRefusal(Refusal.PriceUnavailable, uint160(address(weth)));
        vault.checkpoint();
        assertFalse(vault.state().suspended);
    }

    function test_deadFeedOfAnAbsentAsset_stopsNothing() public {
        wbtcFeed.kill();
        vault.checkpoint();
        run(m, 1_000e6);
    }

    function test_withdrawal_neitherTripsNorHides() public {
        vm.prank(owner);
        vault.withdraw(address(usdc), 800_000e6, owner);
        vault.checkpoint();
        VaultState memory s = vault.state();
        assertFalse(s.suspended);
        assertEq(s.netAssetValueUsd, 500_000e18);
        assertEq(s.peakUsd, 500_000e18);
        // Half the WETH value is now a third of everything.
        fall(1_500e8);
        assertTrue(vault.state().suspended);
    }

    function test_withdrawalDuringADrawdown_keepsItsRatio() public {
        fall(1_800e8); // 1,180,000 of 1,300,000
        vm.prank(owner);
        vault.withdraw(address(usdc), 590_000e6, owner);
        vault.checkpoint();
        assertEq(vault.state().netAssetValueUsd, 590_000e18);
        assertEq(vault.state().peakUsd, 650_000e18);
    }

    function test_deposit_doesNotHideADrawdown() public {
        wethFeed.set(CRASH);
        give(usdc, 5_000_000e6);
        vault.checkpoint();
        assertTrue(vault.state().suspended);
    }

    function test_lossFromUnderTheBooks_counts() public {
        weth.burn(address(vault), 50e18);
        vault.checkpoint();
        assertEq(vault.state().netAssetValueUsd, 1_150_000e18);
        assertTrue(vault.state().suspended);
    }

    function test_lossOfEverything_keepsTheMark() public {
        weth.burn(address(vault), 100e18);
        usdc.burn(address(vault), 1_000_000e6);
        vault.checkpoint();
        pass(11 minutes);
        vault.checkpoint();
        assertTrue(vault.state().tripped);
    }

    // --- reset ---

    function test_reset_armsANewExecutorAndWaitsForACheckpoint() public {
        trip();
        address old = executor;
        executor = makeAddr("new executor");
        BreakerReset memory r = resetTo(executor);
        vm.expectEmit(address(vault));
        emit IVault.BreakerWasReset(1, executor, r.executorExpiry, 2);
        reset(r);
        VaultState memory s = vault.state();
        assertFalse(s.tripped || s.suspended || s.checkpointFresh);
        assertEq(s.epoch, 2);
        assertEq(s.executor, executor);
        expectNoTrade(Refusal.CheckpointStale, s.checkpointAt);
        // The price stays where it fell to: the mark is set anew there.
        wethFeed.set(1_600e8);
        vault.checkpoint();
        assertEq(vault.state().peakUsd, 1_160_000e18);
        assertFalse(vault.state().suspended, "the old mark is not held against it");
        wethFeed.set(3_000e8);
        vault.checkpoint();
        Order memory o = orderFor(m, 1_000e6);
        expectRefusal(Refusal.NotExecutor, uint160(old));
        vm.prank(old);
        vault.execute(m, o, oneLeg(1_000e6), noVoucher());
        run(m, 1_000e6);
    }

    function test_reset_leavesAPauseInPlace() public {
        trip();
        vm.prank(guardian);
        vault.pause();
        reset(resetTo(makeAddr("new executor")));
        assertTrue(vault.state().paused);
    }

    function test_reset_secondTripIsAnotherIncident() public {
        trip();
        BreakerReset memory first = resetTo(makeAddr("new executor"));
        reset(first);
        wethFeed.set(3_000e8);
        vault.checkpoint();
        trip();
        assertEq(vault.state().incident, 2);
        expectResetRefused(first, 2, Refusal.WrongIncident, 2);
    }

    function expectResetRefused(BreakerReset memory r, uint256 signers, Refusal reason, uint256 detail) private {
        bytes32 digest = Signing.resetDigest(address(vault), r, vault.state().policyHash);
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
        bytes32 digest = Signing.resetDigest(address(vault), r, vault.state().policyHash);
        ReviewerSignature[] memory list = reviewed(digest, 2);
        r.newExecutor = address(this);
        expectRefusal(Refusal.BadSignature, uint160(reviewers[0]));
        vault.resetBreaker(r, list);
    }
}
