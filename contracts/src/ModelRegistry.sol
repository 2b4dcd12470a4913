// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Refusal, refuse} from "./Refusal.sol";
import {IModelRegistry} from "./interfaces/IModelRegistry.sol";

/// @title Which models exist, under the hash of what they are
/// @notice It only publishes. No vault asks it before a trade: each keeps its own list, so nobody but a vault's own
/// roles decides what backs its orders.
/// @dev Nothing here proves who made a model. The first to publish the three hashes owns the advice to retire them, be
/// it the author or somebody who was faster: whoever heeds that advice reads `publisher` too.
contract ModelRegistry is IModelRegistry {
    mapping(bytes32 modelId => Model) private models;

    /// @inheritdoc IModelRegistry
    function publish(bytes32 weightsHash, bytes32 manifestHash, bytes32 codeHash, string calldata card)
        external
        returns (bytes32 modelId)
    {
        if (weightsHash == 0 || manifestHash == 0 || codeHash == 0) refuse(Refusal.OutOfBounds, 0);
        modelId = idOf(weightsHash, manifestHash, codeHash);
        Model storage model = models[modelId];
        if (model.publisher != address(0)) refuse(Refusal.ModelExists, uint256(modelId));
        model.publisher = msg.sender;
        model.publishedAt = uint64(block.timestamp);
        model.weightsHash = weightsHash;
        model.manifestHash = manifestHash;
        model.codeHash = codeHash;
        emit ModelPublished(modelId, msg.sender, weightsHash, manifestHash, codeHash, card);
    }

    /// @inheritdoc IModelRegistry
    /// @dev Final. Repeating it changes nothing: the first date stays.
    function retire(bytes32 modelId) external {
        Model storage model = models[modelId];
        if (msg.sender != model.publisher) refuse(Refusal.Unauthorized, uint160(msg.sender));
        if (model.retiredAt != 0) return;
        model.retiredAt = uint64(block.timestamp);
        emit ModelRetired(modelId, msg.sender);
    }

    /// @inheritdoc IModelRegistry
    function modelOf(bytes32 modelId) external view returns (Model memory) {
        return models[modelId];
    }

    /// @inheritdoc IModelRegistry
    function idOf(bytes32 weightsHash, bytes32 manifestHash, bytes32 codeHash) public pure returns (bytes32) {
        return keccak256(abi.encode(weightsHash, manifestHash, codeHash));
    }
}
