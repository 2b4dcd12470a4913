// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {Envelope} from "../../src/guards/ReviewVoucher.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {Signing} from "../support/Signing.sol";
import {Vouchers} from "./Vouchers.sol";

/// @title Above the automatic limit an order needs a voucher: for this very order, here, now, and once
contract ReviewTest is Vouchers {
    function expectBad(Order memory o, Voucher memory v) private {
        expectRefused(o, v, Refusal.BadSignature, uint160(reviewers[0]));
    }

    function signedFor(Envelope memory e) private view returns (ReviewerSignature[] memory) {
        return reviewed(Signing.voucherDigest(address(vault), e), 2);
    }

    // --- the limit ---

    function test_limit_toTheUnit() public {
        execute(orderFor(m, 50_000e6), noVoucher());
        expectRefused(orderFor(m, 50_000e6 + 1), noVoucher(), Refusal.ReviewRequired, AUTOMATIC_LIMIT);
        Order memory o = orderFor(m, 50_000e6 + 1);
        execute(o, voucherFor(m, o, 7));
    }

    function testFuzz_limit_upToItNobodyLooksAtAVoucher(uint256 amountIn, uint256 nonce, bytes memory junk) public {
        Order memory o = orderFor(m, bound(amountIn, 1e6, 50_000e6));
        Voucher memory v = voucherFor(m, o, nonce);
        v.signatures[0].signature = junk;
        execute(o, v);
        assertFalse(vault.voucherUsed(nonce));
    }

    function testFuzz_limit_aboveItOneIsNeeded(uint256 amountIn) public {
        Order memory o = orderFor(m, bound(amountIn, 50_000e6 + 1, 150_000e6));
        Voucher memory v = voucherFor(m, o, 7);
        Voucher memory bare = unsigned(o);
        expectRefused(o, bare, Refusal.ReviewRequired, AUTOMATIC_LIMIT);
        execute(o, v);
    }

    /// @notice At zero, every order needs one.
    function test_limit_loweredToNothing() public {
        Limits memory limits = defaultLimits();
        limits.automaticLimitUsd = 0;
        passes(guardian, abi.encodeCall(IVault.lowerLimits, (limits)));
        Order memory o = orderFor(m, 1e6);
        expectRefused(o, noVoucher(), Refusal.ReviewRequired, 0);
        execute(o, voucherFor(m, o, 7));
    }

    // --- what it does ---

    function test_voucher_isUsedUpAndSaidSo() public {
        Order memory o = order();
        bytes memory data = call(o, voucherFor(m, o, 7));
        vm.expectEmit(address(vault));
        emit IVault.Executed(
            o.mandateId, 0, executor, LARGE, 19.82e18, 20e18, 1e18, 3_000e18, 540e18, o.decisionHead, MODEL, true
        );
        passes(executor, data);
        assertTrue(vault.voucherUsed(7));
        assertFalse(vault.voucherUsed(6) || vault.voucherUsed(8));
        assertEq(state().volumeUsedUsd, 60_000e18, "the meters are charged all the same");
        assertEq(state().lossUsedUsd, 540e18);
    }

    // --- what it binds ---

    function testFuzz_envelope_bindsEveryField(uint8 field, uint256 change) public {
        Order memory o = order();
        Voucher memory v = voucherFor(m, o, 7);
        Envelope memory e = envelopeFor(m, o, v);
        bytes memory words = abi.encode(e);
        uint256[10] memory bits = [uint256(256), 160, 160, 256, 256, 32, 64, 256, 256, 256];
        uint256 at = 0x20 + uint256(field % 10) * 32;
        change = bits[field % 10] == 256 ? change : change % (1 << bits[field % 10]);
        vm.assume(change != 0);
        assembly ("memory-safe") {
            mstore(add(words, at), xor(mload(add(words, at)), change))
        }
        v.signatures = signedFor(abi.decode(words, (Envelope)));
        expectBad(o, v);
        v.signatures = signedFor(e);
        execute(o, v);
    }

    function testFuzz_amount_isTheVouchers(uint256 amountIn) public {
        amountIn = bound(amountIn, 50_000e6 + 1, 150_000e6);
        vm.assume(amountIn != LARGE);
        Order memory o = orderFor(m, amountIn);
        Voucher memory v = voucherFor(m, order(), 7);
        // Less input for as much output would be the treasury's gain, and is not what was approved either.
        if (o.minimumOut < v.minimumOut) o.minimumOut = v.minimumOut;
        expectBad(o, v);
    }

    function testFuzz_minimum_isAtLeastTheVouchers(uint256 minimumOut) public {
        Order memory o = order();
        Voucher memory v = voucherFor(m, o, 7);
        o.minimumOut = bound(minimumOut, 19.8e18, v.minimumOut - 1);
        expectRefused(o, v, Refusal.VoucherMismatch, v.minimumOut);
        o.minimumOut = bound(minimumOut, v.minimumOut, 30e18);
        execute(o, v);
    }

    function test_voucher_ofAnotherMandate() public {
        Order memory o = order();
        Mandate memory other = m;
        other.salt = 1_000;
        open(other);
        expectBad(o, voucherFor(other, orderFor(other, LARGE), 7));
    }

    // --- once ---

    function test_voucher_onceWhateverIsSignedUnderItsNonce() public {
        Order memory o = order();
        Voucher memory v = voucherFor(m, o, 7);
        execute(o, v);
        expectRefused(order(), v, Refusal.VoucherUsed, 7);
        expectRefused(order(), voucherFor(m, order(), 7), Refusal.VoucherUsed, 7);
        m.salt = 1_000;
        open(m);
        expectRefused(order(), voucherFor(m, order(), 7), Refusal.VoucherUsed, 7);
        passes(guardian, abi.encodeCall(IVault.voidVouchers, ()));
        expectRefused(order(), voucherFor(m, order(), 7), Refusal.VoucherUsed, 7);
        execute(order(), voucherFor(m, order(), 8));
    }

    /// @notice What did not trade did not use it.
    function test_voucher_keptWhereTheTradeIsRefused() public {
        Order memory o = order();
        Voucher memory v = voucherFor(m, o, 7);
        bytes memory data = call(o, v);
        exact.behave(exact.manner(), o.minimumOut - 1);
        assertRefused(executor, data, Refusal.OutputTooLow, o.minimumOut - 1);
        assertFalse(vault.voucherUsed(7));
        execute(o, v);
    }

    /// @notice The counter voids every voucher at once, whatever its nonce; what is signed afterwards counts.
    function testFuzz_counter_voidsAll(uint256 nonce, uint8 times) public {
        Order memory o = order();
        Voucher memory v = voucherFor(m, o, nonce);
        for (uint256 i = 0; i <= times % 4; i++) {
            passes(i % 2 == 0 ? guardian : owner, abi.encodeCall(IVault.voidVouchers, ()));
        }
        expectBad(o, v);
        execute(o, voucherFor(m, o, nonce));
    }

    // --- now ---

    function testFuzz_expiry_toTheSecond(uint64 life) public {
        Order memory o = order();
        Voucher memory v = unsigned(o);
        v.expiry = uint64(block.timestamp + bound(life, 0, 50 minutes));
        v.signatures = signedFor(envelopeFor(m, o, v));
        vm.warp(v.expiry);
        execute(order(), v);
        v.nonce++;
        v.signatures = signedFor(envelopeFor(m, order(), v));
        vm.warp(v.expiry + 1);
        expectRefused(order(), v, Refusal.VoucherExpired, v.expiry);
    }

    /// @notice The policy under which reviewers approved is the policy under which it trades.
    function test_policy_changedSinceVoidsIt() public {
        Order memory o = order();
        Voucher memory v = voucherFor(m, o, 7);
        Limits memory limits = defaultLimits();
        passes(guardian, abi.encodeCall(IVault.lowerLimits, (limits)));
        passes(guardian, abi.encodeCall(IVault.retireModel, (keccak256("none"))));
        uint256 clean = vm.snapshotState();
        execute(o, v); // what changed nothing voids nothing
        vm.revertToState(clean);
        limits.drawdownBps--;
        passes(guardian, abi.encodeCall(IVault.lowerLimits, (limits)));
        expectBad(o, v);
        vm.revertToState(clean);
        passes(guardian, abi.encodeCall(IVault.quarantine, (address(wbtc))));
        checkpoint();
        expectBad(o, v);
        execute(o, voucherFor(m, o, 7));
    }

    function test_epoch_olderOnesAreVoid() public {
        // The fall makes the vault careful: only small orders pass afterwards.
        Limits memory limits = defaultLimits();
        limits.automaticLimitUsd = 1_000e18;
        passes(guardian, abi.encodeCall(IVault.lowerLimits, (limits)));
        Voucher memory v = voucherFor(m, orderFor(m, 2_000e6), 7);
        trip();
        executor = makeAddr("new executor");
        reset(resetTo(executor));
        wethFeed.set(3_000e8);
        checkpoint();
        Order memory o = orderFor(m, 2_000e6);
        expectBad(o, v);
        execute(o, voucherFor(m, o, 7));
    }

    // --- here ---

    function testFuzz_vault_isThisOne(address other) public {
        vm.assume(other != address(vault));
        Order memory o = order();
        Voucher memory v = unsigned(o);
        v.signatures = reviewed(Signing.voucherDigest(other, envelopeFor(m, o, v)), 2);
        expectBad(o, v);
    }

    function testFuzz_chain_isThisOne(uint64 chain) public {
        chain = uint64(bound(chain, 1, type(uint64).max - 1));
        vm.assume(chain != block.chainid);
        Order memory o = order();
        Voucher memory v = unsigned(o);
        Envelope memory e = envelopeFor(m, o, v);
        uint256 here = block.chainid;
        vm.chainId(chain);
        v.signatures = signedFor(e);
        vm.chainId(here);
        expectBad(o, v);
    }
}
