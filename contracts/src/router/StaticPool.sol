// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Which v4 pools keep to what they gave when somebody looked, until somebody trades
library StaticPool {
    /// @notice A pool whose hooks set its fee.
    uint256 internal constant DYNAMIC_FEE = 0x800000;
    /// @notice Hooks before and after a swap, and those that change its amounts. Others never touch one.
    uint256 internal constant SWAP_HOOKS = 0xCC;
}
