// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {VaultReading} from "../../src/VaultReading.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {HostilePool} from "../support/HostilePools.sol";
import {MockFeed} from "../support/MockFeed.sol";
import {ExactFills} from "./ExactFills.sol";
import {Vm} from "forge-std/Vm.sol";

/// @title What must be fresh before anything trades, and on which side prices count
contract ExecutePricesTest is ExactFills {
    // --- the checkpoint ---

    function test_checkpoint_isYoungEnough() public {
        uint64 at = state().checkpointAt;
        pass(1 hours);
        fill(asking(1_000e6, 0.333e18));
        pass(1);
        expectRefused(asking(1_000e6, 0.333e18), Refusal.CheckpointStale, at);
        checkpoint();
        fill(asking(1_000e6, 0.333e18));
    }

    function test_checkpoint_isNeededBeforeTheFirstTrade() public {
        vault = deploy(configuration());
        passes(owner, abi.encodeCall(IVault.seal, ()));
        open(m);
        expectRefused(asking(1_000e6, 0.333e18), Refusal.CheckpointStale, 0);
    }

    /// @notice Whatever moved value or the measure of it since then.
    function test_checkpoint_isNeededAfterEveryFlow() public {
        usdc.mint(owner, 1e6);
        vm.prank(owner);
        usdc.approve(address(vault), 1e6);
        Limits memory calmer = defaultLimits();
        calmer.referenceVolatilityBps--;
        bytes[5] memory doors = [
            abi.encodeCall(IVault.deposit, (address(usdc), 1e6)),
            abi.encodeCall(IVault.withdraw, (address(dai), 0, owner)),
            abi.encodeCall(IVault.book, (address(wbtc))),
            abi.encodeCall(IVault.lowerLimits, (calmer)),
            abi.encodeCall(IVault.quarantine, (address(dai)))
        ];
        uint256 at = block.timestamp;
        for (uint256 i = 0; i < doors.length; i++) {
            pass(60);
            passes(owner, doors[i]);
            expectRefused(asking(1_000e6, 0.333e18), Refusal.CheckpointStale, at);
            checkpoint();
            at = block.timestamp;
            fill(asking(1_000e6, 0.333e18));
        }
    }

    // --- feeds ---

    function testFuzz_feed_isWithinItsHeartbeat(bool sold, uint32 age) public {
        MockFeed feed = sold ? usdcFeed : wethFeed;
        feed.setUpdatedAt(block.timestamp - 1 days - 1);
        Order memory o = asking(1_000e6, 0.333e18);
        expectRefused(o, Refusal.PriceStale, uint160(sold ? m.sell : m.buy));
        feed.setUpdatedAt(block.timestamp - bound(age, 1 days + 1, 1_000 days));
        expectRefused(o, Refusal.PriceStale, uint160(sold ? m.sell : m.buy));
        feed.setUpdatedAt(block.timestamp - 1 days);
        fill(o);
    }

    /// @notice Of two tokens without a price the sold one is named.
    function test_feed_refusesByReasonAndToken() public {
        Order memory o = asking(1_000e6, 0.333e18);
        wethFeed.set(0);
        expectRefused(o, Refusal.PriceInvalid, uint160(address(weth)));
        usdcFeed.set(0.94e8);
        expectRefused(o, Refusal.PriceOutOfBounds, uint160(address(usdc)));
        usdcFeed.kill();
        expectRefused(o, Refusal.PriceUnavailable, uint160(address(usdc)));
        trades(weth, usdc);
        expectRefused(asking(1e18, 2_995e6), Refusal.PriceInvalid, uint160(address(weth)));
    }

    // --- the worse side ---

    /// @notice A vault whose feed has more digits than fit, so that its price lies between two.
    function deployBetween(uint256 asset, MockFeed feed) private {
        VaultConfiguration memory c = configuration();
        c.assets[asset].source = feedSource(feed, 1, 100_000e18);
        vault = deploy(c);
        fund();
        m.slippageBps = 100;
        open(m);
    }

    function test_soldToken_countsAtItsHighest() public {
        deployBetween(0, new MockFeed(20, 1e20 + 1));
        expectRefused(asking(30_000e6, 1), Refusal.BelowOracleBound, 9.9e18 + 10);
    }

    /// @notice And the bought one at its lowest: between 1,000,000 and 1,000,001 here, so that the difference shows.
    function test_boughtToken_countsAtItsLowest() public {
        deployBetween(3, new MockFeed(36, 1e24 + 1));
        expectRefused(asking(3_000e6, 1), Refusal.BelowOracleBound, 2.97e33);
    }

    // --- a limit of zero forbids ---

    function lowered(Limits memory limits) private {
        passes(guardian, abi.encodeCall(IVault.lowerLimits, (limits)));
    }

    function test_zeroAutomaticLimit_asksReviewersForEverything() public {
        Limits memory limits = defaultLimits();
        limits.automaticLimitUsd = 0;
        lowered(limits);
        Order memory o = asking(1, 3.3e8);
        expectRefused(o, Refusal.ReviewRequired, 0);
        exact.behave(HostilePool.Manner.PaysFairly, 3.3e8);
        passes(executor, call(o, voucherFor(m, o, 1)));
    }

    function test_zeroSizeCap_forbids() public {
        Limits memory limits = defaultLimits();
        limits.sizeCapUsd = 0;
        lowered(limits);
        expectRefused(asking(1, 3.3e8), Refusal.SizeCapExceeded, 0);
    }

    function test_zeroVolume_forbids() public {
        Limits memory limits = defaultLimits();
        limits.volumeCapacityUsd = 0;
        lowered(limits);
        expectRefused(asking(1, 3.3e8), Refusal.VolumeExceeded, 1e12);
    }

    /// @notice Fair fills still pass.
    function test_zeroLossCapacity_forbidsLosing() public {
        Limits memory limits = defaultLimits();
        limits.lossCapacityUsd = 0;
        lowered(limits);
        expectRefused(asking(3_000e6, 1e18 - 1), Refusal.LossExceeded, 3_000);
        fill(asking(3_000e6, 1e18));
    }

    function test_zeroSlippage_forbids() public {
        Limits memory limits = defaultLimits();
        limits.maximumSlippageBps = 0;
        lowered(limits);
        expectRefused(asking(3_000e6, 2e18), Refusal.BelowOracleBound, 0);
    }

    function test_zeroCheckpointAge_forbids() public {
        Limits memory limits = defaultLimits();
        limits.maximumCheckpointAge = 0;
        lowered(limits);
        checkpoint();
        expectRefused(asking(3_000e6, 1e18), Refusal.CheckpointStale, block.timestamp);
    }
}

