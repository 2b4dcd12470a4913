// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {Signing} from "../support/Signing.sol";
import {Vouchers} from "./Vouchers.sol";

/// @title M of N reviewers, each once, in ascending order, by their keys
contract ReviewSignersTest is Vouchers {
    uint256 private constant ORDER_OF_THE_CURVE = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    function refuse(Voucher memory v, Refusal reason, uint256 detail) private {
        expectRefused(order(), v, reason, detail);
    }

    /// @notice A signature of reviewer `index` over the voucher.
    function by(uint256 index, Voucher memory v) private view returns (ReviewerSignature memory) {
        return ReviewerSignature(reviewers[index], Signing.ecdsa(reviewerKeys[index], digestOf(order(), v)));
    }

    function list(uint256 size) private view returns (Voucher memory v) {
        v = unsigned(order());
        v.signatures = new ReviewerSignature[](size);
    }

    function two(uint256 first, uint256 second) private view returns (Voucher memory v) {
        v = list(2);
        (v.signatures[0], v.signatures[1]) = (by(first, v), by(second, v));
    }

    // --- how many ---

    /// @notice Any of them, at least as many as the threshold.
    function testFuzz_threshold_isMOfN(uint8 threshold, uint8 mask) public {
        threshold = uint8(bound(threshold, 1, 3));
        moveTo(reviewers, threshold);
        uint256 size = (mask & 1) + (mask >> 1 & 1) + (mask >> 2 & 1);
        Voucher memory v = list(size);
        uint256 next = 0;
        for (uint256 i = 0; i < 3; i++) {
            if (mask >> i & 1 == 1) v.signatures[next++] = by(i, v);
        }
        if (size == 0) return refuse(v, Refusal.ReviewRequired, AUTOMATIC_LIMIT);
        if (size < threshold) return refuse(v, Refusal.BadSignature, size);
        execute(order(), v);
    }

    function test_threshold_isThatOfTheMoment() public {
        change(abi.encodeCall(IVault.setReviewer, (reviewers[2], true, 3)));
        checkpoint();
        refuse(two(0, 1), Refusal.BadSignature, 2);
        Voucher memory v = list(3);
        (v.signatures[0], v.signatures[1], v.signatures[2]) = (by(0, v), by(1, v), by(2, v));
        execute(order(), v);
    }

    // --- in what order ---

    function test_signers_ascendStrictly() public {
        refuse(two(1, 0), Refusal.SignersUnsorted, uint160(reviewers[0]));
        refuse(two(2, 1), Refusal.SignersUnsorted, uint160(reviewers[1]));
        refuse(two(1, 1), Refusal.SignersUnsorted, uint160(reviewers[1]));
        Voucher memory v = list(3);
        (v.signatures[0], v.signatures[1], v.signatures[2]) = (by(0, v), by(2, v), by(2, v));
        refuse(v, Refusal.SignersUnsorted, uint160(reviewers[2]));
        (v.signatures[1], v.signatures[2]) = (by(2, v), by(1, v));
        refuse(v, Refusal.SignersUnsorted, uint160(reviewers[1]));
    }

    /// @notice Nobody's address is what a recovery that failed answers: it is below every other one, and never a signer.
    function test_signers_areSomebody() public {
        Voucher memory v = two(0, 1);
        v.signatures[0] = ReviewerSignature(address(0), "");
        refuse(v, Refusal.SignersUnsorted, 0);
        v.signatures[0] = ReviewerSignature(address(0), new bytes(65));
        refuse(v, Refusal.SignersUnsorted, 0);
    }

    // --- who ---

    /// @notice Also one too many: every signature that is shown must be a reviewer's.
    function testFuzz_signers_areReviewers(uint256 key, bool surplus) public {
        key = bound(key, 1, ORDER_OF_THE_CURVE - 1);
        address foreign = vm.addr(key);
        vm.assume(!vault.isReviewer(foreign));
        Voucher memory v = list(surplus ? 3 : 2);
        bytes32 digest = digestOf(order(), v);
        uint256 next = 0;
        bool placed = false;
        for (uint256 i = 0; i < v.signatures.length; i++) {
            bool here = !placed && (foreign < reviewers[next] || i == v.signatures.length - 1);
            if (here) v.signatures[i] = ReviewerSignature(foreign, Signing.ecdsa(key, digest));
            else v.signatures[i] = by(next++, v);
            placed = placed || here;
        }
        refuse(v, Refusal.BadSignature, uint160(foreign));
    }

    function test_signers_ofOtherRolesAreNone() public {
        (, uint256 ownerKey) = makeAddrAndKey("owner");
        (, uint256 guardianKey) = makeAddrAndKey("guardian");
        (, uint256 executorKey) = makeAddrAndKey("executor");
        address[4] memory holders = [treasurer, owner, guardian, executor];
        uint256[4] memory keys = [treasurerKey, ownerKey, guardianKey, executorKey];
        for (uint256 i = 0; i < 4; i++) {
            Voucher memory v = list(2);
            bytes32 digest = digestOf(order(), v);
            ReviewerSignature memory foreign = ReviewerSignature(holders[i], Signing.ecdsa(keys[i], digest));
            if (holders[i] < reviewers[1]) (v.signatures[0], v.signatures[1]) = (foreign, by(1, v));
            else (v.signatures[0], v.signatures[1]) = (by(1, v), foreign);
            refuse(v, Refusal.BadSignature, uint160(holders[i]));
        }
    }

    function test_signers_areReviewersOfTheMoment() public {
        change(abi.encodeCall(IVault.setReviewer, (reviewers[1], false, 2)));
        checkpoint();
        refuse(two(0, 1), Refusal.BadSignature, uint160(reviewers[1]));
        execute(order(), two(0, 2));
    }

    // --- by what signature ---

    function test_signature_isTheSignersOwn() public {
        Voucher memory v = two(0, 1);
        v.signatures[0].signature = v.signatures[1].signature;
        refuse(v, Refusal.BadSignature, uint160(reviewers[0]));
        v = two(0, 1);
        v.signatures[1].signature = v.signatures[0].signature;
        refuse(v, Refusal.BadSignature, uint160(reviewers[1]));
        v.signatures[1].signature = "";
        refuse(v, Refusal.BadSignature, uint160(reviewers[1]));
    }

    function testFuzz_signature_anyByteMatters(uint256 position, uint8 flip, uint8 who) public {
        vm.assume(flip != 0);
        Voucher memory v = two(0, 1);
        bytes memory signature = v.signatures[who % 2].signature;
        position = bound(position, 0, 64);
        signature[position] = bytes1(uint8(signature[position]) ^ flip);
        refuse(v, Refusal.BadSignature, uint160(reviewers[who % 2]));
    }

    /// @notice The recovery number is 27 or 28, as wallets write it; 0 and 1 are not taken for it.
    function test_signature_recoveryNumberIsNotZeroOrOne() public {
        for (uint8 number = 0; number < 2; number++) {
            Voucher memory v = two(0, 1);
            v.signatures[1].signature[64] = bytes1(number);
            refuse(v, Refusal.BadSignature, uint160(reviewers[1]));
        }
    }

    function testFuzz_signature_anyOtherLengthIsNone(bytes memory junk) public {
        Voucher memory v = two(0, 1);
        v.signatures[1].signature = junk;
        refuse(v, Refusal.BadSignature, uint160(reviewers[1]));
        v = two(0, 1);
        v.signatures[0].signature = abi.encodePacked(v.signatures[0].signature, uint8(0));
        refuse(v, Refusal.BadSignature, uint160(reviewers[0]));
    }

    /// @notice The mirrored signature (high s) is the same key's word over the same envelope: it is as good, and uses up the same
    /// nonce. One reviewer does not become two by it.
    function test_signature_mirroredIsTheSameWord() public {
        Voucher memory v = two(0, 1);
        (uint8 number, bytes32 r, bytes32 s) = vm.sign(reviewerKeys[1], digestOf(order(), v));
        bytes memory mirrored =
            abi.encodePacked(r, ORDER_OF_THE_CURVE - uint256(s), number == 27 ? uint8(28) : uint8(27));
        v.signatures[0] = by(1, v);
        v.signatures[1].signature = mirrored;
        refuse(v, Refusal.SignersUnsorted, uint160(reviewers[1]));
        v.signatures[0] = by(0, v);
        Voucher memory plain = two(0, 1);
        execute(order(), v);
        expectRefused(order(), plain, Refusal.VoucherUsed, 7);
    }
}
