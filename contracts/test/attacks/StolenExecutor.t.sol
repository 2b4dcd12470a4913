// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {HostilePool} from "../support/HostilePools.sol";
import {Attack} from "./Attack.sol";

/// @title What whoever stole the executor's key can take, in numbers
/// @notice The bound of THREAT_MODEL.md with exact prices: in every window W at most B * (1 + W / day).
contract StolenExecutorTest is Attack {
    uint256 private constant TOLERANCE_BPS = 200;

    /// @notice A mandate as generous as the vault allows, so that nothing but the vault's own limits is in the thief's way.
    function generous() private {
        m = sellUsdc();
        m.total = 100_000_000e6;
        m.maximumSlice = 50_000e6;
        m.minimumInterval = 0;
        m.maximumExecutions = type(uint32).max;
        m.slippageBps = uint16(TOLERANCE_BPS);
        m.poorFillBps = uint16(TOLERANCE_BPS);
        m.end = uint64(block.timestamp + 30 days);
        open(m);
        give(usdc, 10_000_000e6);
        checkpoint();
    }

    /// @notice One order at 90 % of the tolerance, through the thief's own pool. Returns the loss in USD with 18 decimals.
    function skim(uint256 amountIn) private returns (uint256) {
        Order memory o = orderFor(m, amountIn);
        uint256 fair = amountIn * 1e12 / 3_000;
        o.minimumOut = fair - fair * (TOLERANCE_BPS * 9 / 10) / 10_000;
        hostile.behave(HostilePool.Manner.PaysFairly, o.minimumOut);
        (bool done, Refusal reason) = trySteal(o, through(address(hostile), amountIn));
        if (done) return amountIn * 1e12 - o.minimumOut * 3_000;
        assertTrue(reason == Refusal.VolumeExceeded || reason == Refusal.LossExceeded);
        return 0;
    }

    /// @dev As often as it likes, with orders as large as it likes, until the window is over.
    function drain(uint256 window, uint256 seed) private returns (uint256 lost) {
        uint256 end = block.timestamp + window;
        while (block.timestamp < end) {
            seed = uint256(keccak256(abi.encode(seed)));
            lost += skim(bound(seed, 1e6, 50_000e6));
            uint256 wait = (seed >> 128) % (window / 24);
            pass(block.timestamp + wait > end ? end - block.timestamp : wait + 1);
            checkpoint();
        }
        lost += skim(50_000e6);
        lost += skim(10_000e6);
        lost += skim(1_000e6);
    }

    /// forge-config: default.fuzz.runs = 24
    function testFuzz_draining_atNineTenthsOfTheTolerance_aDay(uint256 seed) public {
        generous();
        uint256 lost = drain(1 days, seed);
        assertLe(lost, 2 * LOSS_CAPACITY + 1e18);
        // A thief who is in no hurry to stay small takes most of what volume and tolerance allow.
        assertGt(lost, VOLUME_CAPACITY * 18 / 1_000);
    }

    /// forge-config: default.fuzz.runs = 8
    function testFuzz_draining_atNineTenthsOfTheTolerance_threeDays(uint256 seed) public {
        generous();
        assertLe(drain(3 days, seed), 4 * LOSS_CAPACITY + 1e18);
    }

    /// @notice All at once: 1.8 % of a full volume meter, and then nothing for hours.
    function test_draining_inOneBlock() public {
        generous();
        uint256 lost = 0;
        for (uint256 i = 0; i < 100; i++) {
            lost += skim(50_000e6);
        }
        assertApproxEqAbs(lost, 3_600e18, 1e6);
        assertLe(lost, LOSS_CAPACITY);
    }

    /// @notice A budget per calendar day would let twice of it through around midnight (reported for day buckets). Here the
    /// second before and the second after are the same window.
    function test_midnightDoubleSpend() public {
        generous();
        uint256 midnight = (block.timestamp / 1 days + 1) * 1 days;
        pass(midnight - 1 - block.timestamp);
        checkpoint();
        uint256 lost = 0;
        for (uint256 i = 0; i < 4; i++) {
            lost += skim(50_000e6);
        }
        assertApproxEqAbs(lost, 3_600e18, 1e6, "the whole of the volume");
        pass(2);
        (bool done, Refusal reason) = trySteal(orderFor(m, 1_000e6), oneLeg(1_000e6));
        assertFalse(done);
        assertTrue(reason == Refusal.VolumeExceeded);
        assertEq(skim(1_000e6), 0);
    }

    /// @notice Splitting a large order below the review limit ends at the volume meter.
    function test_splittingBelowTheReviewLimit() public {
        generous();
        uint256 sold = 0;
        for (uint256 i = 0; i < 10; i++) {
            hostile.behave(HostilePool.Manner.PaysFairly, 17e18);
            (bool done,) = trySteal(orderFor(m, 50_000e6), through(address(hostile), 50_000e6));
            if (done) sold += 50_000;
        }
        assertEq(sold * 1e18, VOLUME_CAPACITY);
    }

    function test_ownPoolAtTheBoundIsAllItGets() public {
        hostile.behave(HostilePool.Manner.PaysFairly, 0.99e18 - 1);
        Order memory o = orderFor(m, 3_000e6);
        o.minimumOut = 0.99e18;
        expectStopped(o, through(address(hostile), 3_000e6), Refusal.OutputTooLow, 0.99e18 - 1);
        hostile.behave(HostilePool.Manner.PaysFairly, 0.99e18);
        assertEq(steal(o, through(address(hostile), 3_000e6)), 0.99e18);
    }

    /// @notice Two orders signed for the same slice (a nonce used twice): whichever comes second is dead.
    function test_nonceReuse_bothOrdersForOneSlice() public {
        Order memory first = orderFor(m, 3_000e6);
        Order memory second = orderFor(m, 4_000e6);
        steal(first, oneLeg(3_000e6));
        vm.warp(block.timestamp + 60);
        expectStopped(second, oneLeg(4_000e6), Refusal.WrongExecutionIndex, 1);
        expectStopped(first, oneLeg(3_000e6), Refusal.WrongExecutionIndex, 1);
    }

    /// @notice Poor fills latch the mandate before the meters are full, where the treasurer asked for it.
    function test_poorFillsLatchBeforeTheMetersAreFull() public {
        generous();
        m.poorFillBps = 100;
        m.salt = 77;
        open(m);
        for (uint256 i = 0; i < 3; i++) {
            assertGt(skim(10_000e6), 0);
        }
        Order memory o = orderFor(m, 10_000e6);
        expectStopped(o, oneLeg(10_000e6), Refusal.MandateLatched, 3);
        vm.prank(executor);
        expectRefusal(Refusal.Unauthorized, uint160(executor));
        vault.enableMandate(o.mandateId);
    }

    /// @notice The key dies by itself, at once by a guardian, and with every reset.
    function test_theKeyDies() public {
        uint256 snapshot = vm.snapshotState();
        vm.warp(state().executorExpiry);
        expectStopped(orderFor(m, 1e6), oneLeg(1e6), Refusal.ExecutorExpired, block.timestamp);
        vm.revertToState(snapshot);
        vm.prank(guardian);
        vault.dropExecutor();
        expectStopped(orderFor(m, 1e6), oneLeg(1e6), Refusal.NotExecutor, uint160(executor));
    }

    /// @notice The key can do nothing but trade: every door of the other roles is shut to it.
    function test_theKeyOpensNoOtherDoor() public {
        bytes[12] memory doors = [
            abi.encodeCall(vault.withdraw, (address(usdc), 1, executor)),
            abi.encodeCall(vault.deposit, (address(usdc), 1)),
            abi.encodeCall(vault.book, (address(usdc))),
            abi.encodeCall(vault.pause, ()),
            abi.encodeCall(vault.unpause, ()),
            abi.encodeCall(vault.submit, (abi.encodeCall(vault.setExecutor, (executor, type(uint64).max)))),
            abi.encodeCall(vault.setExecutor, (executor, type(uint64).max)),
            abi.encodeCall(vault.raiseLimits, (defaultLimits())),
            abi.encodeCall(vault.lowerLimits, (defaultLimits())),
            abi.encodeCall(vault.closeMandate, (bytes32(0))),
            abi.encodeCall(vault.acceptOwner, ()),
            abi.encodeCall(vault.revoke, (""))
        ];
        for (uint256 i = 0; i < doors.length; i++) {
            expectRefusal(Refusal.Unauthorized, uint160(executor));
            vm.prank(executor);
            (bool done,) = address(vault).call(doors[i]);
            assertTrue(done, "expected to revert");
        }
    }
}
