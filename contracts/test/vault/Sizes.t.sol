// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {MockFeed} from "../support/MockFeed.sol";
import {MockToken} from "../support/MockToken.sol";
import {HostilePool} from "../support/HostilePools.sol";
import {World} from "../support/World.sol";

/// @title How much may go at once and in a day, and what a trade may lose
contract SizesTest is World {
    Mandate private m;
    HostilePool private exact;

    function setUp() public override {
        super.setUp();
        exact = new HostilePool(usdc, weth);
        m = sellUsdc();
        m.total = 10_000_000e6;
        m.maximumSlice = 200_000e6;
        m.minimumInterval = 0;
        m.maximumExecutions = 1_000;
        m.slippageBps = 200;
        m.poorFillBps = 200;
        open(m);
    }

    /// @notice Trades through a pool that pays what the oracle says, less `lossBps`.
    function trade(uint256 amountIn, uint256 lossBps) private returns (Order memory o) {
        Leg[] memory legs = oneLeg(amountIn);
        legs[0].pool = address(exact);
        uint256 fair = amountIn * 1e12 / 3_000;
        o = orderFor(m, amountIn);
        o.minimumOut = fair - fair * lossBps / 10_000;
        exact.behave(HostilePool.Manner.PaysFairly, o.minimumOut);
        vm.prank(executor);
        vault.execute(m, o, legs, noVoucher(), "");
    }

    function expectRefused(uint256 amountIn, uint256 lossBps, Refusal reason, uint256 detail) private {
        Order memory o = orderFor(m, amountIn);
        uint256 fair = amountIn * 1e12 / 3_000;
        o.minimumOut = fair - fair * lossBps / 10_000;
        exact.behave(HostilePool.Manner.PaysFairly, o.minimumOut);
        Leg[] memory legs = oneLeg(amountIn);
        legs[0].pool = address(exact);
        expectRefusal(reason, detail);
        vm.prank(executor);
        vault.execute(m, o, legs, noVoucher(), "");
    }

    function lower(Limits memory limits) private {
        vm.prank(guardian);
        vault.lowerLimits(limits);
    }

    // --- the size cap ---

    function test_cap_toTheUnit() public {
        Limits memory limits = defaultLimits();
        limits.sizeCapUsd = 30_000e18;
        lower(limits);
        expectRefused(30_000e6 + 1, 0, Refusal.SizeCapExceeded, 30_000e18);
        trade(30_000e6, 0);
    }

    /// @notice The more volatile of the two sets the size; a calm day gives it back.
    function test_cap_shrinksWithVolatility() public {
        pass(1 hours);
        wethFeed.set(3_300e8);
        checkpoint();
        wethFeed.set(3_000e8);
        uint256 factor = vault.assetOf(address(weth)).book.sizeFactor;
        assertLt(factor, 128);
        assertGe(factor, 26);
        uint256 cap = SIZE_CAP * factor / 255;
        expectRefused(cap / 1e12 + 1e6, 0, Refusal.SizeCapExceeded, cap);
        trade(least(cap / 1e12, 40_000e6), 0);
        for (uint256 i = 0; i < 48; i++) {
            pass(1 hours);
            checkpoint();
        }
        assertEq(vault.assetOf(address(weth)).book.sizeFactor, 255);
    }

    /// @notice Whatever the market does, a tenth is left; with a reference of zero nothing.
    function test_cap_hasAFloor() public {
        pass(10 minutes);
        wethFeed.set(30_000e8);
        checkpoint();
        wethFeed.set(3_000e8);
        uint256 cap = SIZE_CAP * 26 / 255;
        expectRefused(cap / 1e12 + 1e6, 0, Refusal.SizeCapExceeded, cap);
        trade(cap / 1e12, 0);
    }

    function test_cap_aReferenceOfZeroForbids() public {
        Limits memory limits = defaultLimits();
        limits.referenceVolatilityBps = 0;
        lower(limits);
        checkpoint();
        expectRefused(1e6, 0, Refusal.SizeCapExceeded, 0);
    }

    /// @notice An asset that is not held is not sampled: until it is, only the floor is left of the cap, whatever was known of it.
    function test_cap_ofWhatIsNotHeldIsTheFloor() public {
        assertEq(vault.assetOf(address(weth)).book.sizeFactor, 255);
        vm.prank(owner);
        vault.withdraw(address(weth), 100e18, owner);
        checkpoint();
        checkpoint();
        assertEq(vault.assetOf(address(weth)).book.sizeFactor, 26);
        trade(10_000e6, 0);
        checkpoint();
        assertEq(vault.assetOf(address(weth)).book.sizeFactor, 255);
        Limits memory limits = defaultLimits();
        limits.referenceVolatilityBps = 0;
        lower(limits);
        checkpoint();
        assertEq(vault.assetOf(address(dai)).book.sizeFactor, 0);
    }

    // --- the loss meter ---

    function test_loss_isWhatIsMissingFromTheOraclesPrice() public {
        trade(30_000e6, 100);
        assertEq(state().lossUsedUsd, 300e18);
        assertEq(state().volumeUsedUsd, 30_000e18);
    }

    function test_loss_gainsNeverCredit() public {
        trade(30_000e6, 100);
        Order memory o = orderFor(m, 30_000e6);
        exact.behave(HostilePool.Manner.PaysFairly, 11e18);
        Leg[] memory legs = oneLeg(30_000e6);
        legs[0].pool = address(exact);
        vm.prank(executor);
        vault.execute(m, o, legs, noVoucher(), "");
        assertEq(state().lossUsedUsd, 300e18);
    }

    function test_loss_toTheUnitAndDraining() public {
        Limits memory limits = defaultLimits();
        limits.lossCapacityUsd = 600e18;
        lower(limits);
        trade(30_000e6, 100);
        expectRefused(30_000e6, 101, Refusal.LossExceeded, 603e18);
        trade(30_000e6, 100);
        expectRefused(300e6, 100, Refusal.LossExceeded, 603e18);
        trade(300e6, 0);
        pass(12 hours);
        checkpoint();
        assertEq(state().lossUsedUsd, 300e18);
        trade(30_000e6, 100);
        expectRefused(300e6, 100, Refusal.LossExceeded, 603e18);
    }

    /// @notice Neither a pause, nor a new key, nor new limits empty a meter.
    function test_meters_survivePauseKeyAndLimits() public {
        trade(30_000e6, 200);
        Limits memory limits = defaultLimits();
        limits.volumeCapacityUsd = 130_000e18;
        limits.lossCapacityUsd = 4_000e18;
        lower(limits);
        vm.prank(guardian);
        vault.pause();
        vm.prank(owner);
        vault.unpause();
        vm.prank(guardian);
        vault.dropExecutor();
        assertEq(state().volumeUsedUsd, 30_000e18);
        assertEq(state().lossUsedUsd, 600e18);
        trip();
        executor = makeAddr("new executor");
        uint256 passed = 11 minutes;
        reset(resetTo(executor));
        assertEq(state().volumeUsedUsd, 30_000e18 - 130_000e18 * passed / 1 days);
        assertEq(state().lossUsedUsd, 600e18 - 4_000e18 * passed / 1 days);
    }

    function least(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}

/// @title Tokens of 6, 8 and 18 decimals against each other, at fair prices through pools of their own
contract DecimalsTest is World {
    function pickToken(uint8 pick) private view returns (MockToken token, MockFeed feed, uint256 worth) {
        if (pick % 4 == 0) return (usdc, usdcFeed, 1e8);
        if (pick % 4 == 1) return (dai, daiFeed, 1e8);
        if (pick % 4 == 2) return (wbtc, wbtcFeed, 60_000e8);
        return (weth, wethFeed, 3_000e8);
    }

    function configuration() internal view override returns (VaultConfiguration memory c) {
        c = super.configuration();
        c.limits.volumeCapacityUsd = 400_000e18;
    }

    /// @notice What 3,000 dollars of one bring of the other, the loss and the books, to the unit.
    function testFuzz_anyPair(uint8 one, uint8 other, bool silent, uint16 lossBps) public {
        vm.assume(one % 4 != other % 4);
        (MockToken sell,, uint256 worthIn) = pickToken(one);
        (MockToken buy,, uint256 worthOut) = pickToken(other);
        if (sell != usdc && sell != weth) {
            give(sell, 1_000_000 * 10 ** sell.decimals() / (worthIn / 1e8));
            checkpoint();
        }
        sell.setSilent(silent);
        buy.setSilent(silent);
        uint256 amountIn = 3_000 * 10 ** sell.decimals() * 1e8 / worthIn;
        uint256 fair = 3_000 * 10 ** buy.decimals() * 1e8 / worthOut;
        uint256 out = fair - fair * bound(lossBps, 0, 100) / 10_000;
        Mandate memory m = sellUsdc();
        (m.sell, m.buy, m.total, m.maximumSlice) = (address(sell), address(buy), amountIn, amountIn);
        open(m);
        HostilePool exact = new HostilePool(sell, buy);
        exact.behave(HostilePool.Manner.PaysFairly, out);
        Order memory o = orderFor(m, amountIn);
        o.minimumOut = out;
        Leg[] memory legs = oneLeg(amountIn);
        legs[0].pool = address(exact);
        uint256 bookedIn = vault.assetOf(address(sell)).book.booked;
        uint256 bookedOut = vault.assetOf(address(buy)).book.booked;
        vm.prank(executor);
        assertEq(vault.execute(m, o, legs, noVoucher(), ""), out);
        assertEq(vault.assetOf(address(sell)).book.booked, bookedIn - amountIn);
        assertEq(vault.assetOf(address(buy)).book.booked, bookedOut + out);
        assertEq(state().volumeUsedUsd, 3_000e18);
        assertEq(state().lossUsedUsd, 3_000e18 - out * worthOut * 1e10 / 10 ** buy.decimals());
        checkpoint();
    }
}
