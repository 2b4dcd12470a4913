// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title A meter of what is used, which drains its whole capacity in one period; never a calendar day
///
///  bits 0-215    used       as of updatedAt
///  bits 216-255  updatedAt  seconds
///
/// In any window W at most capacity + capacity * W / period is let through.
type Meter is uint256;

using DrainingMeter for Meter global;

library DrainingMeter {
    /// @notice What is left of `used` after `elapsed` seconds; rounding keeps more of it.
    function drained(uint256 used_, uint256 elapsed, uint256 capacity, uint256 period) internal pure returns (uint256) {
        // Capacities are below 2^128 and times below 2^40.
        unchecked {
            uint256 gone = capacity * elapsed / period;
            return used_ > gone ? used_ - gone : 0;
        }
    }

    function used(Meter meter, uint256 capacity, uint256 period) internal view returns (uint256) {
        uint256 word = Meter.unwrap(meter);
        return drained(uint216(word), block.timestamp - (word >> 216), capacity, period);
    }

    /// @notice Whether `amount` more fits, and the meter with it. Amounts and capacities are below 2^128.
    function charged(Meter meter, uint256 amount, uint256 capacity, uint256 period)
        internal
        view
        returns (bool fits, Meter next)
    {
        uint256 sum = meter.used(capacity, period) + amount;
        return (sum <= capacity, Meter.wrap(sum | (block.timestamp << 216)));
    }
}