/// @title WETH by its feed and by its pool's average: whichever is worse for the trade counts
contract ExecuteTwoSourcesTest is ExactFills {
    function configuration() internal view override returns (VaultConfiguration memory c) {
        c = super.configuration();
        c.assets[3].source = wethByTwap();
    }

    function hints() internal view override returns (uint16[] memory) {
        return VaultReading.hintsOf(vault);
    }

    /// @notice The prices that the one event of the trade tells.
    function pricesOf(Order memory o) private returns (uint256 priceIn, uint256 priceOut) {
        vm.recordLogs();
        fill(o);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; i++) {
            if (logs[i].topics[0] != IVault.Executed.selector) continue;
            (,,, priceIn, priceOut,,,,) = abi.decode(
                logs[i].data, (uint256, uint256, uint256, uint256, uint256, uint256, bytes32, bytes32, bool)
            );
        }
    }

    /// @notice The pool stands at 3,000, which a tick misses by one part in ten thousand at most.
    function testFuzz_bought_countsAtTheLower(uint256 feed) public {
        feed = bound(feed, 2_972e8, 3_028e8);
        wethFeed.set(int256(feed));
        Order memory o = asking(30_000e6, 10.2e18);
        o.buyHint = hints()[3];
        (uint256 priceIn, uint256 priceOut) = pricesOf(o);
        assertEq(priceIn, 1e18);
        assertEq(priceOut, VaultReading.assetsOf(vault)[3].verdict.low);
        assertLe(priceOut, feed * 1e10);
        assertLe(priceOut, 3_000e18);
        if (feed <= 2_999e8) assertEq(priceOut, feed * 1e10);
        else assertGe(priceOut, 2_999e18);
    }

    function testFuzz_sold_countsAtTheHigher(uint256 feed) public {
        feed = bound(feed, 2_972e8, 3_028e8);
        wethFeed.set(int256(feed));
        trades(weth, usdc);
        Order memory o = asking(10e18, 30_300e6);
        o.sellHint = hints()[3];
        (uint256 priceIn, uint256 priceOut) = pricesOf(o);
        assertEq(priceOut, 1e18);
        assertEq(priceIn, VaultReading.assetsOf(vault)[3].verdict.high);
        assertGe(priceIn, feed * 1e10);
        assertGe(priceIn, 3_000e18);
        if (feed >= 3_001e8) assertEq(priceIn, feed * 1e10);
        else assertLe(priceIn, 3_001e18);
    }

    /// @notice The bound follows: at a feed of 3,020 a buyer at the feed's price is refused, for the pool says less.
    function test_bound_isOfTheWorseSource() public {
        wethFeed.set(3_020e8);
        uint256 low = VaultReading.assetsOf(vault)[3].verdict.low;
        uint256 least = ceil(ceil(30_000e36, low) * 9_800, 10_000);
        Order memory o = asking(30_000e6, least - 1);
        o.buyHint = hints()[3];
        expectRefused(o, Refusal.BelowOracleBound, least);
        assertGt(least, ceil(ceil(30_000e18, 3_020) * 9_800, 10_000), "stricter than the feed alone");
        o.minimumOut = least;
        fill(o);
    }

    function test_disagreement_tradesInNeitherDirection() public {
        uint16 hint = hints()[3];
        wethFeed.set(3_031e8);
        Order memory o = asking(30_000e6, 10e18);
        o.buyHint = hint;
        expectRefused(o, Refusal.PriceDisagreement, uint160(address(weth)));
        wethFeed.set(2_969e8);
        expectRefused(o, Refusal.PriceDisagreement, uint160(address(weth)));
        trades(weth, usdc);
        o = asking(1e18, 3_000e6);
        o.sellHint = hint;
        expectRefused(o, Refusal.PriceDisagreement, uint160(address(weth)));
    }

    /// @notice Each token has its own hint, and only the token with an average needs one.
    function testFuzz_hint_isOfItsToken(uint16 other) public {
        uint16 hint = hints()[3];
        Order memory o = asking(30_000e6, 10e18);
        (o.sellHint, o.buyHint) = (other, hint);
        fill(o);
        trades(weth, usdc);
        o = asking(1e18, 3_000e6);
        (o.sellHint, o.buyHint) = (hint, other);
        fill(o);
    }

    /// @notice A hint that leads nowhere is no way around the second source.
    function testFuzz_hint_leadsToTheObservation(uint16 wrong) public {
        wrong = uint16(bound(wrong, uint256(hints()[3]) + 1, 63));
        Order memory o = asking(30_000e6, 10e18);
        o.buyHint = wrong;
        expectRefused(o, Refusal.TwapUnavailable, uint160(address(weth)));
    }
}
