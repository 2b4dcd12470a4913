// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../src/Types.sol";
import {BreakerResetTerms} from "../src/guards/BreakerResetTerms.sol";
import {MandateTerms} from "../src/guards/MandateTerms.sol";
import {OrderTerms} from "../src/guards/OrderTerms.sol";
import {Envelope, ReviewVoucher} from "../src/guards/ReviewVoucher.sol";
import {Signing} from "./support/Signing.sol";
import {Test} from "forge-std/Test.sol";

/// @notice The digests as a vault computes them, at an address of our choice.
contract Digests {
    function mandate(Mandate calldata m) external view returns (bytes32) {
        return MandateTerms.id(m, address(this));
    }

    function order(Order calldata o) external view returns (bytes32) {
        return OrderTerms.digest(o, address(this));
    }

    function voucher(Envelope calldata e) external view returns (bytes32) {
        return ReviewVoucher.digest(e, address(this));
    }

    function breakerReset(BreakerReset calldata r, bytes32 policyHash) external view returns (bytes32) {
        return BreakerResetTerms.digest(r, policyHash, address(this));
    }
}

/// @title What people sign off chain is what is checked on chain
/// @notice The expected values come from typed-data-vectors.ts, which uses viem; a test holds the two files equal. The other
/// tests sign by `Signing`, which must therefore agree with them too.
contract TypedDataVectorsTest is Test {
    bytes32 private constant MANDATE = 0xbff5939da9f939c43242b2b1e555758e36d1f8d4770ac46696c9c1523f77d72e;
    bytes32 private constant ORDER = 0xabe13adbba79b2b733c482548a4e5715b7d50bdd5e3ff4e4b2f4eeff24950f5a;
    bytes32 private constant VOUCHER = 0xd95efe5b898aaec01778dd9d80d8c72e0a793c7099a7bce078725c3e9d1a6722;
    bytes32 private constant BREAKER_RESET = 0x17b2ab8350c94729dc8b06573b3659ca7fc072e8433e6cb26b7f54f6962ea8d4;
    bytes32 private constant LARGEST_MANDATE = 0xa10164249c69adba4e88c2241b67dce8d24a51dfac87e9afc129e3eddc7c2a99;
    bytes32 private constant LARGEST_ORDER = 0xd1d9137006bd69f61c6932da55f67105bea3585f8da3db173dded38b5c187234;
    bytes32 private constant LARGEST_VOUCHER = 0xa611cdfc61fcf19755e8937de3c7bcd89134a4f0927afbac678585696bdeccc8;
    bytes32 private constant LARGEST_BREAKER_RESET = 0x7ab80f82b1b13f519193a04f3e5e10e0fb198f219fadc75106f3b76b2b693262;

    Digests private constant VAULT = Digests(address(0xAA));
    Digests private constant LAST_VAULT = Digests(address(type(uint160).max));

    function setUp() public {
        vm.chainId(424242);
        vm.etch(address(VAULT), type(Digests).runtimeCode);
        vm.etch(address(LAST_VAULT), type(Digests).runtimeCode);
    }

    // --- values as they occur ---

    function test_mandate() public view {
        Mandate memory m = Mandate({
            strategy: word(1),
            sell: address(0xA1),
            buy: address(0xB2),
            total: 100_000e6,
            maximumSlice: 20_000e6,
            refillAmount: 40_000e6,
            refillPeriod: 86_400,
            start: 1_790_000_000,
            end: 1_790_604_800,
            minimumInterval: 60,
            maximumExecutions: 5,
            worstPrice: 3e44,
            slippageBps: 50,
            poorFillBps: 40,
            maximumPoorFills: 3,
            configurationHash: word(2),
            salt: 7
        });
        assertEq(VAULT.mandate(m), MANDATE);
    }

    function test_order() public view {
        Order memory o = Order({
            mandateId: word(3),
            amountIn: 20_000e6,
            minimumOut: 6.6e18,
            deadline: 1_790_000_048,
            executionIndex: 2,
            epoch: 3,
            decisionHead: word(5),
            modelId: word(6),
            sellHint: 0,
            buyHint: 299
        });
        assertEq(VAULT.order(o), ORDER);
        assertEq(Signing.orderDigest(address(VAULT), o), ORDER);
    }

    function test_voucher() public view {
        Envelope memory e = Envelope({
            mandateId: word(3),
            sell: address(0xA1),
            buy: address(0xB2),
            amountIn: 60_000e6,
            minimumOut: 19.9e18,
            epoch: 3,
            expiry: 1_790_000_600,
            nonce: 11,
            counter: 2,
            policyHash: word(4)
        });
        assertEq(VAULT.voucher(e), VOUCHER);
        assertEq(Signing.voucherDigest(address(VAULT), e), VOUCHER);
    }

    function test_breakerReset() public view {
        BreakerReset memory r = BreakerReset({
            incident: 4, newExecutor: address(0xC3), executorExpiry: 1_795_000_000, deadline: 1_790_086_400
        });
        assertEq(VAULT.breakerReset(r, word(4)), BREAKER_RESET);
        assertEq(Signing.resetDigest(address(VAULT), r, word(4)), BREAKER_RESET);
    }

    // --- every value as large as its type allows, in another vault on another chain ---

    function test_largestMandate() public {
        vm.chainId(1);
        Mandate memory m = Mandate({
            strategy: word(15),
            sell: address(type(uint160).max),
            buy: address(type(uint160).max),
            total: type(uint256).max,
            maximumSlice: type(uint256).max,
            refillAmount: type(uint256).max,
            refillPeriod: type(uint32).max,
            start: type(uint64).max,
            end: type(uint64).max,
            minimumInterval: type(uint32).max,
            maximumExecutions: type(uint32).max,
            worstPrice: type(uint256).max,
            slippageBps: type(uint16).max,
            poorFillBps: type(uint16).max,
            maximumPoorFills: type(uint8).max,
            configurationHash: word(15),
            salt: type(uint256).max
        });
        assertEq(LAST_VAULT.mandate(m), LARGEST_MANDATE);
    }

    function test_largestOrder() public {
        vm.chainId(1);
        Order memory o = Order({
            mandateId: word(15),
            amountIn: type(uint256).max,
            minimumOut: type(uint256).max,
            deadline: type(uint64).max,
            executionIndex: type(uint32).max,
            epoch: type(uint32).max,
            decisionHead: word(15),
            modelId: word(15),
            sellHint: type(uint16).max,
            buyHint: type(uint16).max
        });
        assertEq(LAST_VAULT.order(o), LARGEST_ORDER);
        assertEq(Signing.orderDigest(address(LAST_VAULT), o), LARGEST_ORDER);
    }

    function test_largestVoucher() public {
        vm.chainId(1);
        Envelope memory e = Envelope({
            mandateId: word(15),
            sell: address(type(uint160).max),
            buy: address(type(uint160).max),
            amountIn: type(uint256).max,
            minimumOut: type(uint256).max,
            epoch: type(uint32).max,
            expiry: type(uint64).max,
            nonce: type(uint256).max,
            counter: type(uint256).max,
            policyHash: word(15)
        });
        assertEq(LAST_VAULT.voucher(e), LARGEST_VOUCHER);
        assertEq(Signing.voucherDigest(address(LAST_VAULT), e), LARGEST_VOUCHER);
    }

    function test_largestBreakerReset() public {
        vm.chainId(1);
        BreakerReset memory r = BreakerReset({
            incident: type(uint32).max,
            newExecutor: address(type(uint160).max),
            executorExpiry: type(uint64).max,
            deadline: type(uint64).max
        });
        assertEq(LAST_VAULT.breakerReset(r, word(15)), LARGEST_BREAKER_RESET);
        assertEq(Signing.resetDigest(address(LAST_VAULT), r, word(15)), LARGEST_BREAKER_RESET);
    }

    /// @dev 32 bytes of one hex digit.
    function word(uint256 digit) private pure returns (bytes32) {
        return bytes32(digit * (type(uint256).max / 15));
    }
}
