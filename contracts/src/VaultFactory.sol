// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Refusal, refuse} from "./Refusal.sol";
import {VaultConfiguration} from "./Types.sol";
import {IVaultFactory} from "./interfaces/IVaultFactory.sol";

/// @title Deploys one vault's code, at addresses that commit to owner and configuration
/// @notice A factory at the same address on two chains gives the same owner and arguments the same vault address on
/// both. Who calls does not matter: other arguments lead to another address, and the same ones to the vault that was
/// meant, so racing a deployment gains nothing.
/// @dev The vault's init code arrives as calldata and is checked by hash: embedded, it would push this contract past the
/// size limit for code.
contract VaultFactory is IVaultFactory {
    /// @inheritdoc IVaultFactory
    bytes32 public immutable initCodeHash;

    constructor(bytes32 initCodeHash_) {
        if (initCodeHash_ == 0) refuse(Refusal.OutOfBounds, 0);
        initCodeHash = initCodeHash_;
    }

    /// @inheritdoc IVaultFactory
    /// @dev Reverts with WrongInitCode (detail: the hash of what was given), VaultExists (detail: where), or with what
    /// the vault's constructor says.
    function deploy(bytes calldata initCode, VaultConfiguration calldata configuration)
        external
        returns (address vault)
    {
        (bytes memory creation, bytes32 salt) = creationOf(initCode, configuration);
        address expected = create2Address(creation, salt);
        if (expected.code.length != 0) refuse(Refusal.VaultExists, uint160(expected));
        assembly ("memory-safe") {
            vault := create2(0, add(creation, 32), mload(creation), salt)
            if iszero(vault) {
                let reason := mload(64)
                returndatacopy(reason, 0, returndatasize())
                revert(reason, returndatasize())
            }
        }
        emit VaultDeployed(vault, configuration.owner, msg.sender);
    }

    /// @inheritdoc IVaultFactory
    /// @dev Reverts with WrongInitCode as `deploy` does.
    function addressOf(bytes calldata initCode, VaultConfiguration calldata configuration)
        external
        view
        returns (address vault)
    {
        (bytes memory creation, bytes32 salt) = creationOf(initCode, configuration);
        return create2Address(creation, salt);
    }

    /// @dev The salt is the hash of the arguments, owner included.
    function creationOf(bytes calldata initCode, VaultConfiguration calldata configuration)
        private
        view
        returns (bytes memory creation, bytes32 salt)
    {
        bytes32 given = keccak256(initCode);
        if (given != initCodeHash) refuse(Refusal.WrongInitCode, uint256(given));
        bytes memory arguments = abi.encode(configuration);
        return (bytes.concat(initCode, arguments), keccak256(arguments));
    }

    function create2Address(bytes memory creation, bytes32 salt) private view returns (address) {
        return address(uint160(uint256(keccak256(abi.encodePacked(hex"ff", address(this), salt, keccak256(creation))))));
    }
}
