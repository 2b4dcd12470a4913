// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../src/Types.sol";
import {Refusal, Refused} from "../src/Refusal.sol";
import {VaultFactory} from "../src/VaultFactory.sol";
import {IVault} from "../src/interfaces/IVault.sol";
import {IVaultFactory} from "../src/interfaces/IVaultFactory.sol";
import {World} from "./support/World.sol";
import {Test} from "forge-std/Test.sol";

/// @notice Takes what a vault takes and remembers it; like a vault, it refuses to belong to nobody.
contract Recorder {
    bytes32 public immutable configurationHash;

    constructor(VaultConfiguration memory configuration) {
        if (configuration.owner == address(0)) revert Refused(Refusal.OutOfBounds, 7);
        configurationHash = keccak256(abi.encode(configuration));
    }
}

/// @notice Fails without a word.
contract Silent {
    constructor(VaultConfiguration memory) {
        assembly {
            revert(0, 0)
        }
    }
}

/// @title The address commits to owner and arguments, and to nothing else
contract VaultFactoryTest is Test {
    VaultFactory private factory;
    bytes private initCode = type(Recorder).creationCode;

    function setUp() public {
        factory = new VaultFactory(keccak256(initCode));
    }

    function configuration() private pure returns (VaultConfiguration memory c) {
        c.owner = address(0xA1);
        c.treasurer = address(0xA2);
        c.guardians = new address[](1);
        c.guardians[0] = address(0xA3);
        c.reviewers = new address[](2);
        c.reviewers[0] = address(0xA4);
        c.reviewers[1] = address(0xA5);
        c.reviewThreshold = 2;
        c.executor = address(0xA6);
        c.executorExpiry = 1_800_000_000;
        c.sentinel = address(0xA7);
        c.router = address(0xA8);
        c.oracle = address(0xA9);
        c.wrappedNative = address(0xAA);
        c.approvals = address(0xAD);
        c.dailyLossUsd = 10_000e18;
        c.models = new bytes32[](1);
        c.models[0] = keccak256("model");
        c.assets = new AssetConfiguration[](1);
        c.assets[0].token = address(0xAB);
        c.assets[0].source.feed = address(0xAC);
        c.assets[0].source.heartbeat = 1 hours;
        c.limits.volumeCapacityUsd = 200_000e18;
        c.limits.maximumSlippageBps = 200;
    }

    function expectRefusal(Refusal reason, uint256 detail) private {
        vm.expectRevert(abi.encodeWithSelector(Refused.selector, reason, detail));
    }

    // --- constructor ---

    function test_constructor_refusesAZeroHash() public {
        expectRefusal(Refusal.OutOfBounds, 0);
        new VaultFactory(0);
    }

    function testFuzz_constructor_keepsTheHash(bytes32 hash) public {
        vm.assume(hash != 0);
        assertEq(new VaultFactory(hash).initCodeHash(), hash);
    }

    // --- deploy: who may ---

    /// @notice Whoever deploys, and on whichever chain, the vault and its address are the same.
    function testFuzz_deploy_isForAnyoneOnAnyChain(address caller, uint64 chainId) public {
        vm.assume(chainId != 0);
        address expected = factory.addressOf(initCode, configuration());
        vm.chainId(chainId);
        assertEq(factory.addressOf(initCode, configuration()), expected);
        vm.prank(caller);
        address vault = factory.deploy(initCode, configuration());
        assertEq(vault, expected);
        assertEq(Recorder(vault).configurationHash(), keccak256(abi.encode(configuration())));
    }

    // --- deploy: bounds ---

    function testFuzz_deploy_refusesAnyOtherInitCode(bytes memory other) public {
        vm.assume(keccak256(other) != keccak256(initCode));
        expectRefusal(Refusal.WrongInitCode, uint256(keccak256(other)));
        factory.deploy(other, configuration());
        expectRefusal(Refusal.WrongInitCode, uint256(keccak256(other)));
        factory.addressOf(other, configuration());
    }

    /// @notice One byte more or another one in it: neither arguments nor code can be smuggled in behind the code.
    function testFuzz_deploy_refusesAChangedByte(uint256 where, uint8 flipped) public {
        bytes memory longer = bytes.concat(initCode, abi.encode(configuration()));
        expectRefusal(Refusal.WrongInitCode, uint256(keccak256(longer)));
        factory.deploy(longer, configuration());

        vm.assume(flipped != 0);
        bytes memory changed = initCode;
        where = bound(where, 0, changed.length - 1);
        changed[where] = bytes1(uint8(changed[where]) ^ flipped);
        expectRefusal(Refusal.WrongInitCode, uint256(keccak256(changed)));
        factory.deploy(changed, configuration());
    }

    function testFuzz_deploy_refusesTheSameVaultTwice(address first, address second) public {
        vm.prank(first);
        address vault = factory.deploy(initCode, configuration());
        expectRefusal(Refusal.VaultExists, uint160(vault));
        vm.prank(second);
        factory.deploy(initCode, configuration());
        assertEq(factory.addressOf(initCode, configuration()), vault);
    }

    /// @notice Ether sent ahead to the address does not block it.
    function testFuzz_deploy_worksAtAnAddressThatHoldsEther(uint96 amount) public {
        address expected = factory.addressOf(initCode, configuration());
        vm.deal(expected, amount);
        assertEq(factory.deploy(initCode, configuration()), expected);
    }

    function test_deploy_saysWhatTheConstructorSaid() public {
        VaultConfiguration memory c = configuration();
        c.owner = address(0);
        expectRefusal(Refusal.OutOfBounds, 7);
        factory.deploy(initCode, c);
        assertEq(factory.addressOf(initCode, c).code.length, 0);
    }

    function test_deploy_revertsWhenTheConstructorSaysNothing() public {
        bytes memory silent = type(Silent).creationCode;
        VaultFactory other = new VaultFactory(keccak256(silent));
        vm.expectRevert(bytes(""));
        other.deploy(silent, configuration());
    }

    // --- deploy: effect ---

    function testFuzz_deploy_tellsWhoAndWhere(address owner, address caller) public {
        vm.assume(owner != address(0));
        VaultConfiguration memory c = configuration();
        c.owner = owner;
        address expected = factory.addressOf(initCode, c);
        assertEq(expected.code.length, 0);
        vm.expectEmit(address(factory));
        emit IVaultFactory.VaultDeployed(expected, owner, caller);
        vm.prank(caller);
        assertEq(factory.deploy(initCode, c), expected);
        assertGt(expected.code.length, 0);
    }

    /// @notice The address as anybody works it out apart from the factory (EIP-1014).
    function testFuzz_addressOf_followsFromOwnerAndArguments(address owner, uint256 dailyLossUsd) public view {
        VaultConfiguration memory c = configuration();
        c.owner = owner;
        c.dailyLossUsd = dailyLossUsd;
        bytes32 salt = keccak256(abi.encode(c));
        bytes32 creationHash = keccak256(abi.encodePacked(initCode, abi.encode(c)));
        assertEq(factory.addressOf(initCode, c), vm.computeCreate2Address(salt, creationHash, address(factory)));
    }

    /// @notice Any argument that differs, and the address does: of each kind of field, whatever the new value.
    function testFuzz_addressOf_changesWithAnyArgument(uint256 which, uint256 value) public view {
        VaultConfiguration memory c = configuration();
        bytes32 before = keccak256(abi.encode(c));
        change(c, which % 21, value);
        vm.assume(keccak256(abi.encode(c)) != before);
        assertNotEq(factory.addressOf(initCode, c), factory.addressOf(initCode, configuration()));
    }

    /// @notice Deploying first with one's own key in the executor's place gives another vault, and the one that was
    /// meant still lands at its address.
    function testFuzz_deploy_cannotBeTakenOverFromTheFront(address thief, uint256 which, uint256 value) public {
        VaultConfiguration memory theirs = configuration();
        theirs.executor = thief;
        change(theirs, 1 + which % 20, value);
        vm.assume(keccak256(abi.encode(theirs)) != keccak256(abi.encode(configuration())));
        address expected = factory.addressOf(initCode, configuration());
        vm.prank(thief);
        assertNotEq(factory.deploy(initCode, theirs), expected);
        assertEq(expected.code.length, 0);
        assertEq(factory.deploy(initCode, configuration()), expected);
        assertEq(Recorder(expected).configurationHash(), keccak256(abi.encode(configuration())));
    }

    function change(VaultConfiguration memory c, uint256 which, uint256 value) private pure {
        address account = address(uint160(value));
        if (which == 0) c.owner = account;
        if (which == 1) c.treasurer = account;
        if (which == 2) c.guardians[0] = account;
        if (which == 3) c.guardians = new address[](value % 8);
        if (which == 4) c.reviewers[value % 2] = account;
        if (which == 5) (c.reviewers[0], c.reviewers[1]) = (c.reviewers[1], c.reviewers[0]);
        if (which == 6) c.reviewThreshold = uint8(value);
        if (which == 7) c.executor = account;
        if (which == 8) c.executorExpiry = uint64(value);
        if (which == 9) c.sentinel = account;
        if (which == 10) c.router = account;
        if (which == 11) c.oracle = account;
        if (which == 12) c.wrappedNative = account;
        if (which == 13) c.dailyLossUsd = value;
        if (which == 14) c.models[0] = bytes32(value);
        if (which == 15) c.assets[0].token = account;
        if (which == 16) c.assets[0].source.bandBps = uint16(value);
        if (which == 17) c.limits.volumeCapacityUsd = value;
        if (which == 18) c.limits.maximumCheckpointAge = uint32(value);
        if (which == 19) c.approvals = account;
        if (which == 20) c.assets = new AssetConfiguration[](value % 8);
    }
}

