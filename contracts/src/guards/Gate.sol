// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Refusal, Refused} from "../Refusal.sol";

/// @title Whether anything may trade now, in one word
///
///  bit 0        paused          a guardian dropped the gate; only the owner lifts it
///  bit 1        suspended       one checkpoint saw the drawdown limit crossed
///  bit 2        tripped         a second one did; only reviewers reset it
///  bit 3        sealed          configuration has ended
///  bit 4        flowed          a deposit or withdrawal came after the last checkpoint
///  bit 5        rebasing        the next priced checkpoint sets the high-water mark anew
///  bits 32-63   incident        number of the latest trip, 0 before the first
///  bits 64-127  suspendedAt     seconds; of the first crossing
///  bits 128-191 checkpointAt    seconds; 0 before the first
type Gate is uint256;

using GateWord for Gate global;

library GateWord {
    uint256 private constant PAUSED = 1 << 0;
    uint256 private constant SUSPENDED = 1 << 1;
    uint256 private constant TRIPPED = 1 << 2;
    uint256 private constant SEALED = 1 << 3;
    uint256 private constant FLOWED = 1 << 4;
    uint256 private constant REBASING = 1 << 5;
    uint256 private constant INCIDENT_AT = 32;
    uint256 private constant SUSPENDED_AT = 64;
    uint256 private constant CHECKPOINT_AT = 128;

    // --- checks ---

    function requireOpen(Gate gate) internal pure {
        if (gate.paused()) revert Refused(Refusal.Paused, 0);
        if (gate.suspended()) revert Refused(Refusal.Suspended, gate.suspendedAt());
        if (gate.tripped()) revert Refused(Refusal.Tripped, gate.incident());
        if (!gate.isSealed()) revert Refused(Refusal.NotSealed, 0);
    }

    function requireFreshCheckpoint(Gate gate, uint256 maximumAge) internal view {
        if (!gate.checkpointFresh(maximumAge)) revert Refused(Refusal.CheckpointStale, gate.checkpointAt());
    }

    function requireIncident(Gate gate, uint32 number) internal pure {
        if (!gate.tripped() || gate.incident() != number) revert Refused(Refusal.WrongIncident, gate.incident());
    }

    /// @notice An age limit of zero forbids: no checkpoint is fresh then.
    function checkpointFresh(Gate gate, uint256 maximumAge) internal view returns (bool) {
        uint256 at = gate.checkpointAt();
        return at != 0 && !has(gate, FLOWED) && maximumAge != 0 && block.timestamp - at <= maximumAge;
    }

    // --- reads ---

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

    function incident(Gate gate) internal pure returns (uint32) {
        return uint32(Gate.unwrap(gate) >> INCIDENT_AT);
    }

    function suspendedAt(Gate gate) internal pure returns (uint64) {
        return uint64(Gate.unwrap(gate) >> SUSPENDED_AT);
    }

    function checkpointAt(Gate gate) internal pure returns (uint64) {
        return uint64(Gate.unwrap(gate) >> CHECKPOINT_AT);
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

    function withSuspension(Gate gate, uint256 at) internal pure returns (Gate) {
        return put(set(gate, SUSPENDED), SUSPENDED_AT, type(uint64).max, at);
    }

    function withoutSuspension(Gate gate) internal pure returns (Gate) {
        return put(clear(gate, SUSPENDED), SUSPENDED_AT, type(uint64).max, 0);
    }

    /// @notice The trip takes the suspension's place and opens the next incident.
    function withTrip(Gate gate) internal pure returns (Gate) {
        return put(set(gate.withoutSuspension(), TRIPPED), INCIDENT_AT, type(uint32).max, uint256(gate.incident()) + 1);
    }

    /// @notice Lifts trip and suspension, not a pause; nothing trades before the next priced checkpoint.
    function withReset(Gate gate) internal pure returns (Gate) {
        return set(clear(gate.withoutSuspension(), TRIPPED), FLOWED | REBASING);
    }

    function withCheckpoint(Gate gate, uint256 at) internal pure returns (Gate) {
        return put(clear(gate, FLOWED | REBASING), CHECKPOINT_AT, type(uint64).max, at);
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
