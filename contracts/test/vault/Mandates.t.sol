// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {ContractSigner} from "../support/ContractSigner.sol";
import {Signing} from "../support/Signing.sol";
import {World} from "../support/World.sol";

/// @title A mandate is opened by the treasurer's signature alone, once, and closed for good
contract MandatesTest is World {
    function expectRefused(Mandate memory m, Refusal reason, uint256 detail) private {
        bytes memory signature = sign(m);
        expectRefusal(reason, detail);
        vault.openMandate(m, signature);
    }

    function test_opens_whoeverRelays() public {
        Mandate memory m = sellUsdc();
        bytes memory signature = sign(m);
        bytes32 id = vault.mandateDigest(m);
        vm.expectEmit(address(vault));
        emit IVault.MandateOpened(id, treasurer, m);
        vm.prank(stranger);
        assertEq(vault.openMandate(m, signature), id);
        MandateProgress memory progress = vault.mandateProgress(id);
        assertTrue(progress.open && !progress.closed);
        assertEq(progress.filled + progress.executionCount + progress.lastExecution, 0);
    }

    function test_opens_byAContractTreasurer() public {
        ContractSigner safe = new ContractSigner();
        VaultConfiguration memory c = configuration();
        c.treasurer = address(safe);
        vault = deploy(c);
        Mandate memory m = sellUsdc();
        expectRefusal(Refusal.BadSignature, uint160(address(safe)));
        vault.openMandate(m, "");
        safe.approve(vault.mandateDigest(m));
        vault.openMandate(m, "");
    }

    function test_refuses_anotherSignerAndChangedTerms() public {
        Mandate memory m = sellUsdc();
        bytes memory byReviewer = Signing.ecdsa(reviewerKeys[0], vault.mandateDigest(m));
        expectRefusal(Refusal.BadSignature, uint160(treasurer));
        vault.openMandate(m, byReviewer);
        bytes memory signature = sign(m);
        m.total++;
        expectRefusal(Refusal.BadSignature, uint160(treasurer));
        vault.openMandate(m, signature);
        expectRefusal(Refusal.BadSignature, uint160(treasurer));
        vault.openMandate(m, "");
    }

    function test_refuses_signatureForAnotherVaultOrChain() public {
        Mandate memory m = sellUsdc();
        bytes memory signature = sign(m);
        vm.chainId(2);
        expectRefusal(Refusal.BadSignature, uint160(treasurer));
        vault.openMandate(m, signature);
        vm.chainId(31337);
        IVault twin = deploy(configuration());
        expectRefusal(Refusal.BadSignature, uint160(treasurer));
        twin.openMandate(m, signature);
    }

    function test_refuses_openingTwice() public {
        Mandate memory m = sellUsdc();
        open(m);
        expectRefused(m, Refusal.MandateExists, 0);
    }

    function test_closed_neverReopens() public {
        Mandate memory m = sellUsdc();
        bytes32 id = open(m);
        vm.prank(treasurer);
        vault.closeMandate(id);
        expectRefused(m, Refusal.MandateClosed, 0);
    }

    function test_closed_beforeItWasOpened() public {
        Mandate memory m = sellUsdc();
        bytes32 id = vault.mandateDigest(m);
        vm.prank(guardian);
        vault.closeMandate(id);
        expectRefused(m, Refusal.MandateClosed, 0);
    }

    function test_closes_byTreasurerOwnerGuardianOnly() public {
        bytes32 id = open(sellUsdc());
        expectRefusal(Refusal.Unauthorized, uint160(executor));
        vm.prank(executor);
        vault.closeMandate(id);
        address[3] memory holders = [treasurer, owner, guardian];
        for (uint256 i = 0; i < 3; i++) {
            id = open(sellUsdc());
            vm.prank(holders[i]);
            vault.closeMandate(id);
            assertTrue(vault.mandateProgress(id).closed);
        }
    }

    function test_refuses_tokensThatAreNotListed() public {
        Mandate memory m = sellUsdc();
        m.buy = address(this);
        expectRefused(m, Refusal.AssetUnknown, uint160(address(this)));
        m = sellUsdc();
        m.sell = address(this);
        expectRefused(m, Refusal.AssetUnknown, uint160(address(this)));
    }

    function test_refuses_termsThatContradictThemselves() public {
        Mandate memory m = sellUsdc();
        m.buy = m.sell;
        expectRefused(m, Refusal.MandateInvalid, uint160(m.sell));
        m = sellUsdc();
        m.total = 0;
        expectRefused(m, Refusal.MandateInvalid, 0);
        m.total = uint256(type(uint128).max) + 1;
        expectRefused(m, Refusal.MandateInvalid, m.total);
        m = sellUsdc();
        m.maximumSlice = 0;
        expectRefused(m, Refusal.MandateInvalid, 0);
        m.maximumSlice = m.total + 1;
        expectRefused(m, Refusal.MandateInvalid, m.maximumSlice);
        m = sellUsdc();
        m.start = m.end;
        expectRefused(m, Refusal.MandateInvalid, m.start);
        m = sellUsdc();
        m.start = uint64(block.timestamp - 2);
        m.end = uint64(block.timestamp);
        expectRefused(m, Refusal.MandateEnded, m.end);
    }

    function test_refuses_termsOutsideTheBounds() public {
        Mandate memory m = sellUsdc();
        m.worstPrice = 0;
        expectRefused(m, Refusal.MandateInvalid, 0);
        m.worstPrice = type(uint256).max;
        expectRefused(m, Refusal.MandateInvalid, m.worstPrice);
        m = sellUsdc();
        m.slippageBps = 0;
        expectRefused(m, Refusal.MandateInvalid, 0);
        m.slippageBps = 201;
        expectRefused(m, Refusal.MandateInvalid, 201);
        m = sellUsdc();
        m.maximumExecutions = 0;
        expectRefused(m, Refusal.MandateInvalid, 0);
        m = sellUsdc();
        m.minimumInterval = 365 days + 1;
        expectRefused(m, Refusal.MandateInvalid, 365 days + 1);
    }
}
