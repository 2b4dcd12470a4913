// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Gate} from "../../src/guards/Gate.sol";
import {Refusal, Refused} from "../../src/Refusal.sol";
import {Test} from "forge-std/Test.sol";

/// @title One word that says who may trade and whether anything may: its parts stay apart
contract GateTest is Test {
    uint256 private constant EXECUTOR = (1 << 192) - 1; // with its expiry
    uint256 private constant EPOCH = uint256(type(uint16).max) << 192;
    uint256 private constant CHECKPOINT = uint256(type(uint32).max) << 208;
    uint256 private constant TREASURER = uint256(type(uint8).max) << 240;
    uint256 private constant PAUSED = 1 << 248;
    uint256 private constant SUSPENDED = 1 << 249;
    uint256 private constant TRIPPED = 1 << 250;
    uint256 private constant SEALED = 1 << 251;
    uint256 private constant FLOWED = 1 << 252;
    uint256 private constant REBASING = 1 << 253;
    uint256 private constant SENTINEL = 1 << 254;

    function setUp() public {
        vm.warp(1_790_000_000);
    }

    function same(Gate one, Gate other, uint256 besides) private pure {
        assertEq(Gate.unwrap(one) & ~besides, Gate.unwrap(other) & ~besides);
    }

    function expectRefusal(Refusal reason, uint256 detail) private {
        vm.expectRevert(abi.encodeWithSelector(Refused.selector, reason, detail));
    }

    // --- transitions ---

    function testFuzz_bits_changeAlone(uint256 raw) public view {
        Gate gate = Gate.wrap(raw);
        same(gate, gate.withPause(), PAUSED);
        same(gate, gate.withoutPause(), PAUSED);
        same(gate, gate.withSeal(), SEALED);
        same(gate, gate.withFlow(), FLOWED);
        same(gate, gate.withSuspension(), SUSPENDED);
        same(gate, gate.withoutSuspension(), SUSPENDED);
        same(gate, gate.withTrip(), SUSPENDED | TRIPPED);
        same(gate, gate.withSentinel(true), SENTINEL);
        same(gate, gate.withSentinel(false), SENTINEL);
        same(gate, gate.withCheckpoint(), CHECKPOINT | FLOWED | REBASING);
        assertTrue(gate.withPause().paused() && !gate.withoutPause().paused());
        assertTrue(gate.withSeal().isSealed());
        assertTrue(gate.withSuspension().suspended() && !gate.withoutSuspension().suspended());
        assertTrue(gate.withTrip().tripped() && !gate.withTrip().suspended());
        assertTrue(gate.withSentinel(true).sentinelRequired() && !gate.withSentinel(false).sentinelRequired());
        assertFalse(gate.withCheckpoint().rebasing());
        assertEq(gate.withCheckpoint().checkpointAt(), block.timestamp);
    }

    function testFuzz_reset_liftsTripAndSuspensionAndRaisesTheEpoch(uint256 raw) public {
        Gate gate = Gate.wrap(raw);
        if (gate.epoch() == type(uint16).max) {
            expectRefusal(Refusal.OutOfBounds, type(uint16).max);
            this.reset(gate);
            return;
        }
        Gate next = gate.withReset();
        same(gate, next, EPOCH | SUSPENDED | TRIPPED | FLOWED | REBASING);
        assertFalse(next.tripped() || next.suspended());
        assertTrue(next.rebasing());
        assertFalse(next.checkpointFresh(1 days));
        assertEq(next.epoch(), uint256(gate.epoch()) + 1);
    }

    function test_reset_hasALastEpoch() public {
        Gate last = Gate.wrap((uint256(type(uint16).max) - 1) << 192).withReset();
        assertEq(last.epoch(), type(uint16).max);
        expectRefusal(Refusal.OutOfBounds, type(uint16).max);
        this.reset(last);
    }

    function reset(Gate gate) external pure returns (Gate) {
        return gate.withReset();
    }

    function testFuzz_executor_replacesKeyAndExpiry(uint256 raw, address key, uint32 expiry) public pure {
        Gate next = Gate.wrap(raw).withExecutor(key, expiry);
        same(Gate.wrap(raw), next, EXECUTOR);
        assertEq(next.executor(), key);
        assertEq(next.expiry(), expiry);
    }

    function testFuzz_treasurer_countsUpToTheLast(uint256 raw) public {
        Gate gate = Gate.wrap(raw);
        if (gate.treasurerEpoch() == type(uint8).max) {
            expectRefusal(Refusal.OutOfBounds, type(uint8).max);
            this.nextTreasurer(gate);
            return;
        }
        same(gate, gate.withNextTreasurer(), TREASURER);
        assertEq(gate.withNextTreasurer().treasurerEpoch(), uint256(gate.treasurerEpoch()) + 1);
        expectRefusal(Refusal.OutOfBounds, type(uint8).max);
        this.nextTreasurer(Gate.wrap(raw | TREASURER));
    }

    function nextTreasurer(Gate gate) external pure returns (Gate) {
        return gate.withNextTreasurer();
    }

    // --- checks ---

    function requireOpen(Gate gate) external pure {
        gate.requireOpen();
    }

    function testFuzz_open_needsTheSealAndNoneOfThreeBits(uint256 raw) public {
        Gate gate = Gate.wrap(raw);
        if (gate.paused()) expectRefusal(Refusal.Paused, 0);
        else if (gate.suspended()) expectRefusal(Refusal.Suspended, 0);
        else if (gate.tripped()) expectRefusal(Refusal.Tripped, 0);
        else if (!gate.isSealed()) expectRefusal(Refusal.NotSealed, 0);
        this.requireOpen(gate);
    }

    function requireHeldBy(Gate gate, address caller) external view {
        gate.requireHeldBy(caller);
    }

    function testFuzz_held_byItsKeyUntilItsExpiry(uint256 raw, address key, address other, uint32 expiry) public {
        Gate gate = Gate.wrap(raw).withExecutor(key, expiry);
        if (block.timestamp >= expiry) expectRefusal(Refusal.ExecutorExpired, expiry);
        this.requireHeldBy(gate, key);
        if (other == key) return;
        expectRefusal(Refusal.NotExecutor, uint160(other));
        this.requireHeldBy(gate, other);
    }

    function test_held_notInTheSecondOfTheExpiry() public {
        Gate gate = Gate.wrap(0).withExecutor(address(1), block.timestamp + 1);
        this.requireHeldBy(gate, address(1));
        vm.warp(block.timestamp + 1);
        expectRefusal(Refusal.ExecutorExpired, block.timestamp);
        this.requireHeldBy(gate, address(1));
    }

    function requireEpoch(Gate gate, uint32 number) external pure {
        gate.requireEpoch(number);
    }

    function testFuzz_epoch_isThisOne(uint256 raw, uint32 number) public {
        Gate gate = Gate.wrap(raw);
        this.requireEpoch(gate, gate.epoch());
        if (number != gate.epoch()) expectRefusal(Refusal.WrongEpoch, gate.epoch());
        this.requireEpoch(gate, number);
    }

    function requireFreshCheckpoint(Gate gate, uint256 age) external view {
        gate.requireFreshCheckpoint(age);
    }

    function testFuzz_fresh_withinTheAgeAndWithoutAFlow(uint256 raw, uint32 now_, uint32 later, uint24 age) public {
        now_ = uint32(bound(now_, 1, type(uint32).max));
        vm.warp(now_);
        Gate gate = Gate.wrap(raw).withCheckpoint();
        vm.warp(bound(later, now_, type(uint32).max));
        bool fresh = age != 0 && block.timestamp - now_ <= age;
        assertEq(gate.checkpointFresh(age), fresh);
        assertFalse(gate.withFlow().checkpointFresh(age));
        if (!fresh) expectRefusal(Refusal.CheckpointStale, now_);
        this.requireFreshCheckpoint(gate, age);
    }

    function testFuzz_fresh_neverBeforeTheFirst(uint256 raw, uint256 age) public {
        Gate gate = Gate.wrap(raw & ~CHECKPOINT);
        assertFalse(gate.checkpointFresh(age));
        expectRefusal(Refusal.CheckpointStale, 0);
        this.requireFreshCheckpoint(gate, age);
    }

    function test_fresh_toTheLastSecond() public {
        Gate gate = Gate.wrap(0).withCheckpoint();
        assertFalse(gate.checkpointFresh(0));
        assertTrue(gate.checkpointFresh(1));
        vm.warp(block.timestamp + 60);
        assertTrue(gate.checkpointFresh(60));
        assertFalse(gate.checkpointFresh(59));
    }
}
