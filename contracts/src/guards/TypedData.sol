// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title EIP-712 domain of one vault on one chain
library TypedData {
    bytes32 private constant DOMAIN_TYPE =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant NAME = keccak256("Portcullis");
    bytes32 private constant VERSION = keccak256("1");

    /// @notice The digest people sign. The chain id is read each time, so a signature never survives a chain split.
    function digest(bytes32 structHash, address vault) internal view returns (bytes32) {
        bytes32 domain = keccak256(abi.encode(DOMAIN_TYPE, NAME, VERSION, block.chainid, vault));
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
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
