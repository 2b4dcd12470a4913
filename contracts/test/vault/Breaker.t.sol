// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {CrashWorld} from "../support/CrashWorld.sol";

/// @title Checkpoints, the high-water mark and the trip
contract BreakerTest is CrashWorld {
    function test_checkpoint_setsValueAndMark() public view {
        VaultState memory s = state();
        assertEq(s.netAssetValueUsd, 1_300_000e18);
        assertEq(s.peakUsd, 1_300_000e18);
        assertEq(s.checkpointAt, block.timestamp);
        assertTrue(s.checkpointFresh);
    }

    function test_mark_risesWithTheMarketAndStays() public {
        fall(4_000e8);
        assertEq(state().peakUsd, 1_400_000e18);
        fall(3_500e8);
        assertEq(state().peakUsd, 1_400_000e18);
        assertEq(state().netAssetValueUsd, 1_350_000e18);
    }

    function test_exactlyAtTheLimit_isHealthy() public {
        fall(1_700e8);
        assertFalse(state().suspended);
        fall(1_700e8 - 1);
        assertTrue(state().suspended);
    }

    function test_firstCrossing_suspends() public {
        wethFeed.set(CRASH);
        vm.expectEmit(address(vault));
        emit IVault.Suspended(1_160_000e18, 1_300_000e18);
        checkpoint();
        VaultState memory s = state();
        assertTrue(s.suspended && !s.tripped);
        expectNoTrade(Refusal.Suspended, 0);
    }

    function test_healthyCheckpoint_resumes() public {
        fall(CRASH);
        pass(5 minutes);
        wethFeed.set(3_000e8);
        vm.expectEmit(address(vault));
        emit IVault.Resumed(1_300_000e18, 1_300_000e18);
        checkpoint();
        assertFalse(state().suspended);
        run(m, 1_000e6);
    }

    function test_secondCrossing_beforeTenMinutesOnlyKeepsTheSuspension() public {
        fall(CRASH);
        uint64 at = state().suspendedAt;
        pass(10 minutes - 1);
        checkpoint();
        assertTrue(state().suspended && !state().tripped);
        assertEq(state().suspendedAt, at);
        pass(1);
        checkpoint();
        assertTrue(state().tripped);
    }

    function test_secondCrossing_tripsAndOpensAnIncident() public {
        fall(CRASH);
        pass(60 minutes);
        vm.expectEmit(address(vault));
        emit IVault.Tripped(1, 1_160_000e18, 1_300_000e18);
        checkpoint();
        VaultState memory s = state();
        assertTrue(s.tripped && !s.suspended);
        assertEq(s.incident, 1);
        expectNoTrade(Refusal.Tripped, 0);
    }

    function test_crossing_afterSixtyMinutesIsANewFirst() public {
        fall(CRASH);
        pass(60 minutes + 1);
        checkpoint();
        assertTrue(state().suspended && !state().tripped);
        assertEq(state().suspendedAt, block.timestamp);
        pass(10 minutes);
        checkpoint();
        assertTrue(state().tripped);
    }

    function test_oneCrossing_isNeverATrip_howeverOftenItIsRepeatedAtOnce() public {
        fall(CRASH);
        for (uint256 i = 0; i < 5; i++) {
            checkpoint();
        }
        assertFalse(state().tripped);
    }

    function test_recovery_doesNotUntrip() public {
        trip();
        fall(5_000e8);
        pass(1 hours);
        checkpoint();
        assertTrue(state().tripped);
    }

    function test_refusedPrice_neverTrips() public {
        wethFeed.kill();
        expectRefusal(Refusal.PriceUnavailable, uint160(address(weth)));
        checkpoint();
        assertFalse(state().suspended);
    }

    function test_deadFeedOfAnAbsentAsset_stopsNothing() public {
        wbtcFeed.kill();
        checkpoint();
        run(m, 1_000e6);
    }

    function test_withdrawal_neitherTripsNorHides() public {
        vm.prank(owner);
        vault.withdraw(address(usdc), 800_000e6, owner);
        checkpoint();
        VaultState memory s = state();
        assertFalse(s.suspended);
        assertEq(s.netAssetValueUsd, 500_000e18);
        assertEq(s.peakUsd, 500_000e18);
        // Half the WETH value is now a third of everything.
        fall(1_500e8);
        assertTrue(state().suspended);
    }

    function test_withdrawalDuringADrawdown_keepsItsRatio() public {
        fall(1_800e8); // 1,180,000 of 1,300,000
        vm.prank(owner);
        vault.withdraw(address(usdc), 590_000e6, owner);
        checkpoint();
        assertEq(state().netAssetValueUsd, 590_000e18);
        assertEq(state().peakUsd, 650_000e18);
    }

    function test_deposit_doesNotHideADrawdown() public {
        wethFeed.set(CRASH);
        give(usdc, 5_000_000e6);
        checkpoint();
        assertTrue(state().suspended);
    }

    function test_lossFromUnderTheBooks_counts() public {
        weth.burn(address(vault), 50e18);
        checkpoint();
        assertEq(state().netAssetValueUsd, 1_150_000e18);
        assertTrue(state().suspended);
    }

    function test_lossOfEverything_keepsTheMark() public {
        weth.burn(address(vault), 100e18);
        usdc.burn(address(vault), 1_000_000e6);
        checkpoint();
        pass(11 minutes);
        checkpoint();
        assertTrue(state().tripped);
    }

    // --- trip() ---

    function testFuzz_trip_refusesWhereNothingFell(int256 price) public {
        wethFeed.set(bound(price, 1_700e8, 90_000e8));
        uint256 value = 1_000_000e18 + uint256(wethFeed.answer()) * 1e12;
        expectRefusal(Refusal.NoDrawdown, value > 1_300_000e18 ? value : 1_300_000e18);
        vault.trip(hints());
        // And nothing of it stays.
        assertEq(state().peakUsd, 1_300_000e18);
    }

    /// @notice Anybody's call is as good as a checkpoint, as the first crossing and as the second.
    function testFuzz_trip_actsAsACheckpoint(address caller, bool first, uint16 wait) public {
        wethFeed.set(CRASH);
        vm.prank(caller);
        if (first) vault.trip(hints());
        else vault.checkpoint(hints());
        assertTrue(state().suspended);
        pass(bound(wait, 0, 2 hours));
        uint256 age = block.timestamp - state().suspendedAt;
        bool trips = age >= 10 minutes && age <= 60 minutes;
        vm.prank(caller);
        vault.trip(hints());
        assertEq(state().tripped, trips);
        assertEq(state().incident, trips ? 1 : 0);
        assertEq(state().checkpointAt, block.timestamp);
        if (!trips) return;
        expectRefusal(Refusal.Tripped, 1);
        vault.trip(hints());
    }

    function test_trip_afterRecoveryRefusesAndLeavesTheSuspension() public {
        fall(CRASH);
        wethFeed.set(3_000e8);
        expectRefusal(Refusal.NoDrawdown, 1_300_000e18);
        vault.trip(hints());
        assertTrue(state().suspended);
        checkpoint();
        assertFalse(state().suspended);
    }

    function test_unpause_clearsOnlyThePause() public {
        fall(CRASH);
        vm.prank(guardian);
        vault.pause();
        vm.prank(owner);
        vault.unpause();
        assertTrue(state().suspended && !state().paused);
        pass(11 minutes);
        checkpoint();
        vm.prank(guardian);
        vault.pause();
        vm.prank(owner);
        vault.unpause();
        assertTrue(state().tripped && !state().paused);
    }

    function test_checkpoint_goesOnWhilePausedAndUnsealed() public {
        vm.prank(guardian);
        vault.pause();
        fall(CRASH);
        assertTrue(state().suspended && state().paused);
        pass(11 minutes);
        checkpoint();
        assertTrue(state().tripped && state().paused);
    }
}
