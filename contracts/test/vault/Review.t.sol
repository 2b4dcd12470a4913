// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {ContractSigner} from "../support/ContractSigner.sol";
import {Signing} from "../support/Signing.sol";
import {World} from "../support/World.sol";

/// @title Above the automatic limit, M of N reviewers approve the envelope
contract ReviewTest is World {
    Mandate private m;
    uint256 private constant LARGE = 50_001e6;

    function setUp() public override {
        super.setUp();
        m = sellUsdc();
        open(m);
    }

    function execute(Order memory o, Voucher memory v) private returns (uint256) {
        vm.prank(executor);
        return vault.execute(m, o, threeLegs(o.amountIn), v, "");
    }

    function expectRefused(Order memory o, Voucher memory v, Refusal reason, uint256 detail) private {
        expectRefusal(reason, detail);
        execute(o, v);
    }

    function test_atTheLimit_noVoucherIsNeeded() public {
        run(m, 50_000e6);
    }

    function test_aboveTheLimit_needsAVoucher() public {
        expectRefused(orderFor(m, LARGE), noVoucher(), Refusal.ReviewRequired, AUTOMATIC_LIMIT);
    }

    function test_voucher_letsItPassAndIsUsedUp() public {
        Order memory o = orderFor(m, LARGE);
        assertGe(execute(o, voucherFor(m, o, 7)), o.minimumOut);
        assertTrue(vault.voucherUsed(7));
        assertEq(state().volumeUsedUsd, 50_001e18, "vouchered trades are charged too");
    }

    function test_voucher_notNeededIsNotUsed() public {
        Order memory o = orderFor(m, 1_000e6);
        execute(o, voucherFor(m, o, 7));
        assertFalse(vault.voucherUsed(7));
    }

    function test_refuses_voucherTwice() public {
        m.total = 1_000_000e6;
        open(m);
        Order memory o = orderFor(m, LARGE);
        Voucher memory v = voucherFor(m, o, 7);
        execute(o, v);
        pass(60);
        expectRefused(orderFor(m, LARGE), v, Refusal.VoucherUsed, 7);
    }

    function test_refuses_voucherForAnotherAmountOrMandate() public {
        Order memory o = orderFor(m, LARGE);
        Voucher memory v = voucherFor(m, orderFor(m, LARGE + 1), 7);
        v.minimumOut = 0;
        expectRefused(o, v, Refusal.BadSignature, uint160(reviewers[0]));
        Mandate memory other = sellUsdc();
        open(other);
        expectRefused(o, voucherFor(other, orderFor(other, LARGE), 7), Refusal.BadSignature, uint160(reviewers[0]));
    }

    function test_refuses_lessThanTheVouchersMinimum() public {
        Order memory o = orderFor(m, LARGE);
        Voucher memory v = voucherFor(m, o, 7);
        o.minimumOut--;
        expectRefused(o, v, Refusal.VoucherMismatch, v.minimumOut);
    }

    function test_voucher_allowsABetterMinimum() public {
        Order memory o = orderFor(m, LARGE);
        Voucher memory v = voucherFor(m, o, 7);
        o.minimumOut++;
        execute(o, v);
    }

    function test_refuses_expiredVoucher() public {
        Order memory o = orderFor(m, LARGE);
        Voucher memory v = voucherFor(m, o, 7);
        pass(1 days + 1);
        checkpoint();
        expectRefused(orderFor(m, LARGE), v, Refusal.VoucherExpired, v.expiry);
    }

    function test_refuses_voidedVoucher() public {
        Order memory o = orderFor(m, LARGE);
        Voucher memory v = voucherFor(m, o, 7);
        vm.prank(guardian);
        vault.voidVouchers();
        expectRefused(o, v, Refusal.BadSignature, uint160(reviewers[0]));
    }

    function test_refuses_voucherForAnotherPolicy() public {
        Order memory o = orderFor(m, LARGE);
        Voucher memory v = voucherFor(m, o, 7);
        Limits memory limits = defaultLimits();
        limits.drawdownBps--;
        vm.prank(guardian);
        vault.lowerLimits(limits);
        expectRefused(o, v, Refusal.BadSignature, uint160(reviewers[0]));
    }

    function test_refuses_voucherOfAnOlderEpoch() public {
        // The fall makes the vault careful: only small orders pass afterwards.
        Limits memory limits = defaultLimits();
        limits.automaticLimitUsd = 10_000e18;
        vm.prank(guardian);
        vault.lowerLimits(limits);
        Order memory o = orderFor(m, 12_000e6);
        Voucher memory v = voucherFor(m, o, 7);
        trip();
        executor = makeAddr("new executor");
        reset(resetTo(executor));
        wethFeed.set(3_000e8);
        checkpoint();
        o = orderFor(m, 12_000e6);
        expectRefused(o, v, Refusal.BadSignature, uint160(reviewers[0]));
        execute(o, voucherFor(m, o, 7));
    }

    function test_refuses_tooFewSigners() public {
        Order memory o = orderFor(m, LARGE);
        Voucher memory v = voucherFor(m, o, 7);
        v.signatures = reviewed(Signing.voucherDigest(address(vault), envelopeFor(m, o, v)), 1);
        expectRefused(o, v, Refusal.BadSignature, 1);
    }

    function test_refuses_oneSignerTwiceAndWrongOrder() public {
        Order memory o = orderFor(m, LARGE);
        Voucher memory v = voucherFor(m, o, 7);
        (v.signatures[0], v.signatures[1]) = (v.signatures[1], v.signatures[0]);
        expectRefused(o, v, Refusal.SignersUnsorted, uint160(reviewers[0]));
        v.signatures[0] = v.signatures[1];
        expectRefused(o, v, Refusal.SignersUnsorted, uint160(reviewers[0]));
    }

    function test_refuses_signerWhoIsNoReviewer() public {
        Order memory o = orderFor(m, LARGE);
        Voucher memory v = voucherFor(m, o, 7);
        bytes32 digest = Signing.voucherDigest(address(vault), envelopeFor(m, o, v));
        ReviewerSignature memory foreign = ReviewerSignature(treasurer, Signing.ecdsa(treasurerKey, digest));
        v.signatures = reviewed(digest, 2);
        v.signatures[treasurer > v.signatures[0].signer ? 1 : 0] = foreign;
        expectRefused(o, v, Refusal.BadSignature, uint160(treasurer));
    }

    function testFuzz_refuses_anyChangedByteOfASignature(uint256 position, uint8 flip) public {
        vm.assume(flip != 0);
        Order memory o = orderFor(m, LARGE);
        Voucher memory v = voucherFor(m, o, 7);
        bytes memory signature = v.signatures[1].signature;
        position = bound(position, 0, 63); // the last byte may name the same recovery in another way
        signature[position] = bytes1(uint8(signature[position]) ^ flip);
        expectRefused(o, v, Refusal.BadSignature, uint160(reviewers[1]));
    }
}

