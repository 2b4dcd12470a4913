// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Drawdown} from "../../src/guards/Drawdown.sol";
import {Gate} from "../../src/guards/Gate.sol";
import {Test} from "forge-std/Test.sol";

/// @title The mark and the breaker's steps
contract DrawdownTest is Test {
    function setUp() public {
        vm.warp(1_790_000_000);
    }

    function testFuzz_withoutFlowsTheMarkOnlyRises(uint96 peak, uint96 value) public pure {
        vm.assume(value > 0);
        uint256 next = Drawdown.peakAfter(peak, value, value);
        assertEq(next, peak > value ? peak : value);
    }

    /// @notice A deposit or withdrawal keeps the ratio of value to mark, to a rounding against the trade.
    function testFuzz_flowsKeepTheRatio(uint96 peak, uint96 before, uint96 later) public pure {
        before = uint96(bound(before, 1e18, type(uint96).max - 1));
        later = uint96(bound(later, 1e18, type(uint96).max));
        peak = uint96(bound(peak, before + 1, type(uint96).max));
        uint256 next = Drawdown.peakAfter(peak, before, later);
        assertGe(next * before, uint256(peak) * later);
        assertLt((next - 1) * before, uint256(peak) * later);
    }

    function testFuzz_flowsNeitherTripNorHide(uint96 peak, uint96 before, uint96 later, uint16 limit) public pure {
        limit = uint16(bound(limit, 1, 5_000));
        before = uint96(bound(before, 1e24, type(uint96).max - 1));
        later = uint96(bound(later, 1e24, type(uint96).max));
        peak = uint96(bound(peak, before + 1, type(uint96).max));
        uint256 next = Drawdown.peakAfter(peak, before, later);
        bool was = Drawdown.crossed(before, peak, limit);
        bool is_ = Drawdown.crossed(later, next, limit);
        // Rounding up can only turn exactly-at-the-limit into crossed.
        if (was) assertTrue(is_);
        if (!was && is_) assertLe(uint256(peak) * (10_000 - limit), uint256(before) * 10_000 + before / 1e18);
    }

    function test_totalLossKeepsTheMarkAndTheFirstDepositSetsIt() public pure {
        assertEq(Drawdown.peakAfter(100, 0, 0), 100);
        assertEq(Drawdown.peakAfter(0, 0, 50), 50);
        assertEq(Drawdown.peakAfter(100, 100, 0), 0);
    }

    function testFuzz_onlyASecondCrossingInTheWindowTrips(uint32 age) public {
        Gate gate = Drawdown.judged(Gate.wrap(0), true);
        assertTrue(gate.suspended());
        vm.warp(block.timestamp + age);
        Gate next = Drawdown.judged(gate, true);
        assertEq(next.tripped(), age >= 10 minutes && age <= 60 minutes);
        assertEq(next.suspended(), !next.tripped());
        assertEq(next.incident(), next.tripped() ? 1 : 0);
        assertFalse(Drawdown.judged(gate, false).suspended());
    }

    function testFuzz_aTripOutlivesEveryCheckpoint(bool[6] memory crossings, uint16[6] memory waits) public {
        Gate gate = Gate.wrap(0).withTrip();
        for (uint256 i = 0; i < 6; i++) {
            vm.warp(block.timestamp + waits[i]);
            gate = Drawdown.judged(gate, crossings[i]);
            assertTrue(gate.tripped() && !gate.suspended());
            assertEq(gate.incident(), 1);
        }
    }
}
