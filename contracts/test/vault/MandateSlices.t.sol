// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {ExactFills} from "./ExactFills.sol";

/// @title The slices of a one-off mandate, in any sequence
contract MandateSlicesTest is ExactFills {
    uint256 private filled;
    uint256 private count;
    uint256 private last;

    function limited(uint32 executions) private {
        (m.total, m.maximumSlice) = (1_000e6, 200e6);
        (m.minimumInterval, m.maximumExecutions) = (60, executions);
        id = open(m);
    }

    /// @notice What a slice of `amountIn` deserves now, from the sequence so far and the terms alone.
    function deserved(uint256 amountIn) private view returns (Refusal reason, uint256 detail) {
        if (amountIn == 0 || amountIn > m.maximumSlice) return (Refusal.SliceTooLarge, m.maximumSlice);
        if (count != 0 && block.timestamp < last + m.minimumInterval) {
            return (Refusal.TooSoon, last + m.minimumInterval);
        }
        if (filled + amountIn > m.total) return (Refusal.MandateExceeded, m.total - filled);
        if (count == m.maximumExecutions) return (Refusal.ExecutionsExhausted, m.maximumExecutions);
    }

    function slice(uint256 amountIn) private {
        (Refusal reason, uint256 detail) = deserved(amountIn);
        if (reason != Refusal.None) return expectRefused(orderFor(m, amountIn), reason, detail);
        fill(orderFor(m, amountIn));
        (filled, count, last) = (filled + amountIn, count + 1, block.timestamp);
    }

    function assertProgress() private view {
        MandateProgress memory p;
        (p.filled, p.executionCount, p.lastExecution) = (uint112(filled), uint32(count), uint40(last));
        p.open = true;
        assertEq(abi.encode(vault.mandateProgress(id)), abi.encode(p));
    }

    function testFuzz_slices_eachAsItDeserves(uint256[16] memory amounts, uint16[16] memory waits, uint32 executions)
        public
    {
        limited(uint32(bound(executions, 1, 10)));
        for (uint256 i = 0; i < 16; i++) {
            pass(bound(waits[i], 0, 120));
            slice(bound(amounts[i], 0, 210e6));
            assertProgress();
        }
        assertLe(filled, m.total);
        assertLe(count, m.maximumExecutions);
    }

    /// @notice The total is filled to the unit, and what is left is known to the unit before.
    function testFuzz_total_isReachedExactly(uint256 amount) public {
        limited(type(uint32).max);
        uint256 first = bound(amount, 1, 200e6);
        uint256 sum = 0;
        for (; m.total - sum >= first && sum < 4 * first; sum += first) {
            fill(orderFor(m, first));
            pass(60);
        }
        while (m.total - sum > 200e6) {
            fill(orderFor(m, 200e6));
            pass(60);
            sum += 200e6;
        }
        uint256 rest = m.total - sum;
        if (rest < 200e6) expectRefused(orderFor(m, rest + 1), Refusal.MandateExceeded, rest);
        if (rest != 0) fill(orderFor(m, rest));
        pass(60);
        expectRefused(orderFor(m, 1), Refusal.MandateExceeded, 0);
    }

    /// @notice To the second, whatever the interval is; the first slice waits for nothing, and zero means no wait at all.
    function testFuzz_interval_toTheSecond(uint32 interval) public {
        m.minimumInterval = uint32(bound(interval, 0, 50 minutes));
        m.salt++;
        id = open(m);
        fill(orderFor(m, 3e6));
        uint256 next = block.timestamp + m.minimumInterval;
        if (m.minimumInterval != 0) {
            pass(m.minimumInterval - 1);
            expectRefused(orderFor(m, 3e6), Refusal.TooSoon, next);
            pass(1);
        }
        fill(orderFor(m, 3e6));
    }

    /// @notice What was refused counts for nothing: neither time nor amount nor index.
    function test_refusedSlice_leavesTheProgress() public {
        limited(2);
        slice(100e6);
        pass(60);
        expectRefused(asking(150e6, 0.049e18 - 1), Refusal.BelowOracleBound, 0.049e18);
        assertProgress();
        slice(200e6);
        assertProgress();
    }

    /// @notice Two mandates of the same terms but for their salt know nothing of each other.
    function test_mandates_countApart() public {
        limited(1);
        slice(200e6);
        Mandate memory first = m;
        bytes32 firstId = id;
        (filled, count, last) = (0, 0, 0);
        m.salt++;
        id = open(m);
        slice(150e6);
        assertProgress();
        (m, id, filled, count) = (first, firstId, 200e6, 1);
        assertProgress();
        pass(60);
        slice(1e6);
    }
}
