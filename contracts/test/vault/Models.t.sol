// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {Doors} from "../support/Doors.sol";

/// @title Which models may decide: one joins after a delay and leaves at once
contract ModelsTest is Doors {
    // --- allowModel ---

    function testFuzz_allowModel_isTheOwnersAfterADelay(bytes32 model, address random, uint8 pick) public {
        assertOwnersAfterADelay(abi.encodeCall(IVault.allowModel, (model)), random, pick);
    }

    function testFuzz_allowModel_makesItActive(bytes32 model) public {
        bytes memory data = abi.encodeCall(IVault.allowModel, (model));
        bytes32 was = ripen(data);
        assertEq(vault.isModelActive(model), model == MODEL);
        vm.expectEmit(address(vault));
        emit IVault.ModelAllowed(owner, model);
        passes(owner, data);
        assertTrue(vault.isModelActive(model) && vault.isModelActive(MODEL));
        assertNotEq(state().policyHash, was);
    }

    // --- retireModel ---

    function testFuzz_retireModel_isTheGuardiansAndTheOwners(bytes32 model, address random, uint8 pick) public {
        bytes memory data = abi.encodeCall(IVault.retireModel, (model));
        assertUnauthorized(outsider(random, pick), data);
        passes(guardian, data);
        passes(owner, data);
    }

    function testFuzz_retireModel_makesItInactive(bytes32 model, bool known, bool byOwner) public {
        if (known) model = MODEL;
        address by = byOwner ? owner : guardian;
        bytes32 was = state().policyHash;
        vm.expectEmit(address(vault));
        emit IVault.ModelRetired(by, model);
        passes(by, abi.encodeCall(IVault.retireModel, (model)));
        assertFalse(vault.isModelActive(model));
        assertEq(vault.isModelActive(MODEL), model != MODEL);
        assertEq(state().policyHash != was, model == MODEL);
        was = state().policyHash;
        passes(by, abi.encodeCall(IVault.retireModel, (model)));
        assertEq(state().policyHash, was);
    }

    function test_retiredModel_decidesNothingUntilItIsAllowedAgain() public {
        Mandate memory m = sellUsdc();
        m.end += 7 days;
        open(m);
        run(m, 1_000e6);
        pass(60);
        Order memory o = orderFor(m, 1_000e6);
        passes(guardian, abi.encodeCall(IVault.retireModel, (MODEL)));
        expectRefusal(Refusal.ModelInactive, uint256(MODEL));
        vm.prank(executor);
        vault.execute(m, o, oneLeg(1_000e6), noVoucher(), "");
        change(abi.encodeCall(IVault.allowModel, (MODEL)));
        checkpoint();
        run(m, 1_000e6);
    }
}
