// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ModelRegistry} from "../src/ModelRegistry.sol";
import {Refusal, Refused} from "../src/Refusal.sol";
import {IModelRegistry} from "../src/interfaces/IModelRegistry.sol";
import {Test} from "forge-std/Test.sol";

/// @title Anyone publishes, once per content; only the publisher advises against it
contract ModelRegistryTest is Test {
    ModelRegistry private registry;
    address private author = makeAddr("author");
    bytes32 private constant WEIGHTS = keccak256("weights");
    bytes32 private constant MANIFEST = keccak256("manifest");
    bytes32 private constant CODE = keccak256("code");

    function setUp() public {
        vm.warp(1_790_000_000);
        registry = new ModelRegistry();
    }

    function published() private returns (bytes32) {
        vm.prank(author);
        return registry.publish(WEIGHTS, MANIFEST, CODE, "ipfs://card");
    }

    function expectRefusal(Refusal reason, uint256 detail) private {
        vm.expectRevert(abi.encodeWithSelector(Refused.selector, reason, detail));
    }

    // --- publish: who may ---

    function testFuzz_publish_isForAnyone(address caller) public {
        vm.assume(caller != address(0));
        vm.prank(caller);
        bytes32 id = registry.publish(WEIGHTS, MANIFEST, CODE, "");
        assertEq(registry.modelOf(id).publisher, caller);
    }

    // --- publish: bounds ---

    function testFuzz_publish_refusesAZeroHash(bytes32[3] memory hashes, uint256 which) public {
        hashes[which % 3] = 0;
        expectRefusal(Refusal.OutOfBounds, 0);
        registry.publish(hashes[0], hashes[1], hashes[2], "");
    }

    function testFuzz_publish_refusesTheSameContentFromAnyone(address caller, string memory card) public {
        bytes32 id = published();
        vm.warp(block.timestamp + 1);
        expectRefusal(Refusal.ModelExists, uint256(id));
        vm.prank(caller);
        registry.publish(WEIGHTS, MANIFEST, CODE, card);
        assertEq(registry.modelOf(id).publisher, author);
        assertEq(registry.modelOf(id).publishedAt, 1_790_000_000);
    }

    function test_publish_refusesARetiredModelAgain() public {
        bytes32 id = published();
        vm.startPrank(author);
        registry.retire(id);
        expectRefusal(Refusal.ModelExists, uint256(id));
        registry.publish(WEIGHTS, MANIFEST, CODE, "");
    }

    // --- publish: effect ---

    function testFuzz_publish_storesWhatWasGiven(
        bytes32 weights,
        bytes32 manifest,
        bytes32 code,
        string memory card,
        uint64 time
    ) public {
        vm.assume(weights != 0 && manifest != 0 && code != 0);
        vm.warp(time);
        bytes32 expected = keccak256(abi.encode(weights, manifest, code));
        vm.expectEmit(address(registry));
        emit IModelRegistry.ModelPublished(expected, author, weights, manifest, code, card);
        vm.prank(author);
        bytes32 id = registry.publish(weights, manifest, code, card);
        assertEq(id, expected);
        assertEq(registry.idOf(weights, manifest, code), expected);
        IModelRegistry.Model memory model = registry.modelOf(id);
        assertEq(model.publisher, author);
        assertEq(model.publishedAt, time);
        assertEq(model.retiredAt, 0);
        assertEq(model.weightsHash, weights);
        assertEq(model.manifestHash, manifest);
        assertEq(model.codeHash, code);
    }

    function testFuzz_idOf_differsWithAnyHash(bytes32[3] memory hashes, uint256 which, bytes32 other) public view {
        vm.assume(other != hashes[which % 3]);
        bytes32 id = registry.idOf(hashes[0], hashes[1], hashes[2]);
        hashes[which % 3] = other;
        assertNotEq(registry.idOf(hashes[0], hashes[1], hashes[2]), id);
    }

    // --- retire: who may ---

    function testFuzz_retire_isForThePublisherAlone(address caller) public {
        vm.assume(caller != author);
        bytes32 id = published();
        expectRefusal(Refusal.Unauthorized, uint160(caller));
        vm.prank(caller);
        registry.retire(id);
        assertEq(registry.modelOf(id).retiredAt, 0);
    }

    // --- retire: bounds ---

    function testFuzz_retire_refusesAnUnknownModel(bytes32 id, address caller) public {
        vm.assume(caller != address(0));
        expectRefusal(Refusal.Unauthorized, uint160(caller));
        vm.prank(caller);
        registry.retire(id);
    }

    // --- retire: effect ---

    function testFuzz_retire_keepsTheFirstDate(uint32 lived, uint32 later) public {
        bytes32 id = published();
        vm.startPrank(author);
        vm.warp(block.timestamp + lived);
        vm.expectEmit(address(registry));
        emit IModelRegistry.ModelRetired(id, author);
        registry.retire(id);
        assertEq(registry.modelOf(id).retiredAt, 1_790_000_000 + uint256(lived));

        vm.warp(block.timestamp + later);
        vm.recordLogs();
        registry.retire(id);
        assertEq(vm.getRecordedLogs().length, 0);
        assertEq(registry.modelOf(id).retiredAt, 1_790_000_000 + uint256(lived));
        assertEq(registry.modelOf(id).publishedAt, 1_790_000_000);
    }

    function testFuzz_modelOf_isEmptyForAnUnknownModel(bytes32 id) public view {
        IModelRegistry.Model memory none;
        assertEq(abi.encode(registry.modelOf(id)), abi.encode(none));
    }
}
