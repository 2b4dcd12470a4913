// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Changes, Timelock} from "../../src/guards/Timelock.sol";
import {Refusal, Refused} from "../../src/Refusal.sol";
import {Test} from "forge-std/Test.sol";

/// @title Changes and delays, apart from what they change
contract TimelockGuardTest is Test {
    using Timelock for Changes;

    Changes private changes;

    function setUp() public {
        vm.warp(1_790_000_000);
    }

    function submit(bytes calldata data, bytes4 kind, uint256 epoch, bool isSealed) external returns (uint256) {
        return changes.submit(data, kind, epoch, isSealed);
    }

    function consume(bytes calldata data, uint256 epoch, bool isSealed) external {
        changes.consume(data, epoch, isSealed);
    }

    function revoke(bytes calldata data, uint256 epoch, bool isSealed) external {
        changes.revoke(data, epoch, isSealed);
    }

    function ripeAt(bytes calldata data, uint256 epoch, bool isSealed) external view returns (uint256) {
        return changes.ripeAtOf(data, epoch, isSealed);
    }

    function lowerDelay(bytes4 kind, uint256 delay) external {
        changes.lowerDelay(kind, delay);
    }

    function expectRefusal(Refusal reason, uint256 detail) private {
        vm.expectRevert(abi.encodeWithSelector(Refused.selector, reason, detail));
    }

    function test_constants() public pure {
        assertEq(Timelock.LOWEST_DELAY, 1 days);
        assertEq(Timelock.HIGHEST_DELAY, 30 days);
        assertEq(Timelock.RIPE_FOR, 14 days);
    }

    function testFuzz_consume_fromRipeToExpiryAndOnce(bytes memory data, bytes4 kind, uint32 wait) public {
        uint256 at = this.submit(data, kind, 1, true);
        assertEq(at, block.timestamp + 1 days);
        wait = uint32(bound(wait, 0, 20 days));
        vm.warp(block.timestamp + wait);
        if (block.timestamp < at) {
            expectRefusal(Refusal.NotRipe, at);
            this.consume(data, 1, true);
            return;
        }
        if (block.timestamp > at + 14 days) {
            expectRefusal(Refusal.ChangeExpired, at + 14 days);
            this.consume(data, 1, true);
            return;
        }
        this.consume(data, 1, true);
        expectRefusal(Refusal.NotSubmitted, 0);
        this.consume(data, 1, true);
    }

    function testFuzz_aChangeIsOfItsEpochAndItsSideOfTheSeal(bytes memory data, uint16 epoch, uint16 other) public {
        vm.assume(epoch != other);
        this.submit(data, 0, epoch, true);
        assertEq(this.ripeAt(data, other, true), 0);
        assertEq(this.ripeAt(data, epoch, false), 0);
        this.revoke(data, other, true);
        this.revoke(data, epoch, false);
        assertEq(this.ripeAt(data, epoch, true), block.timestamp + 1 days);
        vm.warp(block.timestamp + 1 days);
        expectRefusal(Refusal.NotSubmitted, 0);
        this.consume(data, other, true);
        expectRefusal(Refusal.NotSubmitted, 0);
        this.consume(data, epoch, false);
        this.consume(data, epoch, true);
    }

    function testFuzz_beforeTheSealNothingWaits(bytes memory data, bytes4 kind, uint256 delay) public {
        changes.raiseDelay(kind, delay);
        assertEq(this.submit(data, kind, 1, false), block.timestamp);
        this.consume(data, 1, false);
    }

    function testFuzz_revoke_takesBack(bytes memory data) public {
        this.submit(data, 0, 1, true);
        this.revoke(data, 1, true);
        vm.warp(block.timestamp + 1 days);
        expectRefusal(Refusal.NotSubmitted, 0);
        this.consume(data, 1, true);
    }

    function testFuzz_raiseDelay_staysBetweenFloorAndCeiling(bytes4 kind, uint256 first, uint256 second) public {
        changes.raiseDelay(kind, first);
        uint256 expected = first < 1 days ? 1 days : first > 30 days ? 30 days : first;
        assertEq(changes.delayOf(kind), expected);
        changes.raiseDelay(kind, second);
        if (second > expected) expected = second > 30 days ? 30 days : second;
        assertEq(changes.delayOf(kind), expected);
    }

    function testFuzz_lowerDelay_waitsForTheRaisedOneAndNeverRaises(uint256 from, uint256 to, uint32 wait) public {
        from = bound(from, 0, 30 days);
        changes.raiseDelay(0x01020304, from);
        uint256 length = changes.delayOf(0x01020304);
        uint256 until = block.timestamp + length;
        vm.warp(block.timestamp + bound(wait, 0, 31 days));
        if (block.timestamp < until) {
            expectRefusal(Refusal.NotRipe, until);
            this.lowerDelay(0x01020304, to);
            assertEq(changes.delayOf(0x01020304), length);
            return;
        }
        this.lowerDelay(0x01020304, to);
        uint256 expected = to < length ? to : length;
        assertEq(changes.delayOf(0x01020304), expected < 1 days ? 1 days : expected);
    }

    function testFuzz_lowerDelay_ofOneThatWasNeverRaisedChangesNothing(bytes4 kind, uint256 to) public {
        changes.lowerDelay(kind, to);
        assertEq(changes.delayOf(kind), 1 days);
    }
}