/// @title Reviewers who are contracts (EIP-1271)
contract ContractReviewerTest is World {
    ContractSigner private safe;
    Mandate private m;
    Order private o;
    Voucher private v;

    function setUp() public override {
        super.setUp();
        safe = new ContractSigner();
        VaultConfiguration memory c = configuration();
        c.reviewers = new address[](1);
        c.reviewers[0] = address(safe);
        c.reviewThreshold = 1;
        vault = deploy(c);
        fund();
        m = sellUsdc();
        open(m);
        o = orderFor(m, 55_000e6);
        v.minimumOut = o.minimumOut;
        v.expiry = o.deadline;
        v.signatures.push(ReviewerSignature(address(safe), hex"1234"));
    }

    function approve() private {
        safe.approve(Signing.voucherDigest(address(vault), envelopeFor(m, o, v)));
    }

    function expectRefused() private {
        Leg[] memory legs = threeLegs(o.amountIn);
        expectRefusal(Refusal.BadSignature, uint160(address(safe)));
        vm.prank(executor);
        vault.execute(m, o, legs, v, "");
    }

    function test_approves() public {
        expectRefused();
        approve();
        vm.prank(executor);
        vault.execute(m, o, threeLegs(o.amountIn), v, "");
    }

    function test_refuses_anythingButTheExactMagicWord() public {
        approve();
        safe.behave(ContractSigner.Manner.LongAnswer);
        expectRefused();
        safe.behave(ContractSigner.Manner.DirtyAnswer);
        expectRefused();
        safe.behave(ContractSigner.Manner.Reverts);
        expectRefused();
        vm.etch(address(safe), "");
        expectRefused();
    }

    function test_refuses_withinBoundedGas() public {
        approve();
        safe.behave(ContractSigner.Manner.BurnsGas);
        uint256 start = gasleft();
        expectRefused();
        assertLt(start - gasleft(), 600_000);
    }

    /// @notice With less gas than the cap the answer would be the relayer's choice: it is refused unasked.
    function test_refuses_whenTooLittleGasIsLeft() public {
        approve();
        Leg[] memory legs = threeLegs(o.amountIn);
        expectRefusal(Refusal.BadSignature, uint160(address(safe)));
        vm.prank(executor);
        vault.execute{gas: 260_000}(m, o, legs, v, "");
    }
}
