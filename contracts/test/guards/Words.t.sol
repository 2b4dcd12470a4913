// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Limits} from "../../src/Types.sol";
import {ExecutorWord, ExecutorWordBits} from "../../src/guards/ExecutorWord.sol";
import {Gate} from "../../src/guards/Gate.sol";
import {LimitTerms} from "../../src/guards/LimitTerms.sol";
import {Test} from "forge-std/Test.sol";

/// @title Packed words keep their parts apart
contract WordsTest is Test {
    function testFuzz_executor(address key, uint32 epoch, uint64 expiry) public pure {
        ExecutorWord word = ExecutorWordBits.pack(key, epoch, expiry);
        assertEq(word.key(), key);
        assertEq(word.epoch(), epoch);
        assertEq(word.expiry(), expiry);
    }

    function testFuzz_gate_transitionsTouchOnlyTheirPart(uint256 raw, uint64 at) public pure {
        Gate gate = Gate.wrap(raw);
        same(gate, gate.withPause(), 1);
        same(gate, gate.withoutPause(), 1);
        same(gate, gate.withSeal(), 8);
        same(gate, gate.withFlow(), 16);
        same(gate, gate.withSuspension(at), 2 | uint256(type(uint64).max) << 64);
        same(gate, gate.withoutSuspension(), 2 | uint256(type(uint64).max) << 64);
        same(gate, gate.withCheckpoint(at), 48 | uint256(type(uint64).max) << 128);
        same(gate, gate.withTrip(), 6 | (uint256(type(uint64).max) << 64) | (uint256(type(uint32).max) << 32));
        same(gate, gate.withReset(), 54 | uint256(type(uint64).max) << 64);
        assertTrue(gate.withPause().paused() && !gate.withoutPause().paused());
        assertTrue(gate.withSeal().isSealed());
        assertTrue(gate.withSuspension(at).suspended());
        assertEq(gate.withSuspension(at).suspendedAt(), at);
        assertEq(gate.withCheckpoint(at).checkpointAt(), at);
        assertTrue(gate.withTrip().tripped() && !gate.withTrip().suspended());
        assertFalse(gate.withReset().tripped() || gate.withReset().suspended());
        assertTrue(gate.withReset().rebasing() && !gate.withCheckpoint(at).rebasing());
        assertEq(gate.withReset().paused(), gate.paused());
    }

    function same(Gate one, Gate other, uint256 besides) private pure {
        assertEq(Gate.unwrap(one) & ~besides, Gate.unwrap(other) & ~besides);
    }

    function testFuzz_gate_isFreshOnlyWithinTheAge(uint64 at, uint64 now_, uint32 age) public {
        vm.assume(at > 0 && now_ >= at);
        vm.warp(now_);
        Gate gate = Gate.wrap(0).withCheckpoint(at);
        assertEq(gate.checkpointFresh(age), age != 0 && now_ - at <= age);
        assertFalse(gate.withFlow().checkpointFresh(type(uint32).max));
        assertFalse(gate.withReset().checkpointFresh(type(uint32).max));
        assertFalse(Gate.wrap(0).checkpointFresh(type(uint32).max));
    }

    function testFuzz_limits(uint128[3] memory usd, uint16 slippage, uint16 drawdown, uint32 age) public pure {
        Limits memory limits = Limits(usd[0], usd[1], usd[2], slippage, drawdown, age);
        assertEq(abi.encode(LimitTerms.unpack(LimitTerms.pack(limits))), abi.encode(limits));
    }
}
