// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Breaker, Drawdown} from "../../src/guards/Drawdown.sol";
import {Gate} from "../../src/guards/Gate.sol";
import {Test} from "forge-std/Test.sol";

/// @title The mark and the breaker's steps
contract DrawdownTest is Test {
    uint256 private constant MARK = Drawdown.SMALLEST_MARK;

    function setUp() public {
        vm.warp(1_790_000_000);
    }

    function none() private pure returns (Breaker memory) {
        return Breaker(0, 0);
    }

    // --- the mark ---

    function testFuzz_withoutFlowsTheMarkOnlyRises(uint96 peak, uint96 value) public pure {
        value = uint96(bound(value, MARK, type(uint96).max));
        uint256 next = Drawdown.peakAfter(peak, value, value);
        assertEq(next, peak > value ? peak : value);
    }

    /// @notice A deposit or withdrawal keeps the ratio of value to mark, to a rounding against the trade.
    function testFuzz_flowsKeepTheRatio(uint96 peak, uint96 before, uint96 later) public pure {
        before = uint96(bound(before, MARK, type(uint96).max - 1));
        later = uint96(bound(later, MARK, type(uint96).max));
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
        assertEq(Drawdown.peakAfter(100e18, 0, 0), 100e18);
        assertEq(Drawdown.peakAfter(0, 0, 50e18), 50e18);
        assertEq(Drawdown.peakAfter(100e18, 0, 50e18), 50e18);
        assertEq(Drawdown.peakAfter(100e18, 100e18, 0), 0);
    }

    /// @notice Almost everything lost is not the same as almost nothing there.
    function testFuzz_almostTotalLossKeepsTheMark(uint96 peak, uint96 left) public pure {
        peak = uint96(bound(peak, MARK, type(uint96).max));
        left = uint96(bound(left, 1, MARK / 2 - 1));
        assertEq(Drawdown.peakAfter(peak, left, left), peak);
        assertTrue(Drawdown.crossed(left, peak, 5_000));
    }

    /// @notice What was withdrawn to a few wei neither crosses by a rounding, nor does a rounding grow with the next deposit.
    function testFuzz_aMarkBelowADollarCrossesNothing(uint96 value, uint96 peak, uint16 limit, uint96 later)
        public
        pure
    {
        peak = uint96(bound(peak, 0, MARK - 1));
        value = uint96(bound(value, 0, MARK - 1));
        later = uint96(bound(later, 1, type(uint96).max));
        assertFalse(Drawdown.crossed(value, peak, bound(limit, 0, 5_000)));
        assertEq(Drawdown.peakAfter(peak, value, later), later);
    }

    function test_aMarkOfADollarIsInForce() public pure {
        assertTrue(Drawdown.crossed(MARK * 9 / 10 - 1, MARK, 1_000));
        assertFalse(Drawdown.crossed(MARK * 9 / 10, MARK, 1_000));
        assertFalse(Drawdown.crossed(0, MARK - 1, 1_000));
        assertEq(Drawdown.peakAfter(MARK, MARK / 2, MARK), 2 * MARK);
        assertEq(Drawdown.peakAfter(0, MARK, 2 * MARK), 2 * MARK);
        assertEq(Drawdown.peakAfter(MARK - 1, MARK / 2, MARK), MARK);
    }

    function testFuzz_crossed_isBelowTheLimitExactly(uint96 value, uint96 peak, uint16 limit) public pure {
        peak = uint96(bound(peak, MARK, type(uint96).max));
        limit = uint16(bound(limit, 0, 5_000));
        bool expected = uint256(value) * 10_000 < uint256(peak) * (10_000 - limit);
        assertEq(Drawdown.crossed(value, peak, limit), expected);
    }

    function testFuzz_withoutAnAsset_theMarkKeepsTheRest(uint96 peak, uint32 rest, uint32 share) public pure {
        uint256 whole = uint256(rest) + share;
        uint256 left = Drawdown.peakWithout(peak, rest, whole);
        if (share == 0) {
            assertEq(left, peak);
            return;
        }
        assertGe(left * whole, uint256(peak) * rest);
        if (left != 0) assertLt((left - 1) * whole, uint256(peak) * rest);
        assertEq(Drawdown.peakWithout(peak, whole + rest, whole), peak, "it never rises");
    }

    // --- the steps ---

    function testFuzz_onlyASecondCrossingInTheWindowTrips(uint24 age, uint16 past) public {
        (Gate gate, Breaker memory breaker) = Drawdown.judged(Gate.wrap(0), Breaker(past, 0), true);
        uint256 first = block.timestamp;
        assertTrue(gate.suspended());
        assertEq(breaker.suspendedAt, first);
        vm.warp(first + age % 2 hours);
        uint256 waited = block.timestamp - first;
        (gate, breaker) = Drawdown.judged(gate, breaker, true);
        bool trips = waited >= 10 minutes && waited <= 60 minutes;
        assertEq(gate.tripped(), trips);
        assertEq(gate.suspended(), !trips);
        assertEq(breaker.incident, trips ? uint256(past) + 1 : past);
        assertEq(breaker.suspendedAt, trips ? 0 : waited > 60 minutes ? block.timestamp : first);
    }

    function test_theWindowsEnds() public {
        uint16[4] memory ages = [10 minutes - 1, 10 minutes, 60 minutes, 60 minutes + 1];
        for (uint256 i = 0; i < 4; i++) {
            (Gate gate, Breaker memory breaker) = Drawdown.judged(Gate.wrap(0), none(), true);
            vm.warp(block.timestamp + ages[i]);
            (gate,) = Drawdown.judged(gate, breaker, true);
            assertEq(gate.tripped(), i == 1 || i == 2);
        }
    }

    function testFuzz_aHealthyCheckpointLiftsTheSuspensionAndNothingElse(uint256 raw, uint32 incident) public view {
        Gate gate = Gate.wrap(raw & ~uint256(1 << 250)).withSuspension();
        (Gate next, Breaker memory breaker) =
            Drawdown.judged(gate, Breaker(incident, uint40(block.timestamp - 20 minutes)), false);
        assertEq(Gate.unwrap(next), Gate.unwrap(gate.withoutSuspension()));
        assertEq(breaker.incident, incident);
        assertEq(breaker.suspendedAt, 0);
    }

    function testFuzz_aTripOutlivesEveryCheckpoint(bool[6] memory crossings, uint16[6] memory waits) public {
        Gate gate = Gate.wrap(0).withTrip();
        Breaker memory breaker = Breaker(1, 0);
        for (uint256 i = 0; i < 6; i++) {
            vm.warp(block.timestamp + waits[i]);
            (gate, breaker) = Drawdown.judged(gate, breaker, crossings[i]);
            assertTrue(gate.tripped() && !gate.suspended());
            assertEq(breaker.incident, 1);
            assertEq(breaker.suspendedAt, 0);
        }
    }
}
