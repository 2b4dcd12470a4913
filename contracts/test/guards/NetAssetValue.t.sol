// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Verdict} from "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {NetAssetValue, Valuation} from "../../src/guards/NetAssetValue.sol";
import {Test} from "forge-std/Test.sol";

/// @title The least and the most that the vault can be worth
contract NetAssetValueTest is Test {
    using NetAssetValue for Valuation;

    function valued(uint256 amount, int256 flow) private pure returns (Valuation memory sum) {
        sum.add(Verdict(Refusal.None, 2e18, 3e18, 2e18, 0), amount, flow, 1e6);
    }

    function test_flowsCountAfterAndNotBefore() public pure {
        Valuation memory sum = valued(10e6, 4e6);
        assertEq(sum.beforeLow, 12e18);
        assertEq(sum.beforeHigh, 18e18);
        assertEq(sum.afterLow, 20e18);
        assertEq(sum.afterHigh, 30e18);
    }

    function test_whatLeftCountsBefore() public pure {
        Valuation memory sum = valued(10e6, -4e6);
        assertEq(sum.beforeLow, 28e18);
        assertEq(sum.beforeHigh, 42e18);
    }

    /// @notice More flowed in than is there: that loss is largest at the highest price.
    function test_whatIsMissingCostsMostAtTheHighestPrice() public pure {
        Valuation memory sum = valued(1e6, 5e6);
        assertEq(sum.beforeLow, -12e18);
        assertEq(sum.beforeHigh, -8e18);
    }

    function testFuzz_lowIsNeverAboveHigh(uint96 low, uint96 spread, uint120 amount, int120 flow) public pure {
        Valuation memory sum;
        sum.add(Verdict(Refusal.None, low, uint256(low) + spread, low, 0), amount, flow, 1e18);
        assertLe(sum.beforeLow, sum.beforeHigh);
        assertLe(sum.afterLow, sum.afterHigh);
    }

    /// @notice Assets add up, and what each adds at the lowest price is told.
    function test_assetsAddUp() public pure {
        Valuation memory sum = valued(10e6, 4e6);
        uint256 added = sum.add(Verdict(Refusal.None, 5e18, 7e18, 5e18, 0), 3e18, -1e18, 1e18);
        assertEq(added, 15e18);
        assertEq(sum.beforeLow, 12e18 + 20e18);
        assertEq(sum.beforeHigh, 18e18 + 28e18);
        assertEq(sum.afterLow, 20e18 + 15e18);
        assertEq(sum.afterHigh, 30e18 + 21e18);
    }

    function test_lessThanNothingIsNothing() public pure {
        assertEq(NetAssetValue.positive(-1), 0);
        assertEq(NetAssetValue.positive(0), 0);
        assertEq(NetAssetValue.positive(1), 1);
    }
}
