// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Where models are published; which of them a vault obeys is the vault's own policy
interface IModelRegistry {
    struct Model {
        address publisher; // zero: unknown
        uint64 publishedAt;
        uint64 retiredAt; // zero: not retired by its publisher
        bytes32 weightsHash;
        bytes32 manifestHash; // of the dataset manifest
        bytes32 codeHash;
    }

    event ModelPublished(
        bytes32 indexed modelId,
        address indexed publisher,
        bytes32 weightsHash,
        bytes32 manifestHash,
        bytes32 codeHash,
        string card
    );
    event ModelRetired(bytes32 indexed modelId, address indexed publisher);

    /// @notice Publishes a model under its content hash; `card` is where its model card can be read.
    function publish(bytes32 weightsHash, bytes32 manifestHash, bytes32 codeHash, string calldata card)
        external
        returns (bytes32 modelId);

    /// @notice Advice of the publisher to stop using a model. Vaults retire it themselves.
    function retire(bytes32 modelId) external;

    function modelOf(bytes32 modelId) external view returns (Model memory);

    /// @notice keccak256 of the three hashes' ABI encoding.
    function idOf(bytes32 weightsHash, bytes32 manifestHash, bytes32 codeHash) external pure returns (bytes32);
}
