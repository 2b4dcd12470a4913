// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {Doors} from "../support/Doors.sol";

/// @title A guardian only subtracts: it pauses, voids and closes
contract GuardiansTest is Doors {
    function executionOf(Mandate memory m) private view returns (bytes memory) {
        return abi.encodeCall(IVault.execute, (m, orderFor(m, 1_000e6), oneLeg(1_000e6), noVoucher(), ""));
    }

    // --- pause, unpause ---

    function testFuzz_pause_isTheGuardiansAndTheOwners(address random, uint8 pick) public {
        assertUnauthorized(outsider(random, pick), abi.encodeCall(IVault.pause, ()));
        assertFalse(state().paused);
    }

    function testFuzz_pause_stopsTradesUntilTheOwnerLiftsIt(bool byOwner, uint8 times) public {
        Mandate memory m = sellUsdc();
        open(m);
        address by = byOwner ? owner : guardian;
        for (uint256 i = 0; i <= times % 3; i++) {
            vm.expectEmit(address(vault));
            emit IVault.Paused(by);
            passes(by, abi.encodeCall(IVault.pause, ()));
        }
        assertTrue(state().paused);
        assertRefused(executor, executionOf(m), Refusal.Paused, 0);
        vm.expectEmit(address(vault));
        emit IVault.Unpaused(owner);
        passes(owner, abi.encodeCall(IVault.unpause, ()));
        assertFalse(state().paused);
        run(m, 1_000e6);
    }

    function testFuzz_unpause_isTheOwners(address random, uint8 pick) public {
        passes(guardian, abi.encodeCall(IVault.pause, ()));
        assertUnauthorized(guardian, abi.encodeCall(IVault.unpause, ()));
        assertUnauthorized(outsider(random, pick), abi.encodeCall(IVault.unpause, ()));
        assertTrue(state().paused);
    }

    // --- voidVouchers ---

    function testFuzz_voidVouchers_isTheGuardiansAndTheOwners(address random, uint8 pick) public {
        assertUnauthorized(outsider(random, pick), abi.encodeCall(IVault.voidVouchers, ()));
        assertEq(vault.voucherCounter(), 0);
    }

    function testFuzz_voidVouchers_countsUp(bool byOwner, uint8 times) public {
        address by = byOwner ? owner : guardian;
        for (uint256 i = 1; i <= times % 5; i++) {
            vm.expectEmit(address(vault));
            emit IVault.VouchersVoided(by, i);
            passes(by, abi.encodeCall(IVault.voidVouchers, ()));
            assertEq(vault.voucherCounter(), i);
        }
    }

    function test_voidVouchers_voidsWhatWasSigned() public {
        Mandate memory m = sellUsdc();
        open(m);
        Order memory o = orderFor(m, 55_000e6);
        bytes memory reviewed_ = abi.encodeCall(IVault.execute, (m, o, oneLeg(55_000e6), voucherFor(m, o, 1), ""));
        passes(guardian, abi.encodeCall(IVault.voidVouchers, ()));
        assertRefused(executor, reviewed_, Refusal.BadSignature, uint160(reviewers[0]));
        passes(executor, abi.encodeCall(IVault.execute, (m, o, oneLeg(55_000e6), voucherFor(m, o, 1), "")));
    }

    // --- closeMandate ---

    function testFuzz_closeMandate_isTheGuardiansTheOwnersAndTheTreasurers(bytes32 id, address random, uint8 pick)
        public
    {
        address caller = outsider(random, pick);
        vm.assume(caller != treasurer);
        assertUnauthorized(caller, abi.encodeCall(IVault.closeMandate, (id)));
        assertFalse(vault.mandateProgress(id).closed);
    }

    function testFuzz_closeMandate_isForGood(uint8 who, bool opened) public {
        Mandate memory m = sellUsdc();
        bytes32 id = vault.mandateDigest(m);
        bytes memory signature = sign(m);
        if (opened) vault.openMandate(m, signature);
        address by = [owner, guardian, treasurer][who % 3];
        for (uint256 i = 0; i < 2; i++) {
            vm.expectEmit(address(vault));
            emit IVault.MandateClosed(id, by);
            passes(by, abi.encodeCall(IVault.closeMandate, (id)));
            assertTrue(vault.mandateProgress(id).closed && !vault.mandateProgress(id).open);
        }
        bytes memory opening = abi.encodeCall(IVault.openMandate, (m, signature));
        assertRefused(stranger, opening, Refusal.MandateClosed, 0);
        assertRefused(treasurer, abi.encodeCall(IVault.enableMandate, (id)), Refusal.MandateUnknown, uint256(id));
        (bool done,) = knock(executor, executionOf(m));
        assertFalse(done);
    }

    // --- enableMandate: the treasurer's, the one loosening without a delay, within what the treasurer signed ---

    function testFuzz_enableMandate_isTheTreasurers(address random, uint8 pick) public {
        bytes32 id = open(sellUsdc());
        address caller = outsider(random, pick);
        vm.assume(caller != treasurer);
        bytes memory data = abi.encodeCall(IVault.enableMandate, (id));
        assertUnauthorized(caller, data);
        assertUnauthorized(owner, data);
        assertUnauthorized(guardian, data);
    }

    function testFuzz_enableMandate_refusesWhatIsNotOpen(bytes32 id) public {
        assertRefused(treasurer, abi.encodeCall(IVault.enableMandate, (id)), Refusal.MandateUnknown, uint256(id));
    }

    function test_enableMandate_takesOverUnderANewTreasurer() public {
        Mandate memory m = sellUsdc();
        bytes32 id = open(m);
        change(abi.encodeCall(IVault.setTreasurer, (stranger)));
        checkpoint();
        assertRefused(executor, executionOf(m), Refusal.MandateLatched, 0);
        vm.expectEmit(address(vault));
        emit IVault.MandateEnabled(id, stranger);
        passes(stranger, abi.encodeCall(IVault.enableMandate, (id)));
        assertEq(vault.mandateProgress(id).treasurerEpoch, 1);
        run(m, 1_000e6);
    }
}
