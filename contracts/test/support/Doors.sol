// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Refusal, Refused} from "../../src/Refusal.sol";
import {World} from "./World.sol";

/// @title Knocking at the vault's doors, in anybody's name
abstract contract Doors is World {
    /// @notice Somebody who is neither owner nor guardian: a holder of another role, or anybody at all.
    function outsider(address random, uint8 pick) internal view returns (address) {
        address[7] memory others =
            [executor, treasurer, reviewers[0], reviewers[2], address(vault), address(router), address(0)];
        if (pick % 14 < 7) return others[pick % 14];
        vm.assume(random != owner && random != guardian);
        return random;
    }

    function knock(address caller, bytes memory data) internal returns (bool done, bytes memory answer) {
        vm.prank(caller);
        return address(vault).call(data);
    }

    function assertRefused(address caller, bytes memory data, Refusal reason, uint256 detail) internal {
        (bool done, bytes memory answer) = knock(caller, data);
        assertFalse(done, "went through");
        assertEq(answer, abi.encodeWithSelector(Refused.selector, reason, detail));
    }

    function assertUnauthorized(address caller, bytes memory data) internal {
        assertRefused(caller, data, Refusal.Unauthorized, uint160(caller));
    }

    /// @notice Goes through, or reverts with what the vault reverted with.
    function passes(address caller, bytes memory data) internal {
        (bool done, bytes memory answer) = knock(caller, data);
        if (done) return;
        assembly ("memory-safe") {
            revert(add(answer, 0x20), mload(answer))
        }
    }

    // --- changes that wait ---

    /// @notice Submits a change and lets it ripen. Returns the policy hash, which neither moves.
    function ripen(bytes memory data) internal returns (bytes32 policyHash) {
        policyHash = state().policyHash;
        vm.prank(owner);
        vault.submit(data);
        uint256 at = vault.ripeAt(data);
        if (at > block.timestamp) pass(at - block.timestamp);
        assertEq(state().policyHash, policyHash);
    }

    /// @notice Even a ripe change is the owner's alone to carry out.
    function assertOwnersAfterADelay(bytes memory data, address random, uint8 pick) internal {
        assertRefused(owner, data, Refusal.NotSubmitted, 0);
        ripen(data);
        assertUnauthorized(guardian, data);
        assertUnauthorized(outsider(random, pick), data);
    }

    /// @notice A ripe change with an argument that is refused.
    function assertChangeRefused(bytes memory data, Refusal reason, uint256 detail) internal {
        ripen(data);
        assertRefused(owner, data, reason, detail);
    }
}
