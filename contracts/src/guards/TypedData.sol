// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title EIP-712 domain of one vault on one chain
library TypedData {
    bytes32 private constant DOMAIN_TYPE =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant NAME = keccak256("Portcullis");
    bytes32 private constant VERSION = keccak256("1");

    /// @notice The digest people sign. The chain id is read each time, so a signature never survives a chain split.
    function digest(bytes32 structHash, address vault) internal view returns (bytes32 hash) {
        (bytes32 domainType, bytes32 name, bytes32 version) = (DOMAIN_TYPE, NAME, VERSION);
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, domainType)
            mstore(add(free, 0x20), name)
            mstore(add(free, 0x40), version)
            mstore(add(free, 0x60), chainid())
            mstore(add(free, 0x80), vault)
            let domain := keccak256(free, 0xa0)
            mstore(free, shl(240, 0x1901))
            mstore(add(free, 0x02), domain)
            mstore(add(free, 0x22), structHash)
            hash := keccak256(free, 0x42)
        }
    }

    /// @notice Hash of a struct of value types as it lies in calldata: there, its ABI encoding is its EIP-712 encoding. Unclean
    /// words make another hash, which nobody signed.
    /// @param position Where it starts in calldata, in bytes.
    /// @param size Its length, in bytes.
    function hashOf(bytes32 structType, uint256 position, uint256 size) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, structType)
            calldatacopy(add(free, 0x20), position, size)
            hash := keccak256(free, add(size, 0x20))
        }
    }
}
