// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Refusal, refuse} from "../Refusal.sol";

/// @notice Who holds which role. The executor is in the gate's word.
struct Roles {
    address owner;
    address pendingOwner; // zero: nobody is proposed
    address treasurer;
    address sentinel; // zero: none
    uint8 reviewerCount;
    uint8 reviewThreshold; // M of N
    mapping(address account => bool) isGuardian;
    mapping(address account => bool) isReviewer;
}

/// @title Which roles one address may not hold together
/// @notice The executor holds no other role. Owner and guardians are distinct, and the sentinel is no reviewer.
library RoleTerms {
    function requireAddress(address account) internal pure {
        if (account == address(0)) refuse(Refusal.OutOfBounds, 0);
    }

    function requireDifferent(address one, address other) internal pure {
        if (one == other) refuse(Refusal.RoleConflict, uint160(one));
    }

    /// @notice A new executor: nobody else's address, and an expiry that lies ahead and fits its 32 bits.
    function requireExecutor(Roles storage roles, address executor, uint64 expiry) internal view {
        requireAddress(executor);
        if (expiry <= block.timestamp || expiry > type(uint32).max) refuse(Refusal.OutOfBounds, expiry);
        if (
            executor == roles.owner || executor == roles.treasurer || executor == roles.sentinel
                || roles.isGuardian[executor] || roles.isReviewer[executor]
        ) refuse(Refusal.RoleConflict, uint160(executor));
    }

    function setOwner(Roles storage roles, address account, address executor) internal {
        requireAddress(account);
        requireDifferent(account, executor);
        if (roles.isGuardian[account]) refuse(Refusal.RoleConflict, uint160(account));
        roles.owner = account;
        roles.pendingOwner = address(0);
    }

    function setTreasurer(Roles storage roles, address account, address executor) internal {
        requireAddress(account);
        requireDifferent(account, executor);
        roles.treasurer = account;
    }

    function setGuardian(Roles storage roles, address account, bool held, address executor) internal {
        requireAddress(account);
        requireDifferent(account, executor);
        requireDifferent(account, roles.owner);
        roles.isGuardian[account] = held;
    }

    /// @notice One reviewer in or out, and the threshold with it: at least one, at most all of them.
    function setReviewer(Roles storage roles, address account, bool held, uint8 threshold, address executor) internal {
        requireAddress(account);
        requireDifferent(account, executor);
        requireDifferent(account, roles.sentinel);
        if (roles.isReviewer[account] != held) {
            roles.isReviewer[account] = held;
            roles.reviewerCount = held ? roles.reviewerCount + 1 : roles.reviewerCount - 1;
        }
        setThreshold(roles, threshold);
    }

    function setThreshold(Roles storage roles, uint8 threshold) internal {
        if (threshold == 0 || threshold > roles.reviewerCount) refuse(Refusal.OutOfBounds, threshold);
        roles.reviewThreshold = threshold;
    }

    function setSentinel(Roles storage roles, address account, address executor) internal {
        if (account != address(0)) {
            requireDifferent(account, executor);
            if (roles.isReviewer[account]) refuse(Refusal.RoleConflict, uint160(account));
        }
        roles.sentinel = account;
    }
}
