// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title EIP-712 domain of one vault on one chain
library TypedData {
    bytes32 private constant DOMAIN_TYPE =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant NAME = keccak256("Portcullis");
    bytes32 private constant VERSION = keccak256("1");

    /// @notice The digest people sign. The chain id is read each time, so a signature never survives a chain split.
    function digest(bytes32 structHash) internal view returns (bytes32) {
        bytes32 domain = keccak256(abi.encode(DOMAIN_TYPE, NAME, VERSION, block.chainid, address(this)));
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }
}