/// @title The same with the genuine vault, as it is compiled for deployment
contract GenuineVaultFactoryTest is World {
    VaultFactory private factory;
    bytes private initCode;

    function setUp() public override {
        super.setUp();
        initCode = vm.getCode("Vault.sol:Vault");
        factory = new VaultFactory(keccak256(initCode));
    }

    /// @notice The caller gets nothing: every role is as configured, whoever deploys.
    function testFuzz_deploy_makesTheConfiguredVault(address caller, uint64 chainId) public {
        vm.assume(chainId != 0);
        address expected = factory.addressOf(initCode, configuration());
        vm.chainId(chainId);
        vm.prank(caller);
        IVault made = IVault(payable(factory.deploy(initCode, configuration())));
        assertEq(address(made), expected);
        assertEq(address(made).codehash, address(vault).codehash);
        assertEq(made.owner(), owner);
        assertEq(made.treasurer(), treasurer);
        assertTrue(made.isGuardian(guardian));
        assertEq(made.router(), address(router));
        assertEq(made.oracle(), address(oracle));
        assertEq(made.dailyLossUsd(), DAILY_LOSS);
        assertEq(made.words().policyHash, keccak256(abi.encode(configuration())));
        assertFalse(made.words().gate.isSealed());
    }

    function test_deploy_saysWhyAVaultRefusesItsConfiguration() public {
        VaultConfiguration memory c = configuration();
        c.executor = owner;
        expectRefusal(Refusal.RoleConflict, uint160(owner));
        factory.deploy(initCode, c);
    }

    function test_deploy_refusesTheGenuineVaultTwice() public {
        address made = factory.deploy(initCode, configuration());
        expectRefusal(Refusal.VaultExists, uint160(made));
        factory.deploy(initCode, configuration());
    }
}
