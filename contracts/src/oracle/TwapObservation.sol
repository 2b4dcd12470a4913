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

    /// @notice Never reverts. `tick` is rounded towards negative infinity.
    /// @param hint Index of the newest observation that is `PERIOD` old or older, or one up to 16 before it.
    function meanTick(address pool, uint256 hint) internal view returns (bool found, int256 tick) {
        uint256 newest;
        uint256 cardinality;
        (found, tick, newest, cardinality) = readHead(pool);
        if (!found || hint >= cardinality) return (false, 0);
        (bool done, uint256 olderAge, int256 older) = readObservation(pool, hint);
        if (!done || olderAge < PERIOD) return (false, 0);
        for (uint256 step = 0; hint != newest; step++) {
            hint = following(hint, cardinality);
            (bool written, uint256 newerAge, int256 newer) = readObservation(pool, hint);
            if (!written) return (false, 0);
            if (newerAge < PERIOD) {
                if (olderAge > LONGEST_QUIET) return (false, 0);
                int256 start = cumulativeThen(older, olderAge, newer, newerAge);
                if (hint != newest) (found, newerAge, newer) = readObservation(pool, newest);
                return (found, meanOf(start, newer, newerAge, tick));
            }
            if (step == LONGEST_WALK) return (false, 0);
            (olderAge, older) = (newerAge, newer);
        }
        // The tick has not changed since the newest observation, which is old enough.
        return olderAge > LONGEST_QUIET ? (false, int256(0)) : (true, tick);
    }

    /// @notice Where the hint must point now. For views: the pool's ring is searched.
    function find(address pool) internal view returns (bool found, uint16 index) {
        uint256 newest;
        uint256 cardinality;
        uint256 age;
        (found,, newest, cardinality) = readHead(pool);
        if (!found || cardinality == 0) return (false, 0);
        uint256 oldest = (newest + 1) % cardinality;
        (found,,) = readObservation(pool, oldest);
        // A ring that is not full yet starts at its first place.
        if (!found) oldest = 0;
        uint256 low = 0;
        uint256 high = (newest + cardinality - oldest) % cardinality;
        while (low < high) {
            uint256 middle = (low + high + 1) / 2;
            (found, age,) = readObservation(pool, (oldest + middle) % cardinality);
            if (!found) return (false, 0);
            if (age >= PERIOD) low = middle;
            else high = middle - 1;
        }
        index = uint16((oldest + low) % cardinality);
        (found, age,) = readObservation(pool, index);
        return (found && age >= PERIOD && age <= LONGEST_QUIET, index);
    }

    // Ages are below 2^32, ticks below 2^23 and cumulative ticks below 2^55: nothing here overflows.

    function following(uint256 index, uint256 cardinality) private pure returns (uint256) {
        unchecked {
            return index + 1 == cardinality ? 0 : index + 1;
        }
    }

    /// @dev The cumulative tick `PERIOD` ago, between two observations: meanwhile the tick stood still.
    function cumulativeThen(int256 older, uint256 olderAge, int256 newer, uint256 newerAge)
        private
        pure
        returns (int256)
    {
        unchecked {
            return older + (newer - older) / int256(olderAge - newerAge) * int256(olderAge - PERIOD);
        }
    }

    /// @dev From the cumulative tick `PERIOD` ago to now; since the newest observation the tick has been the present one.
    function meanOf(int256 start, int256 newest, uint256 newestAge, int256 tick) private pure returns (int256 mean) {
        unchecked {
            int256 change = newest + tick * int256(newestAge) - start;
            int256 period = int256(uint256(PERIOD));
            mean = change / period;
            if (change % period < 0) mean--;
        }
    }

    function readHead(address pool) private view returns (bool done, int256 tick, uint256 newest, uint256 cardinality) {
        uint256 answer;
        (done, answer) = StaticQuestion.ask(pool, IUniswapV3Pool.slot0.selector, 0, 7 * 32);
        assembly ("memory-safe") {
            tick := mload(add(answer, 0x20))
            newest := and(mload(add(answer, 0x40)), 0xffff)
            cardinality := and(mload(add(answer, 0x60)), 0xffff)
        }
        done = done && tick == int24(tick);
    }

    /// @dev An observation that was never written does not count as one. Timestamps wrap in the year 2106, and so do ages.
    function readObservation(address pool, uint256 index)
        private
        view
        returns (bool done, uint256 age, int256 tickCumulative)
    {
        uint256 answer;
        uint256 initialized;
        (done, answer) = StaticQuestion.ask(pool, IUniswapV3Pool.observations.selector, index, 4 * 32);
        assembly ("memory-safe") {
            age := and(sub(timestamp(), mload(answer)), 0xffffffff)
            tickCumulative := mload(add(answer, 0x20))
            initialized := mload(add(answer, 0x60))
        }
        done = done && initialized == 1 && tickCumulative == int56(tickCumulative);
    }
}
