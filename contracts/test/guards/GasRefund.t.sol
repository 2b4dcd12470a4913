// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {GasRefund} from "../../src/guards/GasRefund.sol";
import {Test} from "forge-std/Test.sol";

/// @title What of its gas the executor gets back
contract GasRefundGuardTest is Test {
    uint256 private constant OVERHEAD = 5_000;

    function setUp() public {
        vm.fee(10 gwei);
        vm.txGasPrice(12 gwei);
    }

    function due(uint256 gasUsed, uint256 nativePrice, uint256 tradeUsd) private view returns (uint256, uint256) {
        return GasRefund.due(gasUsed, nativePrice, tradeUsd);
    }

    function test_gasTimesPrice() public view {
        (uint256 amount, uint256 value) = due(195_000, 3_000e18, 1_000_000e18);
        assertEq(amount, 200_000 * 12 gwei);
        assertEq(value, 7.2e18);
    }

    function test_unknownNativePrice_paysNothing() public view {
        (uint256 amount, uint256 value) = due(195_000, 0, 1_000_000e18);
        assertEq(amount + value, 0);
    }

    function test_noMoreThanTheMostGas() public view {
        (uint256 amount,) = due(1_495_000, 3_000e18, 1e30);
        (uint256 more,) = due(1_495_001, 3_000e18, 1e30);
        (uint256 less,) = due(1_494_999, 3_000e18, 1e30);
        assertEq(amount, 1_500_000 * 12 gwei);
        assertEq(more, amount);
        assertEq(less, 1_499_999 * 12 gwei);
    }

    function test_noTipAboveThreeGwei() public {
        vm.txGasPrice(13 gwei);
        (uint256 edge,) = due(195_000, 3_000e18, 1e30);
        assertEq(edge, 200_000 * 13 gwei);
        vm.txGasPrice(14 gwei);
        (uint256 amount,) = due(195_000, 3_000e18, 1e30);
        assertEq(amount, edge);
    }

    /// @notice Twenty basis points of 1,000 USD are 2 USD.
    function test_noMoreThanTwentyBasisPointsOfTheTrade() public view {
        (uint256 amount, uint256 value) = due(195_000, 2_000e18, 1_000e18);
        assertEq(amount, 0.001e18);
        assertEq(value, 2e18);
    }

    function testFuzz_withinEveryBound(uint64 gasUsed, uint96 nativePrice, uint96 tradeUsd, uint64 price, uint64 fee)
        public
    {
        vm.fee(fee);
        vm.txGasPrice(price);
        (uint256 amount, uint256 value) = due(gasUsed, nativePrice, tradeUsd);
        uint256 paid = price < uint256(fee) + 3 gwei ? price : uint256(fee) + 3 gwei;
        uint256 gas_ = uint256(gasUsed) + OVERHEAD;
        assertLe(amount, (gas_ < 1_500_000 ? gas_ : 1_500_000) * paid);
        // The value is rounded up, so that no part of a unit goes uncounted.
        assertGe(value * 1e18, amount * nativePrice);
        assertLe(amount * nativePrice, uint256(tradeUsd) * 20 / 10_000 * 1e18);
        if (amount != 0) assertLt((value - 1) * 1e18, amount * nativePrice);
    }

    function test_constants() public pure {
        assertEq(GasRefund.HIGHEST_GAS, 1_500_000);
        assertEq(GasRefund.HIGHEST_TIP, 3 gwei);
        assertEq(GasRefund.HIGHEST_BPS, 20);
        assertEq(GasRefund.RECEIVER_GAS, 10_000);
    }
}
