// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {Attack} from "./Attack.sol";

/// @title Bribed guardians, thieves who unpause, donors with a purpose
contract PeopleTest is Attack {
    address private successor = makeAddr("successor");

    /// @notice Everything a bribed guardian can do. Nothing leaves, the owner takes out what it likes, and is rid of it after a
    /// delay that the guardian cannot revoke.
    function test_guardianGriefing() public {
        bytes memory replacement = abi.encodeCall(IVault.setGuardian, (guardian, false));
        vm.startPrank(guardian);
        vault.pause();
        Limits memory none;
        vault.lowerLimits(none);
        vault.voidVouchers();
        vault.closeMandate(vault.mandateDigest(m));
        vault.quarantine(address(usdc));
        vault.quarantine(address(weth));
        vault.retireModel(MODEL);
        vault.dropExecutor();
        vm.stopPrank();
        vm.prank(owner);
        vault.submit(replacement);
        vm.prank(guardian);
        expectRefusal(Refusal.Unauthorized, uint160(guardian));
        vault.revoke(replacement);
        assertEq(usdc.balanceOf(address(vault)), 1_000_000e6);
        vm.startPrank(owner);
        vault.withdraw(address(usdc), 1_000_000e6, owner);
        vault.withdraw(address(weth), 100e18, owner);
        vm.warp(block.timestamp + 1 days);
        vault.setGuardian(guardian, false);
        vm.stopPrank();
        assertFalse(vault.isGuardian(guardian));
        vm.prank(guardian);
        expectRefusal(Refusal.Unauthorized, uint160(guardian));
        vault.pause();
    }

    /// @notice It can delay everything else by revoking it, for as long as it is guardian.
    function test_guardianRevokesLoosenings() public {
        bytes memory change_ = abi.encodeCall(IVault.setExecutor, (successor, uint64(block.timestamp + 10 days)));
        vm.prank(owner);
        vault.submit(change_);
        vm.prank(guardian);
        vault.revoke(change_);
        pass(1 days);
        vm.prank(owner);
        expectRefusal(Refusal.NotSubmitted, 0);
        vault.setExecutor(successor, uint64(block.timestamp + 9 days));
    }

    /// @notice Where pause and unpause are one role, whoever steals it unpauses. Here nobody but the owner lifts a pause, and nobody
    /// but reviewers a trip.
    function test_thiefUnpauses() public {
        vm.prank(guardian);
        vault.pause();
        address[5] memory thieves = [guardian, executor, treasurer, reviewers[0], stranger];
        for (uint256 i = 0; i < thieves.length; i++) {
            vm.prank(thieves[i]);
            expectRefusal(Refusal.Unauthorized, uint160(thieves[i]));
            vault.unpause();
        }
        trip();
        vm.prank(owner);
        vault.unpause();
        assertTrue(state().tripped, "unpausing clears the pause alone");
        expectStopped(orderFor(m, 1e6), oneLeg(1e6), Refusal.Tripped, 0);
    }

    function test_donationToMoveTheHighWaterMark() public {
        VaultState memory before = state();
        weth.mint(address(vault), 1_000_000e18);
        checkpoint();
        VaultState memory s = state();
        assertEq(s.peakUsd, before.peakUsd);
        assertEq(s.netAssetValueUsd, before.netAssetValueUsd);
        assertTrue(s.checkpointFresh);
        // Booked by the owner it raises value and mark alike: no drawdown appears or is hidden.
        vm.prank(owner);
        vault.book(address(weth));
        checkpoint();
        s = state();
        assertEq(s.peakUsd, s.netAssetValueUsd);
        assertFalse(s.suspended);
    }

    /// @notice A grain of dust ahead of every order would keep the checkpoint stale for ever: only the owner deposits, and
    /// what others send leaves the checkpoint as fresh as it was.
    function test_dustAheadOfEveryOrder() public {
        for (uint256 i = 0; i < 3; i++) {
            usdc.mint(stranger, 2);
            vm.startPrank(stranger);
            usdc.approve(address(vault), 1);
            expectRefusal(Refusal.Unauthorized, uint160(stranger));
            vault.deposit(address(usdc), 1);
            usdc.transfer(address(vault), 1);
            vm.stopPrank();
            run(m, 3_000e6);
            pass(60);
        }
    }

    /// @notice A withdrawal while tripped works, needs no price, and neither lifts the trip nor hides the fall.
    function test_withdrawalWhileTripped() public {
        trip();
        wethFeed.kill();
        usdcFeed.kill();
        vm.prank(owner);
        vault.withdraw(address(usdc), 900_000e6, owner);
        assertEq(usdc.balanceOf(owner), 900_000e6);
        VaultState memory s = state();
        assertTrue(s.tripped && !s.checkpointFresh);
        expectStopped(orderFor(m, 1e6), oneLeg(1e6), Refusal.Tripped, 0);
    }

    /// @notice A fall just behind a withdrawal is seen as if nothing had been withdrawn.
    function test_withdrawalDoesNotHideAFall() public {
        vm.prank(owner);
        vault.withdraw(address(usdc), 900_000e6, owner);
        wethFeed.set(100e8); // of 1.3 million dollars 290 thousand are gone: 22 percent
        checkpoint();
        assertTrue(state().suspended);
    }

    /// @notice Whoever was not proposed becomes no owner, and a stolen proposal can be replaced until it is accepted.
    function test_falseSuccessor() public {
        vm.prank(stranger);
        expectRefusal(Refusal.Unauthorized, uint160(stranger));
        vault.acceptOwner();
        vm.startPrank(owner);
        vault.proposeOwner(stranger);
        vault.proposeOwner(successor);
        vm.stopPrank();
        vm.prank(stranger);
        expectRefusal(Refusal.Unauthorized, uint160(stranger));
        vault.acceptOwner();
        vm.prank(successor);
        vault.acceptOwner();
        assertEq(vault.owner(), successor);
    }

    /// @notice Bybit (February 2025) and Radiant (October 2024): signers approved a delegatecall they could not read. The vault's code
    /// has none, nor any way to be replaced or destroyed.
    function test_2025February_noDelegatecallPath() public view {
        requireWithout(address(vault).code);
        requireWithout(approvals.code);
        requireWithout(address(router).code);
        requireWithout(address(oracle).code);
    }

    function requireWithout(bytes memory code) private pure {
        assertGt(code.length, 100);
        for (uint256 i = 0; i < code.length; i++) {
            uint8 op = uint8(code[i]);
            assertTrue(op != 0xf4 && op != 0xf2 && op != 0xff, "DELEGATECALL, CALLCODE or SELFDESTRUCT");
            // What a PUSH carries is no code, and the constants behind the last instruction are none either.
            if (op >= 0x60 && op <= 0x7f) i += op - 0x5f;
            if (op != 0xfe) continue;
            assertGt(i + 100, code.length, "read to its end");
            return;
        }
    }
}
