// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {Signing} from "../support/Signing.sol";
import {Doors} from "../support/Doors.sol";

/// @title Treasurer, guardians, reviewers and sentinel change after a delay, and never into a conflict
contract RolesTest is Doors {
    function setGuardian(address account, bool held) private pure returns (bytes memory) {
        return abi.encodeCall(IVault.setGuardian, (account, held));
    }

    function setReviewer(address account, bool held, uint8 threshold) private pure returns (bytes memory) {
        return abi.encodeCall(IVault.setReviewer, (account, held, threshold));
    }

    function setTreasurer(address account) private pure returns (bytes memory) {
        return abi.encodeCall(IVault.setTreasurer, (account));
    }

    function setSentinel(address account) private pure returns (bytes memory) {
        return abi.encodeCall(IVault.setSentinel, (account));
    }

    /// @notice Whoever holds nothing that would conflict with anything.
    function assumeFree(address account) private view {
        vm.assume(account != address(0) && account != owner && account != guardian && account != executor);
        vm.assume(account != treasurer && !vault.isReviewer(account));
    }

    // --- setTreasurer ---

    function testFuzz_setTreasurer_isTheOwnersAfterADelay(address account, address random, uint8 pick) public {
        assertOwnersAfterADelay(setTreasurer(account), random, pick);
    }

    function test_setTreasurer_refusesNobodyAndTheExecutor() public {
        assertChangeRefused(setTreasurer(address(0)), Refusal.OutOfBounds, 0);
        assertChangeRefused(setTreasurer(executor), Refusal.RoleConflict, uint160(executor));
    }

    function testFuzz_setTreasurer_hands(address account) public {
        vm.assume(account != address(0) && account != executor);
        bytes memory data = setTreasurer(account);
        bytes32 was = ripen(data);
        vm.expectEmit(address(vault));
        emit IVault.TreasurerSet(owner, account, 1);
        passes(owner, data);
        assertEq(vault.treasurer(), account);
        assertEq(state().treasurerEpoch, 1);
        assertNotEq(state().policyHash, was);
        change(setTreasurer(treasurer));
        assertEq(state().treasurerEpoch, 2);
    }

    function test_setTreasurer_latchesTheMandatesOfTheOneBefore() public {
        Mandate memory m = sellUsdc();
        bytes32 id = open(m);
        (address next, uint256 nextKey) = makeAddrAndKey("next treasurer");
        change(setTreasurer(next));
        checkpoint();
        bytes memory execution =
            abi.encodeCall(IVault.execute, (m, orderFor(m, 1_000e6), oneLeg(1_000e6), noVoucher(), ""));
        assertRefused(executor, execution, Refusal.MandateLatched, 0);
        assertUnauthorized(treasurer, abi.encodeCall(IVault.enableMandate, (id)));
        assertUnauthorized(treasurer, abi.encodeCall(IVault.closeMandate, (id)));
        Mandate memory other = sellUsdc();
        bytes memory old = sign(other);
        expectRefusal(Refusal.BadSignature, uint160(next));
        vault.openMandate(other, old);
        vault.openMandate(other, Signing.ecdsa(nextKey, vault.mandateDigest(other)));
        passes(next, abi.encodeCall(IVault.enableMandate, (id)));
        run(m, 1_000e6);
    }

    // --- setGuardian ---

    function testFuzz_setGuardian_isTheOwnersAfterADelay(address account, bool held, address random, uint8 pick)
        public
    {
        assertOwnersAfterADelay(setGuardian(account, held), random, pick);
    }

    function testFuzz_setGuardian_refusesNobodyTheOwnerAndTheExecutor(bool held) public {
        assertChangeRefused(setGuardian(address(0), held), Refusal.OutOfBounds, 0);
        assertChangeRefused(setGuardian(owner, held), Refusal.RoleConflict, uint160(owner));
        assertChangeRefused(setGuardian(executor, held), Refusal.RoleConflict, uint160(executor));
    }

    function testFuzz_setGuardian_givesAndTakesTheRole(address account, bool held) public {
        vm.assume(account != address(0) && account != owner && account != executor);
        bytes memory data = setGuardian(account, held);
        bytes32 was = ripen(data);
        vm.expectEmit(address(vault));
        emit IVault.GuardianSet(owner, account, held);
        passes(owner, data);
        assertEq(vault.isGuardian(account), held);
        assertNotEq(state().policyHash, was);
        if (held) passes(account, abi.encodeCall(IVault.pause, ()));
        else assertUnauthorized(account, abi.encodeCall(IVault.pause, ()));
    }

    // --- setReviewer ---

    function testFuzz_setReviewer_isTheOwnersAfterADelay(address account, bool held, address random, uint8 pick)
        public
    {
        assertOwnersAfterADelay(setReviewer(account, held, 1), random, pick);
    }

    function testFuzz_setReviewer_refusesNobodyTheExecutorAndTheSentinel(bool held) public {
        assertChangeRefused(setReviewer(address(0), held, 2), Refusal.OutOfBounds, 0);
        assertChangeRefused(setReviewer(executor, held, 2), Refusal.RoleConflict, uint160(executor));
        change(setSentinel(stranger));
        assertChangeRefused(setReviewer(stranger, held, 2), Refusal.RoleConflict, uint160(stranger));
    }

    function testFuzz_setReviewer_boundsTheThreshold(address account, uint8 threshold, bool held) public {
        assumeFree(account);
        if (!held) account = reviewers[1];
        uint256 count = held ? 4 : 2;
        bytes memory data = setReviewer(account, held, threshold);
        if (threshold == 0 || threshold > count) {
            assertChangeRefused(data, Refusal.OutOfBounds, threshold);
            assertEq(vault.isReviewer(account), !held, "and nothing else of it happened");
            assertEq(state().reviewThreshold, 2);
        } else {
            change(data);
            assertEq(vault.isReviewer(account), held);
            assertEq(state().reviewThreshold, threshold);
        }
    }

    function testFuzz_setReviewer_givesAndTakesTheRole(address account, bool held, uint8 threshold) public {
        assumeFree(account);
        if (!held) account = reviewers[account > stranger ? 0 : 2];
        threshold = uint8(bound(threshold, 1, held ? 4 : 2));
        bytes memory data = setReviewer(account, held, threshold);
        bytes32 was = ripen(data);
        vm.expectEmit(address(vault));
        emit IVault.ReviewerSet(owner, account, held, threshold);
        passes(owner, data);
        assertEq(vault.isReviewer(account), held);
        assertEq(state().reviewThreshold, threshold);
        assertNotEq(state().policyHash, was);
    }

    /// @notice Setting what is so already counts nobody twice.
    function test_setReviewer_countsEveryoneOnce() public {
        change(setReviewer(reviewers[0], true, 3));
        assertChangeRefused(setReviewer(reviewers[1], true, 4), Refusal.OutOfBounds, 4);
        change(setReviewer(stranger, false, 3));
        change(setReviewer(stranger, true, 4));
        change(setReviewer(stranger, false, 3));
        change(setReviewer(stranger, false, 3));
        assertEq(state().reviewThreshold, 3);
    }

    function test_setReviewer_theLastOneStays() public {
        change(setReviewer(reviewers[0], false, 2));
        change(setReviewer(reviewers[1], false, 1));
        assertChangeRefused(setReviewer(reviewers[2], false, 1), Refusal.OutOfBounds, 1);
        assertChangeRefused(setReviewer(reviewers[2], false, 0), Refusal.OutOfBounds, 0);
        assertTrue(vault.isReviewer(reviewers[2]));
    }

    // --- setSentinel ---

    function testFuzz_setSentinel_isTheOwnersAfterADelay(address account, address random, uint8 pick) public {
        assertOwnersAfterADelay(setSentinel(account), random, pick);
    }

    function test_setSentinel_refusesTheExecutorAndReviewers() public {
        assertChangeRefused(setSentinel(executor), Refusal.RoleConflict, uint160(executor));
        for (uint256 i = 0; i < 3; i++) {
            assertChangeRefused(setSentinel(reviewers[i]), Refusal.RoleConflict, uint160(reviewers[i]));
        }
    }

    function testFuzz_setSentinel_asksForItsSignatureOrForNone(address account) public {
        vm.assume(account != executor && !vault.isReviewer(account));
        bytes memory data = setSentinel(account);
        bytes32 was = ripen(data);
        vm.expectEmit(address(vault));
        emit IVault.SentinelSet(owner, account);
        passes(owner, data);
        assertEq(vault.sentinel(), account);
        assertEq(state().sentinelRequired, account != address(0));
        assertNotEq(state().policyHash, was);
        Mandate memory m = sellUsdc();
        open(m);
        checkpoint();
        bytes memory execution =
            abi.encodeCall(IVault.execute, (m, orderFor(m, 1_000e6), oneLeg(1_000e6), noVoucher(), ""));
        if (account == address(0)) passes(executor, execution);
        else assertRefused(executor, execution, Refusal.SentinelRequired, 0);
        change(setSentinel(address(0)));
        assertFalse(state().sentinelRequired);
    }

    /// @notice A conflict that did not exist when the change was submitted stops it all the same.
    function test_conflicts_areCheckedWhenTheChangeIsMade() public {
        bytes memory toGuardian = setGuardian(stranger, true);
        bytes memory toExecutor = abi.encodeCall(IVault.setExecutor, (stranger, uint64(block.timestamp + 30 days)));
        vm.startPrank(owner);
        vault.submit(toGuardian);
        vault.submit(toExecutor);
        vm.stopPrank();
        pass(1 days);
        passes(owner, toGuardian);
        assertRefused(owner, toExecutor, Refusal.RoleConflict, uint160(stranger));
    }

    /// @notice With no executor in force, none is in conflict with anybody.
    function testFuzz_withoutAnExecutor_rolesAreFreeOfIt(address account) public {
        vm.assume(account != address(0) && account != owner);
        passes(guardian, abi.encodeCall(IVault.dropExecutor, ()));
        change(setGuardian(account, true));
        change(setTreasurer(account));
        assertTrue(vault.isGuardian(account) && vault.treasurer() == account);
    }
}
