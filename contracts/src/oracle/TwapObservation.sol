// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IUniswapV3Pool} from "../interfaces/IUniswapV3Pool.sol";
import {StaticQuestion} from "./StaticQuestion.sol";

/// @title The mean tick of a Uniswap v3 pool over exactly the last 30 minutes
/// @notice The same number as the pool's `observe([1800, 0])` gives, without its search through the ring: whoever asks says where
/// to look. There is one right place, so the hint leaves no choice. Source: Uniswap v3-core, Oracle.sol.
library TwapObservation {
    uint32 internal constant PERIOD = 30 minutes;
    /// @notice A pool that nobody moved for longer has no price to average.
    uint32 internal constant LONGEST_QUIET = 1 days;
    /// @notice Observations a hint may lie behind: a signed order must outlive some blocks, each with a new one.
    uint256 internal constant LONGEST_WALK = 16;

    /// @dev What of slot0 is needed.
    struct Head {
        int256 tick;
        uint256 index; // of the newest observation
        uint256 cardinality;
    }

    struct Observation {
        uint32 at; // seconds, modulo 2^32
        int256 tickCumulative;
    }

    /// @notice Never reverts. `tick` is rounded towards negative infinity.
    /// @param hint Index of the newest observation that is `PERIOD` old or older, or one up to 16 before it.
    function meanTick(address pool, uint256 hint) internal view returns (bool found, int256 tick) {
        Head memory head;
        Observation memory older;
        (found, head) = readHead(pool);
        if (!found) return (false, 0);
        (found, older) = readObservation(pool, hint);
        if (!found || hint >= head.cardinality || age(older) < PERIOD) return (false, 0);
        Observation memory newer;
        for (uint256 step = 0; hint != head.index; step++) {
            uint256 next = hint + 1 == head.cardinality ? 0 : hint + 1;
            (found, newer) = readObservation(pool, next);
            if (!found) return (false, 0);
            if (age(newer) < PERIOD) return settled(pool, head, older, newer, next);
            if (step == LONGEST_WALK) return (false, 0);
            (older, hint) = (newer, next);
        }
        // The tick has not changed since the newest observation, which is old enough.
        if (age(older) > LONGEST_QUIET) return (false, 0);
        return (true, head.tick);
    }

    /// @notice Where the hint must point now. For views: the pool's ring is searched.
    function find(address pool) internal view returns (bool found, uint16 index) {
        Head memory head;
        Observation memory seen;
        (found, head) = readHead(pool);
        if (!found || head.cardinality == 0) return (false, 0);
        uint256 oldest = (head.index + 1) % head.cardinality;
        (found,) = readObservation(pool, oldest);
        // A ring that is not full yet starts at its first place.
        if (!found) oldest = 0;
        uint256 low = 0;
        uint256 high = (head.index + head.cardinality - oldest) % head.cardinality;
        while (low < high) {
            uint256 middle = (low + high + 1) / 2;
            (found, seen) = readObservation(pool, (oldest + middle) % head.cardinality);
            if (!found) return (false, 0);
            if (age(seen) >= PERIOD) low = middle;
            else high = middle - 1;
        }
        index = uint16((oldest + low) % head.cardinality);
        (found, seen) = readObservation(pool, index);
        return (found && age(seen) >= PERIOD && age(seen) <= LONGEST_QUIET, index);
    }

    /// @dev `older` is the newest observation that is old enough, `newer` the one after it: between them the tick stood still.
    function settled(address pool, Head memory head, Observation memory older, Observation memory newer, uint256 next)
        private
        view
        returns (bool found, int256 tick)
    {
        unchecked {
            uint256 olderAge = age(older);
            if (olderAge > LONGEST_QUIET) return (false, 0);
            int256 between = int256(olderAge - age(newer));
            int256 start = older.tickCumulative + (newer.tickCumulative - older.tickCumulative) / between
                * int256(olderAge - PERIOD);
            Observation memory newest = newer;
            if (next != head.index) {
                (found, newest) = readObservation(pool, head.index);
                if (!found) return (false, 0);
            }
            int256 end = newest.tickCumulative + head.tick * int256(uint256(age(newest)));
            tick = (end - start) / int256(uint256(PERIOD));
            if ((end - start) % int256(uint256(PERIOD)) < 0) tick--;
            return (true, tick);
        }
    }

    /// @dev Timestamps wrap in the year 2106, and so does this difference.
    function age(Observation memory seen) private view returns (uint32) {
        unchecked {
            return uint32(block.timestamp) - seen.at;
        }
    }

    function readHead(address pool) private view returns (bool done, Head memory head) {
        uint256 answer;
        (done, answer) = StaticQuestion.ask(pool, IUniswapV3Pool.slot0.selector, 0, 7 * 32);
        if (!done) return (false, head);
        assembly ("memory-safe") {
            mstore(head, mload(add(answer, 0x20)))
            mstore(add(head, 0x20), and(mload(add(answer, 0x40)), 0xffff))
            mstore(add(head, 0x40), and(mload(add(answer, 0x60)), 0xffff))
        }
        done = head.tick == int24(head.tick);
    }

    /// @dev An observation that was never written does not count as one.
    function readObservation(address pool, uint256 index) private view returns (bool done, Observation memory seen) {
        uint256 answer;
        (done, answer) = StaticQuestion.ask(pool, IUniswapV3Pool.observations.selector, index, 4 * 32);
        if (!done) return (false, seen);
        uint256 initialized;
        assembly ("memory-safe") {
            mstore(seen, and(mload(answer), 0xffffffff))
            mstore(add(seen, 0x20), mload(add(answer, 0x20)))
            initialized := mload(add(answer, 0x60))
        }
        done = initialized == 1 && seen.tickCumulative == int56(seen.tickCumulative);
    }
}
