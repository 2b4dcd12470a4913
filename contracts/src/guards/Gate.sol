// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Refusal, refuse} from "../Refusal.sol";

/// @title Who may trade, and whether anything may trade now, in one word
///
///  bits 0-159    executor        the executor's key; zero: dropped
///  bits 160-191  expiry          seconds; from then on the key is powerless
///  bits 192-207  epoch           rises with every reset; orders, vouchers and submitted changes of an older one are dead
///  bits 208-239  checkpointAt    seconds; 0 before the first
///  bits 240-247  treasurerEpoch  rises with every new treasurer; mandates of an older one are latched
///  bit 248       paused          a guardian dropped the gate; only the owner lifts it
///  bit 249       suspended       one checkpoint saw the drawdown limit crossed
///  bit 250       tripped         a second one did; only reviewers reset it
///  bit 251       sealed          configuration has ended: changes wait
///  bit 252       flowed          value or policy moved after the last checkpoint without a trade
///  bit 253       rebasing        the next priced checkpoint sets the high-water mark anew
///  bit 254       sentinel        orders need the sentinel's signature
///
/// Seconds fit 32 bits until 2106.
type Gate is uint256;

using GateWord for Gate global;

library GateWord {
    uint256 private constant EXPIRY_AT = 160;
    uint256 private constant EPOCH_AT = 192;
    uint256 private constant CHECKPOINT_AT = 208;
    uint256 private constant TREASURER_AT = 240;
    uint256 private constant PAUSED = 1 << 248;
    uint256 private constant SUSPENDED = 1 << 249;
    uint256 private constant TRIPPED = 1 << 250;
    uint256 private constant SEALED = 1 << 251;
    uint256 private constant FLOWED = 1 << 252;
    uint256 private constant REBASING = 1 << 253;
    uint256 private constant SENTINEL = 1 << 254;

    // --- checks ---

    function requireOpen(Gate gate) internal pure {
        if (gate.paused()) refuse(Refusal.Paused, 0);
        if (gate.suspended()) refuse(Refusal.Suspended, 0);
        if (gate.tripped()) refuse(Refusal.Tripped, 0);
        if (!gate.isSealed()) refuse(Refusal.NotSealed, 0);
    }

    function requireHeldBy(Gate gate, address caller) internal view {
        if (caller != gate.executor()) refuse(Refusal.NotExecutor, uint160(caller));
        if (block.timestamp >= gate.expiry()) refuse(Refusal.ExecutorExpired, gate.expiry());
    }

    function requireEpoch(Gate gate, uint32 number) internal pure {
        if (number != gate.epoch()) refuse(Refusal.WrongEpoch, gate.epoch());
    }

    function requireFreshCheckpoint(Gate gate, uint256 maximumAge) internal view {
        if (!gate.checkpointFresh(maximumAge)) refuse(Refusal.CheckpointStale, gate.checkpointAt());
    }

    /// @notice An age limit of zero forbids: no checkpoint is fresh then.
    function checkpointFresh(Gate gate, uint256 maximumAge) internal view returns (bool) {
        uint256 at = gate.checkpointAt();
        return at != 0 && !has(gate, FLOWED) && maximumAge != 0 && block.timestamp - at <= maximumAge;
    }

    // --- reads ---

    function executor(Gate gate) internal pure returns (address) {
        return address(uint160(Gate.unwrap(gate)));
    }

    function expiry(Gate gate) internal pure returns (uint32) {
        return uint32(Gate.unwrap(gate) >> EXPIRY_AT);
    }

    function epoch(Gate gate) internal pure returns (uint16) {
        return uint16(Gate.unwrap(gate) >> EPOCH_AT);
    }

    function checkpointAt(Gate gate) internal pure returns (uint32) {
        return uint32(Gate.unwrap(gate) >> CHECKPOINT_AT);
    }

    function treasurerEpoch(Gate gate) internal pure returns (uint8) {
        return uint8(Gate.unwrap(gate) >> TREASURER_AT);
    }

    function paused(Gate gate) internal pure returns (bool) {
        return has(gate, PAUSED);
    }

    function suspended(Gate gate) internal pure returns (bool) {
        return has(gate, SUSPENDED);
    }

    function tripped(Gate gate) internal pure returns (bool) {
        return has(gate, TRIPPED);
    }

    function isSealed(Gate gate) internal pure returns (bool) {
        return has(gate, SEALED);
    }

    function rebasing(Gate gate) internal pure returns (bool) {
        return has(gate, REBASING);
    }

    function sentinelRequired(Gate gate) internal pure returns (bool) {
        return has(gate, SENTINEL);
    }

    // --- transitions: each returns the next word ---

    function withPause(Gate gate) internal pure returns (Gate) {
        return set(gate, PAUSED);
    }

    function withoutPause(Gate gate) internal pure returns (Gate) {
        return clear(gate, PAUSED);
    }

    function withSeal(Gate gate) internal pure returns (Gate) {
        return set(gate, SEALED);
    }

    function withFlow(Gate gate) internal pure returns (Gate) {
        return set(gate, FLOWED);
    }

    function withSuspension(Gate gate) internal pure returns (Gate) {
        return set(gate, SUSPENDED);
    }

    function withoutSuspension(Gate gate) internal pure returns (Gate) {
        return clear(gate, SUSPENDED);
    }

    /// @notice The trip takes the suspension's place.
    function withTrip(Gate gate) internal pure returns (Gate) {
        return set(clear(gate, SUSPENDED), TRIPPED);
    }

    /// @notice Lifts trip and suspension, not a pause; nothing trades before the next priced checkpoint.
    function withReset(Gate gate) internal pure returns (Gate) {
        if (gate.epoch() == type(uint16).max) refuse(Refusal.OutOfBounds, gate.epoch());
        return put(
            set(clear(gate, SUSPENDED | TRIPPED), FLOWED | REBASING),
            EPOCH_AT,
            type(uint16).max,
            uint256(gate.epoch()) + 1
        );
    }

    function withCheckpoint(Gate gate) internal view returns (Gate) {
        return put(clear(gate, FLOWED | REBASING), CHECKPOINT_AT, type(uint32).max, block.timestamp);
    }

    /// @notice `expiry_` must fit 32 bits.
    function withExecutor(Gate gate, address key, uint256 expiry_) internal pure returns (Gate) {
        Gate next = Gate.wrap((Gate.unwrap(gate) >> 160 << 160) | uint160(key));
        return put(next, EXPIRY_AT, type(uint32).max, expiry_);
    }

    function withNextTreasurer(Gate gate) internal pure returns (Gate) {
        if (gate.treasurerEpoch() == type(uint8).max) refuse(Refusal.OutOfBounds, type(uint8).max);
        return put(gate, TREASURER_AT, type(uint8).max, uint256(gate.treasurerEpoch()) + 1);
    }

    function withSentinel(Gate gate, bool required) internal pure returns (Gate) {
        return required ? set(gate, SENTINEL) : clear(gate, SENTINEL);
    }

    // --- bits ---

    function has(Gate gate, uint256 bit) private pure returns (bool) {
        return Gate.unwrap(gate) & bit != 0;
    }

    function set(Gate gate, uint256 bits) private pure returns (Gate) {
        return Gate.wrap(Gate.unwrap(gate) | bits);
    }

    function clear(Gate gate, uint256 bits) private pure returns (Gate) {
        return Gate.wrap(Gate.unwrap(gate) & ~bits);
    }

    function put(Gate gate, uint256 shift, uint256 mask, uint256 value) private pure returns (Gate) {
        return Gate.wrap((Gate.unwrap(gate) & ~(mask << shift)) | ((value & mask) << shift));
    }
}
