// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Refusal, refuse} from "../Refusal.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

struct Delay {
    uint40 length; // seconds; below the floor counts as the floor
    uint40 raisedAt; // seconds; 0: never
}

/// @notice Submitted changes and how long each kind of them waits.
struct Changes {
    mapping(bytes32 key => uint256 at) ripeAt;
    mapping(bytes4 selector => Delay) delays;
}

/// @title Loosening waits: a change's calldata is submitted, waits, and is used up by the call it announces
/// @notice A change dies with the epoch it was submitted in, and one from before the seal with the seal.
library Timelock {
    uint256 internal constant LOWEST_DELAY = 1 days;
    uint256 internal constant HIGHEST_DELAY = 30 days;
    /// @notice How long a ripe change can be used.
    uint256 internal constant RIPE_FOR = 14 days;

    function delayOf(Changes storage changes, bytes4 selector) internal view returns (uint256) {
        return FixedPointMathLib.max(changes.delays[selector].length, LOWEST_DELAY);
    }

    function raiseDelay(Changes storage changes, bytes4 selector, uint256 wanted) internal {
        uint256 length = FixedPointMathLib.max(delayOf(changes, selector), FixedPointMathLib.min(wanted, HIGHEST_DELAY));
        changes.delays[selector] = Delay(uint40(length), uint40(block.timestamp));
    }

    /// @notice A raised delay holds for its own length: lowering it may have been submitted while it was shorter.
    function lowerDelay(Changes storage changes, bytes4 selector, uint256 wanted) internal {
        uint256 length = delayOf(changes, selector);
        uint256 until = changes.delays[selector].raisedAt + length;
        if (block.timestamp < until) refuse(Refusal.NotRipe, until);
        changes.delays[selector].length = uint40(FixedPointMathLib.min(length, wanted));
    }

    /// @notice Before the seal nothing waits.
    function submit(Changes storage changes, bytes calldata data, bytes4 selector, uint256 epoch, bool isSealed)
        internal
        returns (uint256 at)
    {
        at = block.timestamp + (isSealed ? delayOf(changes, selector) : 0);
        changes.ripeAt[keyOf(data, epoch, isSealed)] = at;
    }

    function revoke(Changes storage changes, bytes calldata data, uint256 epoch, bool isSealed) internal {
        changes.ripeAt[keyOf(data, epoch, isSealed)] = 0;
    }

    function ripeAtOf(Changes storage changes, bytes calldata data, uint256 epoch, bool isSealed)
        internal
        view
        returns (uint256)
    {
        return changes.ripeAt[keyOf(data, epoch, isSealed)];
    }

    /// @notice Uses a ripe change up.
    function consume(Changes storage changes, bytes calldata data, uint256 epoch, bool isSealed) internal {
        bytes32 key = keyOf(data, epoch, isSealed);
        uint256 at = changes.ripeAt[key];
        if (at == 0) refuse(Refusal.NotSubmitted, 0);
        if (block.timestamp < at) refuse(Refusal.NotRipe, at);
        if (block.timestamp > at + RIPE_FOR) refuse(Refusal.ChangeExpired, at + RIPE_FOR);
        changes.ripeAt[key] = 0;
    }

    function keyOf(bytes calldata data, uint256 epoch, bool isSealed) private pure returns (bytes32) {
        return keccak256(abi.encode(keccak256(data), epoch, isSealed));
    }
}
