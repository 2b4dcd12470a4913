// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {MockFeed} from "../support/MockFeed.sol";
import {World} from "../support/World.sol";

/// @title One slice, and every reason for which there is none
contract ExecuteTest is World {
    Mandate private m;
    bytes32 private id;

    function setUp() public override {
        super.setUp();
        m = sellUsdc();
        id = open(m);
    }

    function expectRefused(Order memory o, Refusal reason, uint256 detail) private {
        expectRefusal(reason, detail);
        vm.prank(executor);
        vault.execute(m, o, oneLeg(o.amountIn), noVoucher(), "");
    }

    function test_slice_tradesAndIsCounted() public {
        uint256 before = weth.balanceOf(address(vault));
        uint256 out = run(m, 30_000e6);
        assertEq(weth.balanceOf(address(vault)) - before, out);
        assertEq(usdc.balanceOf(address(vault)), 970_000e6);
        MandateProgress memory progress = vault.mandateProgress(id);
        assertEq(progress.filled, 30_000e6);
        assertEq(progress.executionCount, 1);
        assertEq(progress.lastExecution, block.timestamp);
        assertEq(vault.assetOf(address(usdc)).book.booked, 970_000e6);
        assertEq(vault.assetOf(address(weth)).book.booked, 100e18 + out);
        assertEq(state().volumeUsedUsd, 30_000e18);
    }

    function test_slice_emitsWhatWasMeasured() public {
        uint256 snapshot = vm.snapshotState();
        uint256 out = run(m, 30_000e6);
        vm.revertToState(snapshot);
        vm.expectEmit(address(vault));
        uint256 lossUsd = 30_000e18 - out * 3_000;
        emit IVault.Executed(
            id, 0, executor, 30_000e6, out, 10e18, 1e18, 3_000e18, lossUsd, keccak256("decision"), MODEL, false
        );
        run(m, 30_000e6);
    }

    function test_slice_splitsOverThreeVenues() public {
        Order memory o = orderFor(m, 50_000e6);
        vm.prank(executor);
        uint256 out = vault.execute(m, o, threeLegs(50_000e6), noVoucher(), "");
        assertGe(out, o.minimumOut);
        assertEq(usdc.balanceOf(address(router)), 0);
        assertEq(weth.balanceOf(address(router)), 0);
    }

    function test_slice_sellsTheOtherWay() public {
        m.sell = address(weth);
        m.buy = address(usdc);
        m.total = 50e18;
        m.maximumSlice = 10e18;
        open(m);
        Order memory o = orderFor(m, 10e18);
        o.minimumOut = 29_820e6;
        vm.prank(executor);
        assertGe(vault.execute(m, o, threeLegs(10e18), noVoucher(), ""), o.minimumOut);
    }

    function test_refuses_anyoneButTheExecutor() public {
        Order memory o = orderFor(m, 1_000e6);
        expectRefusal(Refusal.NotExecutor, uint160(owner));
        vm.prank(owner);
        vault.execute(m, o, oneLeg(1_000e6), noVoucher(), "");
    }

    function test_refuses_expiredExecutor() public {
        uint64 expiry = state().executorExpiry;
        vm.warp(expiry);
        expectRefused(orderFor(m, 1_000e6), Refusal.ExecutorExpired, expiry);
    }

    function test_refuses_anotherEpoch() public {
        Order memory o = orderFor(m, 1_000e6);
        o.epoch = 2;
        expectRefused(o, Refusal.WrongEpoch, 1);
    }

    function test_refuses_pastDeadline() public {
        Order memory o = orderFor(m, 1_000e6);
        o.deadline = uint64(block.timestamp - 1);
        expectRefused(o, Refusal.DeadlinePassed, o.deadline);
    }

    function test_refuses_deadlineFiveMinutesAndOneSecondAhead() public {
        Order memory o = orderFor(m, 1_000e6);
        o.deadline = uint64(block.timestamp + 301);
        expectRefused(o, Refusal.DeadlineTooFar, o.deadline);
        o.deadline--;
        vm.prank(executor);
        vault.execute(m, o, oneLeg(1_000e6), noVoucher(), "");
    }

    function test_refuses_replayedOrder() public {
        Order memory o = orderFor(m, 1_000e6);
        vm.prank(executor);
        vault.execute(m, o, oneLeg(1_000e6), noVoucher(), "");
        pass(100);
        o.deadline = uint64(block.timestamp + 60);
        expectRefused(o, Refusal.WrongExecutionIndex, 1);
    }

    function test_refuses_unknownMandate() public {
        Mandate memory other = sellUsdc();
        Order memory o = orderFor(other, 1_000e6);
        expectRefusal(Refusal.MandateUnknown, uint256(o.mandateId));
        vm.prank(executor);
        vault.execute(other, o, oneLeg(1_000e6), noVoucher(), "");
    }

    function test_refuses_termsThatAreNotTheOpenedOnes() public {
        Order memory o = orderFor(m, 1_000e6);
        m.slippageBps = 200;
        expectRefused(o, Refusal.MandateUnknown, uint256(id));
    }

    function test_refuses_closedMandate() public {
        vm.prank(treasurer);
        vault.closeMandate(id);
        expectRefused(orderFor(m, 1_000e6), Refusal.MandateClosed, 0);
    }

    function test_refuses_beforeStartAndAfterEnd() public {
        m.start = uint64(block.timestamp + 10);
        m.end = uint64(block.timestamp + 100);
        open(m);
        expectRefused(orderFor(m, 1_000e6), Refusal.MandateNotStarted, m.start);
        pass(101);
        expectRefused(orderFor(m, 1_000e6), Refusal.MandateEnded, m.end);
    }

    function test_refuses_zeroSliceAndOneAboveTheLargest() public {
        expectRefused(orderFor(m, 0), Refusal.SliceTooLarge, m.maximumSlice);
        expectRefused(orderFor(m, m.maximumSlice + 1), Refusal.SliceTooLarge, m.maximumSlice);
    }

    function test_refuses_beforeTheIntervalPassed() public {
        run(m, 1_000e6);
        uint256 next = block.timestamp + 60;
        pass(59);
        expectRefused(orderFor(m, 1_000e6), Refusal.TooSoon, next);
        pass(1);
        run(m, 1_000e6);
    }

    function test_refuses_moreThanTheTotal() public {
        run(m, 50_000e6);
        pass(60);
        run(m, 49_000e6);
        pass(60);
        expectRefused(orderFor(m, 1_000e6 + 1), Refusal.MandateExceeded, 1_000e6);
        run(m, 1_000e6);
        assertEq(vault.mandateProgress(id).filled, m.total);
    }

    function test_refuses_moreThanTheExecutions() public {
        m.maximumExecutions = 1;
        open(m);
        run(m, 1_000e6);
        pass(60);
        expectRefused(orderFor(m, 1_000e6), Refusal.ExecutionsExhausted, 1);
    }

    function test_refuses_belowTheWorstPrice() public {
        m.worstPrice = 1e36 * uint256(1e12) / 3_000; // fair, per base unit
        open(m);
        Order memory o = orderFor(m, 3_000e6);
        uint256 least = (3_000e6 * m.worstPrice + 1e36 - 1) / 1e36;
        o.minimumOut = least - 1;
        expectRefused(o, Refusal.WorstPrice, least);
    }

    function test_refuses_minimumOutputBelowTheOracleBound() public {
        Order memory o = orderFor(m, 3_000e6);
        o.minimumOut = 0.99e18 - 1;
        expectRefused(o, Refusal.BelowOracleBound, 0.99e18);
        o.minimumOut = 0.99e18;
        vm.prank(executor);
        vault.execute(m, o, oneLeg(3_000e6), noVoucher(), "");
    }

    function test_refuses_outputBelowTheMinimum() public {
        Order memory o = orderFor(m, 3_000e6);
        o.minimumOut = 1e18; // fair, without the fee
        vm.prank(executor);
        vm.expectPartialRevert(bytes4(keccak256("Refused(uint8,uint256)")));
        vault.execute(m, o, oneLeg(3_000e6), noVoucher(), "");
    }

    function test_refuses_moreThanTheBooksHold() public {
        vm.prank(owner);
        vault.withdraw(address(usdc), 999_500e6, owner);
        checkpoint();
        usdc.mint(address(vault), 1_000e6);
        expectRefused(orderFor(m, 1_000e6), Refusal.InsufficientBalance, 500e6);
    }

    function test_refuses_legsThatDoNotAddUp() public {
        Order memory o = orderFor(m, 1_000e6);
        expectRefusal(Refusal.LegsMismatch, 0);
        vm.prank(executor);
        vault.execute(m, o, new Leg[](0), noVoucher(), "");
        expectRefusal(Refusal.LegsMismatch, 1);
        vm.prank(executor);
        vault.execute(m, o, oneLeg(1_000e6 - 1), noVoucher(), "");
        expectRefusal(Refusal.LegsMismatch, 1_000e6 + 1);
        vm.prank(executor);
        vault.execute(m, o, oneLeg(1_000e6 + 1), noVoucher(), "");
    }

    function test_refuses_stalePriceDeadFeedAndMissingFeed() public {
        Order memory o = orderFor(m, 1_000e6);
        wethFeed.setUpdatedAt(block.timestamp - 1 days - 1);
        expectRefused(o, Refusal.PriceStale, uint160(address(weth)));
        wethFeed.set(0);
        expectRefused(o, Refusal.PriceInvalid, uint160(address(weth)));
        wethFeed.set(3_000e8);
        usdcFeed.kill();
        expectRefused(o, Refusal.PriceUnavailable, uint160(address(usdc)));
    }

    function test_refuses_withoutFreshCheckpoint() public {
        uint64 at = state().checkpointAt;
        pass(1 hours + 1);
        expectRefused(orderFor(m, 1_000e6), Refusal.CheckpointStale, at);
        checkpoint();
        run(m, 1_000e6);
    }

    function test_refuses_afterADepositUntilTheNextCheckpoint() public {
        give(usdc, 1e6);
        expectRefused(orderFor(m, 1_000e6), Refusal.CheckpointStale, block.timestamp);
        checkpoint();
        run(m, 1_000e6);
    }

    function test_refuses_afterAWithdrawalUntilTheNextCheckpoint() public {
        vm.prank(owner);
        vault.withdraw(address(dai), 0, owner);
        expectRefused(orderFor(m, 1_000e6), Refusal.CheckpointStale, block.timestamp);
        checkpoint();
        run(m, 1_000e6);
    }

    /// @notice A vault whose feed has more digits than fit, so that its price lies between two.
    function deployBetween(uint256 asset, MockFeed feed) private {
        VaultConfiguration memory c = configuration();
        c.assets[asset].source = feedSource(feed, 1, 100_000e18);
        vault = deploy(c);
        fund();
        open(m);
    }

    function test_prices_soldTokenCountsAtItsHighest() public {
        deployBetween(0, new MockFeed(20, 1e20 + 1));
        Order memory o = orderFor(m, 30_000e6);
        o.minimumOut = 1;
        expectRefused(o, Refusal.BelowOracleBound, 9.9e18 + 10);
    }

    /// @notice And the bought one at its lowest: between 1,000,000 and 1,000,001 here, so that the difference shows.
    function test_prices_boughtTokenCountsAtItsLowest() public {
        deployBetween(3, new MockFeed(36, 1e24 + 1));
        Order memory o = orderFor(m, 3_000e6);
        o.minimumOut = 1;
        expectRefused(o, Refusal.BelowOracleBound, 2.97e33);
    }

    function test_volume_fillsAndDrains() public {
        m.total = 1_000_000e6;
        open(m);
        for (uint256 i = 0; i < 4; i++) {
            run(m, 50_000e6);
            pass(60);
        }
        uint256 used = 200_000e18 - 4 * (VOLUME_CAPACITY * 60 / uint256(1 days));
        assertEq(state().volumeUsedUsd, used);
        expectRefused(orderFor(m, 1_000e6), Refusal.VolumeExceeded, used + 1_000e18);
        // The room for the last 445 dollars comes after 192 s, and a moment for what was rounded up.
        pass(191);
        used = 200_000e18 - 3 * (VOLUME_CAPACITY * 60 / uint256(1 days)) - VOLUME_CAPACITY * 251 / uint256(1 days);
        expectRefused(orderFor(m, 1_000e6), Refusal.VolumeExceeded, used + 1_000e18);
        pass(2);
        run(m, 1_000e6);
    }

    function test_bound_isTheTighterOfMandateAndLimits() public {
        Limits memory limits = defaultLimits();
        limits.maximumSlippageBps = 50;
        vm.prank(guardian);
        vault.lowerLimits(limits);
        Order memory o = orderFor(m, 3_000e6);
        o.minimumOut = 0.995e18 - 1;
        expectRefused(o, Refusal.BelowOracleBound, 0.995e18);
    }

    function test_zeroLimitsForbid() public {
        Limits memory none;
        vm.prank(guardian);
        vault.lowerLimits(none);
        Order memory o = orderFor(m, 3_000e6);
        o.minimumOut = 2e18;
        expectRefused(o, Refusal.CheckpointStale, block.timestamp);
    }
}
