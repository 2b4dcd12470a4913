// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Refusal, refuse} from "../Refusal.sol";

/// @title The one payment that the pool being traded with may collect
/// @notice Two transient words, gone with the transaction. The first is the router's lock, too: it is not zero from the
/// first leg until the last is done.
///
///   word 0:  running 1 | to a manager 1 | to a pool 1 | amount, upper 31 bits, from bit 160 | pool or manager 160
///   word 1:  amount, lower 96 bits | token 160
library ExpectedPayment {
    /// @notice Amounts have 127 bits, as what a v4 pool counts.
    uint256 internal constant LARGEST = 2 ** 127 - 1;

    uint256 private constant RUNNING = 1 << 255;
    /// @notice By which callback it is collected, if any.
    uint256 internal constant BY_MANAGER = 1 << 254;
    uint256 internal constant BY_POOL = 1 << 253;
    uint256 private constant UPPER_BITS = 2 ** 31 - 1;
    uint256 private constant LOWER_BITS = 2 ** 96 - 1;

    /// @param amount At most `LARGEST`.
    function expect(address pool, uint256 callback, address token, uint256 amount) internal {
        uint256 running = RUNNING | callback | (amount >> 96) << 160 | uint160(pool);
        uint256 lower = (amount & LOWER_BITS) << 160 | uint160(token);
        assembly ("memory-safe") {
            tstore(0, running)
            tstore(1, lower)
        }
    }

    /// @notice What is owed to the caller, who must be the pool being traded with and has collected nothing yet. No
    /// second call gets here, for the pool is forgotten first.
    function collect(uint256 callback) internal returns (address token, uint256 amount) {
        uint256 running;
        uint256 lower;
        assembly ("memory-safe") {
            running := tload(0)
            lower := tload(1)
        }
        uint256 upper = running >> 160 & UPPER_BITS;
        bool expected = running == RUNNING | callback | upper << 160 | uint160(msg.sender);
        if (!expected) refuse(Refusal.Unauthorized, uint160(msg.sender));
        runAlone();
        // Masked by hand: assembly that passes it on must not find the amount's bits above it.
        token = address(uint160(lower & type(uint160).max));
        amount = upper << 96 | lower >> 160;
    }

    /// @notice Locked, and nobody may collect.
    function runAlone() internal {
        uint256 running = RUNNING;
        assembly ("memory-safe") {
            tstore(0, running)
        }
    }

    function collected() internal view returns (bool) {
        return word() == RUNNING;
    }

    function requireIdle() internal view {
        if (word() != 0) refuse(Refusal.Locked, 0);
    }

    function finish() internal {
        assembly ("memory-safe") {
            tstore(0, 0)
        }
    }

    function word() private view returns (uint256 running) {
        assembly ("memory-safe") {
            running := tload(0)
        }
    }
}
