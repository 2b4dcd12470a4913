// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {VaultConfiguration} from "../Types.sol";

/// @title Vaults at addresses that follow from owner and configuration, on every chain alike
interface IVaultFactory {
    event VaultDeployed(address indexed vault, address indexed owner, address indexed by);

    /// @notice Anyone may deploy anybody's vault: the address commits to every argument. `initCode` is the vault's
    /// creation code without arguments, and must hash to `initCodeHash`.
    function deploy(bytes calldata initCode, VaultConfiguration calldata configuration) external returns (address vault);

    /// @notice The address `deploy` would give, deployed or not. Needs the init code, since CREATE2 hashes it with the arguments.
    function addressOf(bytes calldata initCode, VaultConfiguration calldata configuration)
        external
        view
        returns (address vault);

    function initCodeHash() external view returns (bytes32);
}
