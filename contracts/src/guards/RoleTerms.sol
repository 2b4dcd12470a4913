// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {VaultConfiguration} from "../Types.sol";
import {Refusal, Refused} from "../Refusal.sol";

/// @title Which roles one address may not hold together
/// @notice Owner, executor and every guardian are distinct; the treasurer and the reviewers are not the executor.
library RoleTerms {
    uint256 internal constant MOST_REVIEWERS = 16;
    uint256 internal constant MOST_GUARDIANS = 16;

    function requireSane(VaultConfiguration memory configuration) internal view {
        address owner = configuration.owner;
        address executor = configuration.executor;
        requireAddress(owner);
        requireAddress(configuration.treasurer);
        requireExecutor(executor, configuration.executorExpiry);
        requireDifferent(owner, executor);
        requireDifferent(configuration.treasurer, executor);
        requireDistinct(configuration.guardians, MOST_GUARDIANS, executor);
        for (uint256 i = 0; i < configuration.guardians.length; i++) {
            requireDifferent(configuration.guardians[i], owner);
        }
        requireDistinct(configuration.reviewers, MOST_REVIEWERS, executor);
        uint256 threshold = configuration.reviewThreshold;
        if (threshold == 0 || threshold > configuration.reviewers.length) {
            revert Refused(Refusal.OutOfBounds, threshold);
        }
    }

    function requireExecutor(address executor, uint64 expiry) internal view {
        requireAddress(executor);
        if (expiry <= block.timestamp) revert Refused(Refusal.OutOfBounds, expiry);
    }

    function requireDifferent(address one, address other) internal pure {
        if (one == other) revert Refused(Refusal.RoleConflict, uint160(one));
    }

    function requireDistinct(address[] memory accounts, uint256 most, address executor) private pure {
        if (accounts.length > most) revert Refused(Refusal.OutOfBounds, accounts.length);
        for (uint256 i = 0; i < accounts.length; i++) {
            requireAddress(accounts[i]);
            requireDifferent(accounts[i], executor);
            for (uint256 j = 0; j < i; j++) {
                requireDifferent(accounts[i], accounts[j]);
            }
        }
    }

    function requireAddress(address account) internal pure {
        if (account == address(0)) revert Refused(Refusal.OutOfBounds, 0);
    }
}
