// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {Doors} from "../support/Doors.sol";

/// @title The owner hands over in two steps, and seals once
contract OwnershipTest is Doors {
    bytes private accept = abi.encodeCall(IVault.acceptOwner, ());

    function propose(address account) private {
        passes(owner, abi.encodeCall(IVault.proposeOwner, (account)));
    }

    // --- proposeOwner ---

    function testFuzz_proposeOwner_isTheOwners(address account, address random, uint8 pick) public {
        assertUnauthorized(outsider(random, pick), abi.encodeCall(IVault.proposeOwner, (account)));
        assertUnauthorized(guardian, abi.encodeCall(IVault.proposeOwner, (account)));
        assertEq(vault.pendingOwner(), address(0));
    }

    function testFuzz_proposeOwner_notesTheProposalAndNothingElse(address account) public {
        bytes32 was = state().policyHash;
        vm.expectEmit(address(vault));
        emit IVault.OwnerProposed(owner, account);
        propose(account);
        assertEq(vault.pendingOwner(), account);
        assertEq(vault.owner(), owner);
        assertEq(state().policyHash, was);
        if (account != owner) assertUnauthorized(account, abi.encodeCall(IVault.unpause, ()));
    }

    // --- acceptOwner ---

    function testFuzz_acceptOwner_isForWhoWasProposed(address account, address random, uint8 pick) public {
        address other = outsider(random, pick);
        vm.assume(account != other && account != owner && account != guardian && account != address(0));
        assertUnauthorized(account, accept);
        propose(account);
        assertUnauthorized(other, accept);
        assertUnauthorized(owner, accept);
        assertUnauthorized(guardian, accept);
    }

    function test_acceptOwner_refusesTheExecutorAndGuardians() public {
        propose(executor);
        assertRefused(executor, accept, Refusal.RoleConflict, uint160(executor));
        propose(guardian);
        assertRefused(guardian, accept, Refusal.RoleConflict, uint160(guardian));
        assertEq(vault.owner(), owner);
        // Not for ever: the conflict may be cleared.
        change(abi.encodeCall(IVault.setGuardian, (guardian, false)));
        passes(guardian, accept);
        assertEq(vault.owner(), guardian);
    }

    function test_acceptOwner_noRoleMeansNobody() public {
        propose(stranger);
        propose(address(0));
        assertUnauthorized(stranger, accept);
        assertRefused(address(0), accept, Refusal.OutOfBounds, 0);
    }

    function testFuzz_acceptOwner_handsOver(address account) public {
        vm.assume(account != address(0) && account != executor && account != guardian && account != owner);
        bytes32 was = state().policyHash;
        propose(account);
        vm.expectEmit(address(vault));
        emit IVault.OwnerChanged(owner, account);
        passes(account, accept);
        assertEq(vault.owner(), account);
        assertEq(vault.pendingOwner(), address(0));
        assertNotEq(state().policyHash, was);
        // Once.
        assertUnauthorized(account, accept);
    }

    function testFuzz_acceptOwner_aLaterProposalReplacesAnEarlierOne(address first, address second) public {
        vm.assume(first != second && second != address(0) && second != executor && second != guardian);
        vm.assume(first != address(0) && first != owner && second != owner);
        propose(first);
        propose(second);
        assertUnauthorized(first, accept);
        passes(second, accept);
        assertUnauthorized(first, accept);
        assertEq(vault.owner(), second);
    }

    /// @notice Every door of the owner's opens to the new one and none to the old one.
    function test_acceptOwner_allPowersGoOver() public {
        bytes memory submitted = abi.encodeCall(IVault.allowModel, ("later"));
        ripen(submitted);
        propose(stranger);
        passes(stranger, accept);
        usdc.mint(stranger, 1e6);
        vm.prank(stranger);
        usdc.approve(address(vault), 1e6);
        bytes[] memory doors = new bytes[](17);
        doors[0] = abi.encodeCall(IVault.pause, ());
        doors[1] = abi.encodeCall(IVault.unpause, ());
        doors[2] = abi.encodeCall(IVault.deposit, (address(usdc), 1e6));
        doors[3] = abi.encodeCall(IVault.withdraw, (address(usdc), 1e6, stranger));
        doors[4] = abi.encodeCall(IVault.book, (address(usdc)));
        doors[5] = submitted;
        doors[6] = abi.encodeCall(IVault.submit, (submitted));
        doors[7] = abi.encodeCall(IVault.revoke, (submitted));
        doors[8] = abi.encodeCall(IVault.raiseDelay, (IVault.allowModel.selector, 2 days));
        doors[9] = abi.encodeCall(IVault.proposeOwner, (address(0)));
        doors[10] = abi.encodeCall(IVault.lowerLimits, (defaultLimits()));
        doors[11] = abi.encodeCall(IVault.voidVouchers, ());
        doors[12] = abi.encodeCall(IVault.closeMandate, ("mandate"));
        doors[13] = abi.encodeCall(IVault.quarantine, (address(wbtc)));
        doors[14] = abi.encodeCall(IVault.retireModel, (MODEL));
        doors[15] = abi.encodeCall(IVault.dropExecutor, ());
        doors[16] = abi.encodeCall(IVault.revoke, (abi.encodeCall(IVault.setGuardian, (address(1), true))));
        for (uint256 i = 0; i < doors.length; i++) {
            assertUnauthorized(owner, doors[i]);
            passes(stranger, doors[i]);
        }
        assertUnauthorized(owner, abi.encodeCall(IVault.seal, ()));
    }

    // --- seal ---

    function testFuzz_seal_isTheOwners(address random, uint8 pick) public {
        vault = deploy(configuration());
        assertUnauthorized(outsider(random, pick), abi.encodeCall(IVault.seal, ()));
        assertUnauthorized(guardian, abi.encodeCall(IVault.seal, ()));
        assertFalse(state().isSealed);
    }

    function test_seal_happensOnce() public {
        vault = deploy(configuration());
        vm.expectEmit(address(vault));
        emit IVault.Sealed(owner);
        passes(owner, abi.encodeCall(IVault.seal, ()));
        assertTrue(state().isSealed);
        assertRefused(owner, abi.encodeCall(IVault.seal, ()), Refusal.AlreadySealed, 0);
    }

    function test_seal_comesBeforeTradingAndBooking() public {
        vault = deploy(configuration());
        give(usdc, 1_000_000e6);
        give(weth, 10e18);
        checkpoint();
        Mandate memory m = sellUsdc();
        open(m);
        bytes memory execution =
            abi.encodeCall(IVault.execute, (m, orderFor(m, 1_000e6), oneLeg(1_000e6), noVoucher(), ""));
        assertRefused(executor, execution, Refusal.NotSealed, 0);
        assertRefused(owner, abi.encodeCall(IVault.book, (address(usdc))), Refusal.NotSealed, 0);
        passes(owner, abi.encodeCall(IVault.withdraw, (address(usdc), 1e6, owner)));
        passes(owner, abi.encodeCall(IVault.seal, ()));
        checkpoint();
        passes(executor, execution);
        passes(owner, abi.encodeCall(IVault.book, (address(usdc))));
    }
}
