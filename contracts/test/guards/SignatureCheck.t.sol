// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ReviewerSignature, Voucher} from "../../src/Types.sol";
import {Refusal, Refused} from "../../src/Refusal.sol";
import {ReviewVoucher} from "../../src/guards/ReviewVoucher.sol";
import {ReviewerSignatures} from "../../src/guards/ReviewerSignatures.sol";
import {SignatureCheck} from "../../src/guards/SignatureCheck.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {ContractSigner} from "../support/ContractSigner.sol";
import {Signing} from "../support/Signing.sol";
import {Test} from "forge-std/Test.sol";

/// @title Who signed, apart from what
contract SignatureCheckTest is Test {
    uint256 private constant ORDER_OF_THE_CURVE = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
    bytes32 private constant DIGEST = keccak256("digest");
    mapping(address => bool) public isReviewer;
    address[] private people; // ascending
    uint256[] private keys;

    function setUp() public {
        vm.warp(1_790_000_000);
        for (uint256 i = 0; i < 3; i++) {
            (address account, uint256 key) = makeAddrAndKey(string.concat("signer ", vm.toString(i)));
            people.push(account);
            keys.push(key);
            isReviewer[account] = true;
            for (uint256 j = i; j > 0 && people[j] < people[j - 1]; j--) {
                (people[j], people[j - 1]) = (people[j - 1], people[j]);
                (keys[j], keys[j - 1]) = (keys[j - 1], keys[j]);
            }
        }
    }

    function check(address signer, bytes calldata signature) external view {
        SignatureCheck.requireBy(signer, DIGEST, signature);
    }

    function checkAll(uint256 threshold, ReviewerSignature[] calldata list) external view {
        ReviewerSignatures.requireThreshold(IVault(payable(address(this))), threshold, DIGEST, list);
    }

    function usable(Voucher calldata v, uint256 minimumOut, bool used) external view {
        ReviewVoucher.requireUsable(v, minimumOut, used);
    }

    function expectRefusal(Refusal reason, uint256 detail) private {
        vm.expectRevert(abi.encodeWithSelector(Refused.selector, reason, detail));
    }

    function expectBad(address signer, bytes memory signature) private {
        expectRefusal(Refusal.BadSignature, uint160(signer));
        this.check(signer, signature);
    }

    // --- keys ---

    function test_key_signs() public view {
        this.check(people[0], Signing.ecdsa(keys[0], DIGEST));
    }

    function test_key_refuses_everythingElse() public {
        bytes memory signature = Signing.ecdsa(keys[0], DIGEST);
        expectBad(people[1], signature);
        expectBad(people[0], Signing.ecdsa(keys[0], keccak256("another")));
        expectBad(people[0], "");
        expectBad(people[0], new bytes(65));
        expectBad(people[0], abi.encodePacked(signature, uint8(0)));
    }

    /// @notice Zero is what a recovery that failed answers.
    function test_nobody_signsNothing() public {
        expectBad(address(0), "");
        expectBad(address(0), new bytes(65));
        expectBad(address(0), Signing.ecdsa(keys[0], DIGEST));
    }

    /// @notice The curve has two signatures for each. Both count: what is used up is a nonce, an index or an id, never a signature.
    function test_key_mirroredSignatureCountsAsWell() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[0], DIGEST);
        bytes32 mirrored = bytes32(ORDER_OF_THE_CURVE - uint256(s));
        uint8 other = v == 27 ? 28 : 27;
        this.check(people[0], abi.encodePacked(r, mirrored, other));
        expectBad(people[0], abi.encodePacked(r, mirrored, v));
        expectBad(people[0], abi.encodePacked(r, s, other));
    }

    // --- contracts ---

    function test_contract_signs() public {
        ContractSigner safe = new ContractSigner();
        expectBad(address(safe), "x");
        safe.approve(DIGEST);
        this.check(address(safe), "x");
    }

    function test_contract_refuses_anythingButTheExactWord() public {
        ContractSigner safe = new ContractSigner();
        safe.approve(DIGEST);
        ContractSigner.Manner[3] memory manners =
            [ContractSigner.Manner.LongAnswer, ContractSigner.Manner.DirtyAnswer, ContractSigner.Manner.Reverts];
        for (uint256 i = 0; i < manners.length; i++) {
            safe.behave(manners[i]);
            expectBad(address(safe), "x");
        }
    }

    /// @notice With less than the cap left, whoever relays would decide the answer.
    function test_contract_needsAllOfItsGas() public {
        ContractSigner safe = new ContractSigner();
        safe.approve(DIGEST);
        (bool done,) = address(this).call{gas: 250_000}(abi.encodeCall(this.check, (address(safe), "x")));
        assertTrue(done);
        bytes memory answer;
        (done, answer) = address(this).call{gas: 206_000}(abi.encodeCall(this.check, (address(safe), "x")));
        assertFalse(done);
        assertEq(answer, abi.encodeWithSelector(Refused.selector, Refusal.BadSignature, uint160(address(safe))));
    }

    function test_contract_getsNoMoreThanTheCap() public {
        ContractSigner safe = new ContractSigner();
        safe.behave(ContractSigner.Manner.BurnsGas);
        uint256 start = gasleft();
        expectBad(address(safe), "x");
        uint256 spent = start - gasleft();
        assertGe(spent, SignatureCheck.CONTRACT_GAS);
        assertLt(spent, SignatureCheck.CONTRACT_GAS + 50_000);
    }

    /// @notice A key that is also a contract (EIP-7702) signs as either.
    function test_keyWithCode_signsByItsKey() public {
        vm.etch(people[0], address(new ContractSigner()).code);
        this.check(people[0], Signing.ecdsa(keys[0], DIGEST));
        expectBad(people[0], "x");
    }

    // --- several ---

    function signed(uint256[] memory who) private view returns (ReviewerSignature[] memory list) {
        list = new ReviewerSignature[](who.length);
        for (uint256 i = 0; i < who.length; i++) {
            list[i] = ReviewerSignature(people[who[i]], Signing.ecdsa(keys[who[i]], DIGEST));
        }
    }

    function picked(uint256 a, uint256 b) private pure returns (uint256[] memory who) {
        who = new uint256[](2);
        (who[0], who[1]) = (a, b);
    }

    function test_threshold_isEnoughAndMoreIsFine() public {
        this.checkAll(2, signed(picked(0, 2)));
        this.checkAll(1, signed(picked(0, 2)));
        expectRefusal(Refusal.BadSignature, 2);
        this.checkAll(3, signed(picked(0, 2)));
    }

    function test_threshold_refuses_twiceAndUnsorted() public {
        expectRefusal(Refusal.SignersUnsorted, uint160(people[1]));
        this.checkAll(2, signed(picked(1, 1)));
        expectRefusal(Refusal.SignersUnsorted, uint160(people[0]));
        this.checkAll(2, signed(picked(1, 0)));
        ReviewerSignature[] memory list = signed(picked(0, 1));
        list[0].signer = address(0);
        expectRefusal(Refusal.SignersUnsorted, 0);
        this.checkAll(2, list);
    }

    /// @notice Also one too many: every signature that is shown must be good.
    function test_threshold_refuses_strangersAndForgeries() public {
        isReviewer[people[2]] = false;
        expectRefusal(Refusal.BadSignature, uint160(people[2]));
        this.checkAll(1, signed(picked(0, 2)));
        isReviewer[people[2]] = true;
        ReviewerSignature[] memory list = signed(picked(0, 2));
        list[1].signature = list[0].signature;
        expectRefusal(Refusal.BadSignature, uint160(people[2]));
        this.checkAll(1, list);
    }

    function test_voucher_untilItsExpiryOnceAndAtItsMinimum() public {
        Voucher memory v;
        (v.minimumOut, v.expiry, v.nonce) = (100, uint64(block.timestamp), 7);
        this.usable(v, 100, false);
        expectRefusal(Refusal.VoucherMismatch, 100);
        this.usable(v, 99, false);
        expectRefusal(Refusal.VoucherUsed, 7);
        this.usable(v, 100, true);
        v.expiry--;
        expectRefusal(Refusal.VoucherExpired, v.expiry);
        this.usable(v, 100, false);
    }
}
