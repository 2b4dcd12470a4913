// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {HostilePool} from "../support/HostilePools.sol";
import {Vm} from "forge-std/Vm.sol";
import {ExactFills} from "./ExactFills.sol";

/// @title Poor fills in a row latch a mandate until its treasurer enables it
contract PoorFillsTest is ExactFills {
    uint256 private constant AMOUNT = 30e6;
    uint256 private constant WORTH = 0.01e18;
    uint256 private constant GOOD = WORTH * 9_950 / 10_000; // exactly at the share

    function setUp() public override {
        super.setUp();
        latchAfter(3);
    }

    function latchAfter(uint8 fills) private {
        (m.slippageBps, m.poorFillBps, m.maximumPoorFills) = (100, 50, fills);
        m.salt++;
        id = open(m);
    }

    /// @notice A slice that brings `out`, with an order that asks for the least the bound allows.
    function fillWith(uint256 out) private {
        Order memory o = asking(AMOUNT, WORTH * (10_000 - m.slippageBps) / 10_000);
        exact.behave(HostilePool.Manner.PaysFairly, out);
        passes(executor, call(o, noVoucher()));
    }

    function poorFills() private view returns (uint8) {
        return vault.mandateProgress(id).poorFills;
    }

    function latched() private view returns (bool) {
        return vault.mandateProgress(id).latched;
    }

    function latch() private {
        while (!latched()) fillWith(GOOD - 1);
    }

    function expectLatched(uint256 fills) private {
        expectRefused(asking(AMOUNT, WORTH), Refusal.MandateLatched, fills);
    }

    /// @notice How often the last calls said that a mandate latched, and that it was this one after so many fills.
    function latchEvents(uint8 fills) private returns (uint256 seen) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; i++) {
            if (logs[i].topics[0] != IVault.MandateLatched.selector) continue;
            seen++;
            assertEq(logs[i].emitter, address(vault));
            assertEq(logs[i].topics[1], id);
            assertEq(logs[i].data, abi.encode(fills));
        }
    }

    // --- what is poor ---

    /// @notice Below the mandate's share of the worth, to the unit; the order's own minimum does not matter.
    function testFuzz_poor_belowTheShareOnly(uint16 slippageBps, uint16 poorFillBps, uint256 out) public {
        m.slippageBps = uint16(bound(slippageBps, 1, 200));
        m.poorFillBps = uint16(bound(poorFillBps, 1, m.slippageBps));
        m.salt++;
        id = open(m);
        out = bound(out, WORTH * (10_000 - m.slippageBps) / 10_000, WORTH * 2);
        fillWith(out);
        bool expected = out * 10_000 < WORTH * (10_000 - uint256(m.poorFillBps));
        assertEq(poorFills(), expected ? 1 : 0);
        uint256 least = WORTH * (10_000 - m.poorFillBps) / 10_000;
        fillWith(least);
        assertEq(poorFills(), 0, "exactly at the share");
        if (m.poorFillBps == m.slippageBps) return;
        fillWith(least - 1);
        assertEq(poorFills(), 1, "one unit below it");
    }

    /// @notice Where the share is the whole bound, nothing that passes the bound is poor.
    function test_poor_neverWhereTheShareIsTheBound() public {
        (m.slippageBps, m.poorFillBps, m.maximumPoorFills) = (100, 100, 1);
        m.salt++;
        id = open(m);
        for (uint256 i = 0; i < 3; i++) {
            fillWith(WORTH * 99 / 100);
        }
        assertFalse(latched());
        assertEq(poorFills(), 0);
    }

    /// @notice The worth is that of the whole input: what a pool gives back is a donation, and excuses no poor fill.
    function test_poor_byTheWholeInput() public {
        Order memory o = asking(AMOUNT, WORTH * 99 / 100);
        usdc.mint(address(exact), AMOUNT);
        exact.returnTo(address(vault));
        exact.behave(HostilePool.Manner.ReturnsTheInput, o.minimumOut);
        passes(executor, call(o, noVoucher()));
        assertEq(poorFills(), 1);
    }

    function test_poor_notWhatWasRefused() public {
        Order memory o = asking(AMOUNT, WORTH);
        exact.behave(HostilePool.Manner.PaysFairly, WORTH - 1);
        for (uint256 i = 0; i < 4; i++) {
            assertRefused(executor, call(o, noVoucher()), Refusal.OutputTooLow, WORTH - 1);
        }
        assertEq(poorFills(), 0);
        assertFalse(latched());
    }

    // --- counting and latching ---

    /// @notice So many in a row, counted apart from the vault; a good one starts the count anew.
    function testFuzz_latches_afterSoManyInARow(uint8 most, bool[20] memory poor) public {
        latchAfter(uint8(bound(most, 1, 6)));
        uint8 row = 0;
        for (uint256 i = 0; i < 20; i++) {
            vm.recordLogs();
            fillWith(poor[i] ? GOOD - 1 : GOOD);
            row = poor[i] ? row + 1 : 0;
            assertEq(poorFills(), row);
            bool full = row == m.maximumPoorFills;
            assertEq(latchEvents(row), full ? 1 : 0);
            assertEq(latched(), full);
            if (!full) continue;
            expectLatched(row);
            passes(treasurer, abi.encodeCall(IVault.enableMandate, (id)));
            row = 0;
        }
        assertEq(vault.mandateProgress(id).executionCount, 20);
    }

    function test_latches_afterTheMostThereIs() public {
        latchAfter(255);
        for (uint256 i = 0; i < 254; i++) {
            fillWith(GOOD - 1);
        }
        assertFalse(latched());
        fillWith(GOOD - 1);
        assertTrue(latched());
        expectLatched(255);
    }

    /// @notice The fill that latches is done: its books and its meters stand.
    function test_latchingFill_isAFill() public {
        latchAfter(1);
        uint256 was = booked(weth);
        fillWith(GOOD - 1);
        assertTrue(latched());
        assertEq(booked(weth), was + GOOD - 1);
        MandateProgress memory p = vault.mandateProgress(id);
        assertEq(p.filled, AMOUNT);
        assertEq(p.executionCount, 1);
        assertEq(state().volumeUsedUsd, 30e18);
        assertTrue(p.open && !p.closed);
    }

    function test_latched_stopsThatMandateOnly() public {
        latch();
        bytes32 stopped = id;
        m.salt++;
        id = open(m);
        fillWith(GOOD);
        m.salt--;
        id = stopped;
        expectLatched(3);
    }

    /// @notice Neither time, nor a checkpoint, nor a reset with a new executor enables it.
    function test_latched_untilItIsEnabled() public {
        latch();
        pass(1 days);
        checkpoint();
        expectLatched(3);
        trip();
        executor = makeAddr("new executor");
        reset(resetTo(executor));
        wethFeed.set(3_000e8);
        checkpoint();
        expectLatched(3);
        passes(treasurer, abi.encodeCall(IVault.enableMandate, (id)));
        fillWith(GOOD);
    }

    // --- enabling ---

    function testFuzz_enable_isTheTreasurersAlone(address random, uint8 pick) public {
        latch();
        address caller = outsider(random, pick);
        vm.assume(caller != treasurer);
        bytes memory data = abi.encodeCall(IVault.enableMandate, (id));
        assertUnauthorized(caller, data);
        assertUnauthorized(owner, data);
        assertUnauthorized(guardian, data);
        expectLatched(3);
    }

    function test_enable_countsFromTheBeginning() public {
        latch();
        MandateProgress memory p = vault.mandateProgress(id);
        vm.expectEmit(address(vault));
        emit IVault.MandateEnabled(id, treasurer);
        passes(treasurer, abi.encodeCall(IVault.enableMandate, (id)));
        (p.latched, p.poorFills) = (false, 0);
        assertEq(abi.encode(vault.mandateProgress(id)), abi.encode(p), "nothing else moves");
        fillWith(GOOD - 1);
        fillWith(GOOD - 1);
        assertFalse(latched());
        fillWith(GOOD - 1);
        expectLatched(3);
    }

    /// @notice A closed one stays closed, latched or not.
    function test_enable_opensNothing() public {
        latch();
        passes(guardian, abi.encodeCall(IVault.closeMandate, (id)));
        bytes memory data = abi.encodeCall(IVault.enableMandate, (id));
        assertRefused(treasurer, data, Refusal.MandateUnknown, uint256(id));
        expectRefused(asking(AMOUNT, WORTH), Refusal.MandateClosed, 0);
    }
}
