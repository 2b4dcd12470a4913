// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {World} from "../support/World.sol";

/// @title A guardian only subtracts, and is never stopped from it
contract GuardiansTest is World {
    function test_pause_stopsExecutionUntilTheOwnerLiftsIt() public {
        Mandate memory m = sellUsdc();
        open(m);
        vm.prank(guardian);
        vault.pause();
        Order memory o = orderFor(m, 1_000e6);
        expectRefusal(Refusal.Paused, 0);
        vm.prank(executor);
        vault.execute(m, o, oneLeg(1_000e6), noVoucher());
        vm.prank(owner);
        vault.unpause();
        run(m, 1_000e6);
    }

    function test_pause_isNotForOthers() public {
        address[3] memory others = [executor, treasurer, stranger];
        for (uint256 i = 0; i < others.length; i++) {
            expectRefusal(Refusal.Unauthorized, uint160(others[i]));
            vm.prank(others[i]);
            vault.pause();
        }
    }

    function test_guardian_cannotUnpause() public {
        vm.startPrank(guardian);
        vault.pause();
        expectRefusal(Refusal.Unauthorized, uint160(guardian));
        vault.unpause();
    }

    function test_unpause_leavesATripInPlace() public {
        trip();
        vm.prank(guardian);
        vault.pause();
        vm.prank(owner);
        vault.unpause();
        assertTrue(vault.state().tripped);
    }

    function testFuzz_lowerLimits_neverLoosens(Limits memory wanted, bool byOwner) public {
        Limits memory old = vault.state().limits;
        vm.prank(byOwner ? owner : guardian);
        vault.lowerLimits(wanted);
        Limits memory now_ = vault.state().limits;
        assertEq(now_.automaticLimitUsd, smaller(old.automaticLimitUsd, wanted.automaticLimitUsd));
        assertEq(now_.volumeCapacityUsd, smaller(old.volumeCapacityUsd, wanted.volumeCapacityUsd));
        assertEq(now_.volumeRateUsd, smaller(old.volumeRateUsd, wanted.volumeRateUsd));
        assertEq(now_.maximumSlippageBps, smaller(old.maximumSlippageBps, wanted.maximumSlippageBps));
        assertEq(now_.drawdownBps, smaller(old.drawdownBps, wanted.drawdownBps));
        assertEq(now_.maximumCheckpointAge, smaller(old.maximumCheckpointAge, wanted.maximumCheckpointAge));
    }

    function smaller(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }

    function test_lowerLimits_doesNotForgetVolumeUsed() public {
        Mandate memory m = sellUsdc();
        open(m);
        run(m, 30_000e6);
        Limits memory limits = defaultLimits();
        limits.volumeCapacityUsd = 30_000e18;
        vm.prank(guardian);
        vault.lowerLimits(limits);
        assertEq(vault.state().volumeUsedUsd, 30_000e18);
        pass(60);
        Order memory o = orderFor(m, 121e6);
        expectRefusal(Refusal.VolumeExceeded, 30_001e18);
        vm.prank(executor);
        vault.execute(m, o, oneLeg(121e6), noVoucher());
    }

    function test_lowerLimits_isNotForOthers() public {
        Limits memory none;
        expectRefusal(Refusal.Unauthorized, uint160(treasurer));
        vm.prank(treasurer);
        vault.lowerLimits(none);
        expectRefusal(Refusal.Unauthorized, uint160(executor));
        vm.prank(executor);
        vault.voidVouchers();
    }

    /// @notice Whatever is broken, whatever is repeated, whatever the argument.
    function testFuzz_tighteningNeverReverts(bytes32 id, Limits memory limits, bool tripped) public {
        if (tripped) trip();
        usdcFeed.kill();
        wethFeed.kill();
        usdc.setBroken(true);
        vm.startPrank(guardian);
        for (uint256 i = 0; i < 2; i++) {
            vault.pause();
            vault.lowerLimits(limits);
            vault.voidVouchers();
            vault.closeMandate(id);
        }
        assertTrue(vault.state().paused && vault.mandateProgress(id).closed);
        assertEq(vault.voucherCounter(), 2);
    }
}
