// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../src/Types.sol";
import {BreakerResetTerms} from "../src/guards/BreakerResetTerms.sol";
import {MandateTerms} from "../src/guards/MandateTerms.sol";
import {OrderTerms} from "../src/guards/OrderTerms.sol";
import {Envelope, ReviewVoucher} from "../src/guards/ReviewVoucher.sol";
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
/// @notice The expected values come from typed-data-vectors.ts, which uses viem.
contract TypedDataVectorsTest is Test {
    Digests private vault = Digests(address(0xAA));

    function setUp() public {
        vm.chainId(424242);
        vm.etch(address(vault), type(Digests).runtimeCode);
    }

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
        assertEq(vault.mandate(m), 0xbff5939da9f939c43242b2b1e555758e36d1f8d4770ac46696c9c1523f77d72e);
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
        assertEq(vault.order(o), 0xabe13adbba79b2b733c482548a4e5715b7d50bdd5e3ff4e4b2f4eeff24950f5a);
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
        assertEq(vault.voucher(e), 0xd95efe5b898aaec01778dd9d80d8c72e0a793c7099a7bce078725c3e9d1a6722);
    }

    function test_breakerReset() public view {
        BreakerReset memory r = BreakerReset({
            incident: 4, newExecutor: address(0xC3), executorExpiry: 1_795_000_000, deadline: 1_790_086_400
        });
        assertEq(vault.breakerReset(r, word(4)), 0x17b2ab8350c94729dc8b06573b3659ca7fc072e8433e6cb26b7f54f6962ea8d4);
    }

    /// @dev 32 bytes of one hex digit.
    function word(uint256 digit) private pure returns (bytes32) {
        return bytes32(digit * (type(uint256).max / 15));
    }
}
