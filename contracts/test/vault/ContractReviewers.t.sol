// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal, Refused} from "../../src/Refusal.sol";
import {ContractSigner} from "../support/ContractSigner.sol";
import {Signing} from "../support/Signing.sol";
import {Vouchers} from "./Vouchers.sol";

/// @title Reviewers that are contracts (EIP-1271), alone and beside keys
contract ContractReviewersTest is Vouchers {
    ContractSigner private safe;

    function setUp() public override {
        super.setUp();
        safe = new ContractSigner();
        address[] memory accounts = new address[](1);
        accounts[0] = address(safe);
        moveTo(accounts, 1);
    }

    function shown(bytes memory signature) private view returns (Voucher memory v) {
        v = unsigned(order());
        v.signatures = new ReviewerSignature[](1);
        v.signatures[0] = ReviewerSignature(address(safe), signature);
    }

    function approve() private {
        safe.approve(digestOf(order(), unsigned(order())));
    }

    function refuse(Voucher memory v) private {
        expectRefused(order(), v, Refusal.BadSignature, uint160(address(safe)));
    }

    // --- by its word ---

    function testFuzz_approves_whateverTheSignatureIs(bytes memory signature) public {
        Voucher memory v = shown(signature);
        refuse(v);
        approve();
        bytes32 digest = digestOf(order(), v);
        bytes memory data = call(order(), v);
        vm.expectCall(address(safe), abi.encodeCall(ContractSigner.isValidSignature, (digest, signature)), 1);
        passes(executor, data);
        assertTrue(vault.voucherUsed(7));
    }

    function test_approves_thisEnvelopeOnly() public {
        approve();
        Voucher memory v = shown("");
        v.nonce++;
        refuse(v);
        v.nonce--;
        v.expiry++;
        refuse(v);
        execute(order(), shown(""));
    }

    /// @notice Where nothing is there any more, nobody answers: silence is no consent.
    function test_refuses_whereTheContractIsGone() public {
        approve();
        vm.etch(address(safe), "");
        refuse(shown(""));
        // An address that answers nothing to anything.
        vm.etch(address(safe), hex"00");
        refuse(shown(""));
    }

    function test_refuses_anythingButTheExactMagicWord() public {
        approve();
        ContractSigner.Manner[8] memory manners = [
            ContractSigner.Manner.LongAnswer,
            ContractSigner.Manner.DirtyAnswer,
            ContractSigner.Manner.ShortAnswer,
            ContractSigner.Manner.Reverts,
            ContractSigner.Manner.BurnsGas,
            ContractSigner.Manner.Bomb,
            ContractSigner.Manner.BombingRevert,
            ContractSigner.Manner.Starved
        ];
        for (uint256 i = 0; i < manners.length; i++) {
            safe.behave(manners[i]);
            refuse(shown(""));
        }
        safe.behave(ContractSigner.Manner.Honest);
        execute(order(), shown(""));
    }

    /// @notice It is asked by a static call: what would write says nothing.
    function test_refuses_aSignerThatWrites() public {
        approve();
        safe.behave(ContractSigner.Manner.Writes);
        refuse(shown(""));
        assertEq(safe.isValidSignature(digestOf(order(), shown("")), ""), bytes4(0x1626ba7e), "elsewhere it does");
    }

    /// @notice Its word counts when the order executes, and may be taken back until then and given again.
    function test_verdict_isThatOfTheMoment() public {
        bytes32 digest = digestOf(order(), shown(""));
        safe.approve(digest);
        bytes memory data = call(order(), shown(""));
        uint256 clean = vm.snapshotState();
        passes(executor, data);
        vm.revertToState(clean);
        safe.takeBack(digest);
        assertRefused(executor, data, Refusal.BadSignature, uint160(address(safe)));
        safe.approve(digest);
        passes(executor, data);
        safe.takeBack(digest);
        assertTrue(vault.voucherUsed(7));
    }

    // --- gas ---

    /// @notice Gas of a refusal.
    function gasOf(bytes memory data) private returns (uint256 spent) {
        vm.prank(executor);
        uint256 start = gasleft();
        (bool done,) = address(vault).call(data);
        spent = start - gasleft();
        assertFalse(done);
    }

    /// @notice Whatever it does and however long its answer is, it costs no more than its cap.
    function test_gas_isCapped() public {
        bytes memory data = call(order(), shown(""));
        uint256 plain = gasOf(data);
        for (uint256 i = 1; i <= uint256(type(ContractSigner.Manner).max); i++) {
            safe.behave(ContractSigner.Manner(i));
            assertLe(gasOf(data), plain + 200_000);
        }
        safe.behave(ContractSigner.Manner.BurnsGas);
        assertGe(gasOf(data), 200_000);
    }

    /// @notice Too little gas makes a refusal or nothing at all: no relayer gets a yes by starving who would say no.
    function testFuzz_gas_neverDecidesTheVerdict(uint256 gas) public {
        safe.behave(ContractSigner.Manner.Starved);
        bytes memory data = call(order(), shown(""));
        vm.prank(executor);
        (bool done,) = address(vault).call{gas: bound(gas, 100_000, 600_000)}(data);
        assertFalse(done);
    }

    /// @notice With less than its cap left it is not even asked: just below what an order needs, that is the refusal.
    function test_gas_ofTheCapIsRequired() public {
        approve();
        bytes memory data = call(order(), shown(""));
        for (uint256 gas = 900_000; gas > 200_000; gas -= 2_000) {
            uint256 clean = vm.snapshotState();
            vm.prank(executor);
            (bool done, bytes memory answer) = address(vault).call{gas: gas}(data);
            vm.revertToState(clean);
            if (done) continue;
            assertLt(gas, 900_000);
            assertEq(answer, abi.encodeWithSelector(Refused.selector, Refusal.BadSignature, uint160(address(safe))));
            vm.expectCall(address(safe), abi.encodeWithSelector(ContractSigner.isValidSignature.selector), 0);
            vm.prank(executor);
            (done,) = address(vault).call{gas: gas}(data);
            return;
        }
        assertTrue(false, "any gas is enough");
    }

    // --- beside keys ---

    /// @notice Two keys and a contract, two of three: any two, in the order of their addresses.
    function testFuzz_mixed_anyTwoOfThree(bool[3] memory says) public {
        uint256[] memory keys = mix();
        Voucher memory v = unsigned(order());
        bytes32 digest = digestOf(order(), v);
        uint256 size = 0;
        for (uint256 i = 0; i < 3; i++) {
            if (says[i]) size++;
        }
        vm.assume(size != 0);
        v.signatures = new ReviewerSignature[](size);
        size = 0;
        for (uint256 i = 0; i < 3; i++) {
            if (!says[i]) continue;
            if (keys[i] == 0) safe.approve(digest);
            bytes memory signature = keys[i] == 0 ? bytes("by hand") : Signing.ecdsa(keys[i], digest);
            v.signatures[size++] = ReviewerSignature(reviewers[i], signature);
        }
        if (size == 1) return expectRefused(order(), v, Refusal.BadSignature, 1);
        execute(order(), v);
    }

    /// @notice A key's signature in a contract's name is the contract's to judge, and the other way round.
    function test_mixed_noneSpeaksForAnother() public {
        uint256[] memory keys = mix();
        Voucher memory v = unsigned(order());
        bytes32 digest = digestOf(order(), v);
        v.signatures = new ReviewerSignature[](3);
        for (uint256 i = 0; i < 3; i++) {
            v.signatures[i] =
                ReviewerSignature(reviewers[i], Signing.ecdsa(keys[i] == 0 ? keys[(i + 1) % 3] : keys[i], digest));
        }
        expectRefused(order(), v, Refusal.BadSignature, uint160(address(safe)));
        safe.approve(digest);
        execute(order(), v);
    }

    /// @notice A vault with two keys and the contract for reviewers, ascending in `reviewers`; the contract's key is zero.
    function mix() private returns (uint256[] memory keys) {
        keys = new uint256[](3);
        (reviewers[2], keys[0], keys[1]) = (address(safe), reviewerKeys[0], reviewerKeys[1]);
        for (uint256 i = 2; i > 0 && reviewers[i] < reviewers[i - 1]; i--) {
            (reviewers[i], reviewers[i - 1]) = (reviewers[i - 1], reviewers[i]);
            (keys[i], keys[i - 1]) = (keys[i - 1], keys[i]);
        }
        moveTo(reviewers, 2);
    }
}
