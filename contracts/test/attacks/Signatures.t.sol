// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {ContractSigner} from "../support/ContractSigner.sol";
import {Signing} from "../support/Signing.sol";
import {Attack} from "./Attack.sol";

/// @title Signatures shown again, elsewhere, later, or after their signer changed its mind
contract SignaturesTest is Attack {
    uint256 private constant LARGE = 60_000e6;

    function present(Order memory o, Voucher memory v) private returns (uint256) {
        vm.prank(executor);
        return vault.execute(m, o, threeLegs(o.amountIn), v, "");
    }

    function expectBad(Order memory o, Voucher memory v) private {
        expectRefusal(Refusal.BadSignature, uint160(reviewers[0]));
        present(o, v);
    }

    /// @notice EIP-1271 wallets lost orders of fifteen kinds in 2023 because a digest did not say whose it was. Ours names the
    /// vault, the chain, the epoch, the policy and a nonce.
    function test_voucherReplay_acrossVaults() public {
        Voucher memory v = voucherFor(m, orderFor(m, LARGE), 1);
        IVault first = vault;
        vault = deploy(configuration());
        fund();
        open(m);
        expectBad(orderFor(m, LARGE), v);
        vault = first;
        present(orderFor(m, LARGE), v);
    }

    function test_voucherReplay_acrossChains() public {
        Order memory o = orderFor(m, LARGE);
        Voucher memory v = voucherFor(m, o, 1);
        // The same vault after the chain split in two: the mandate's id and the voucher's digest are others there.
        vm.chainId(31338);
        expectRefusal(Refusal.MandateUnknown, uint256(o.mandateId));
        present(o, v);
        bytes memory signature = sign(m);
        vault.openMandate(m, signature);
        o = orderFor(m, LARGE);
        expectBad(o, v);
    }

    function test_voucherReplay_acrossEpochs() public {
        Limits memory limits = defaultLimits();
        limits.automaticLimitUsd = 1_000e18;
        vm.prank(guardian);
        vault.lowerLimits(limits);
        Voucher memory v = voucherFor(m, orderFor(m, 5_000e6), 1);
        trip();
        executor = makeAddr("new executor");
        reset(resetTo(executor));
        wethFeed.set(3_000e8);
        checkpoint();
        Order memory o = orderFor(m, 5_000e6);
        expectBad(o, v);
        o.epoch = 1;
        expectRefusal(Refusal.WrongEpoch, 2);
        present(o, v);
    }

    function test_voucherReplay_twice() public {
        m.total = 1_000_000e6;
        open(m);
        Voucher memory v = voucherFor(m, orderFor(m, LARGE), 1);
        present(orderFor(m, LARGE), v);
        pass(60);
        Order memory o = orderFor(m, LARGE);
        expectRefusal(Refusal.VoucherUsed, 1);
        present(o, v);
    }

    /// @notice A reviewer that is a contract may take its word back until the order executes: it is asked then, not before.
    function test_verdictFlipsBetweenReviewAndExecution() public {
        ContractSigner safe = new ContractSigner();
        VaultConfiguration memory c = configuration();
        c.reviewers = new address[](1);
        c.reviewers[0] = address(safe);
        c.reviewThreshold = 1;
        vault = deploy(c);
        fund();
        open(m);
        Order memory o = orderFor(m, LARGE);
        Voucher memory v;
        (v.minimumOut, v.expiry, v.nonce) = (o.minimumOut, o.deadline, 1);
        v.signatures = new ReviewerSignature[](1);
        v.signatures[0] = ReviewerSignature(address(safe), "");
        safe.approve(Signing.voucherDigest(address(vault), envelopeFor(m, o, v)));
        uint256 snapshot = vm.snapshotState();
        safe.behave(ContractSigner.Manner.Reverts);
        expectRefusal(Refusal.BadSignature, uint160(address(safe)));
        present(o, v);
        vm.revertToState(snapshot);
        present(o, v);
    }

    /// @notice A mandate that was signed for one vault opens nothing in another one, nor twice, nor once it was closed.
    function test_mandateReplay() public {
        bytes memory signature = sign(m);
        expectRefusal(Refusal.MandateExists, 0);
        vault.openMandate(m, signature);
        bytes32 id = vault.mandateDigest(m);
        vm.prank(treasurer);
        vault.closeMandate(id);
        expectRefusal(Refusal.MandateClosed, 0);
        vault.openMandate(m, signature);
        IVault twin = deploy(configuration());
        expectRefusal(Refusal.BadSignature, uint160(treasurer));
        twin.openMandate(m, signature);
    }

    /// @notice A reset's signatures name the incident: they re-arm one trip, once.
    function test_resetReplay() public {
        trip();
        BreakerReset memory r = resetTo(makeAddr("new executor"));
        ReviewerSignature[] memory signatures = reviewed(Signing.resetDigest(address(vault), r, state().policyHash), 2);
        vault.resetBreaker(r, signatures);
        expectRefusal(Refusal.WrongIncident, 1);
        vault.resetBreaker(r, signatures);
        wethFeed.set(3_000e8);
        checkpoint();
        trip();
        expectRefusal(Refusal.WrongIncident, 2);
        vault.resetBreaker(r, signatures);
    }

    function test_strangerResetsWithoutSignatures() public {
        trip();
        BreakerReset memory r = resetTo(stranger);
        expectRefusal(Refusal.BadSignature, 0);
        vm.prank(stranger);
        vault.resetBreaker(r, new ReviewerSignature[](0));
    }

    /// @notice One bribed reviewer of two: nothing, however often it signs.
    function test_oneBribedReviewer() public {
        Order memory o = orderFor(m, LARGE);
        Voucher memory v = voucherFor(m, o, 1);
        v.signatures[1] = v.signatures[0];
        expectRefusal(Refusal.SignersUnsorted, uint160(reviewers[0]));
        present(o, v);
        bytes32 digest = Signing.voucherDigest(address(vault), envelopeFor(m, o, v));
        v.signatures = reviewed(digest, 1);
        expectRefusal(Refusal.BadSignature, 1);
        present(o, v);
    }
}
