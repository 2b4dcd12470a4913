// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {VaultReading} from "../../src/VaultReading.sol";
import {World} from "../support/World.sol";

/// @title Trades in an asset with a time-weighted price, bought and sold
contract AveragesTest is World {
    function configuration() internal view override returns (VaultConfiguration memory c) {
        c = super.configuration();
        c.assets[3].source = wethByTwap();
    }

    function hints() internal view override returns (uint16[] memory) {
        return VaultReading.hintsOf(vault);
    }

    function sellWeth() private returns (Mandate memory m) {
        m = sellUsdc();
        (m.sell, m.buy, m.total, m.maximumSlice) = (address(weth), address(usdc), 50e18, 10e18);
        open(m);
    }

    function expectRefused(Mandate memory m, Order memory o, Refusal reason, uint256 detail) private {
        expectRefusal(reason, detail);
        vm.prank(executor);
        vault.execute(m, o, oneLeg(o.amountIn), noVoucher(), "");
    }

    function test_buys_withItsHint() public {
        Mandate memory m = sellUsdc();
        open(m);
        Order memory o = orderFor(m, 30_000e6);
        o.buyHint = 40;
        expectRefused(m, o, Refusal.TwapUnavailable, uint160(address(weth)));
        o.buyHint = hints()[3];
        vm.prank(executor);
        assertGe(vault.execute(m, o, oneLeg(30_000e6), noVoucher(), ""), o.minimumOut);
    }

    function test_sells_withItsHint() public {
        Mandate memory m = sellWeth();
        Order memory o = orderFor(m, 10e18);
        o.minimumOut = 29_800e6;
        o.sellHint = 40;
        expectRefused(m, o, Refusal.TwapUnavailable, uint160(address(weth)));
        o.sellHint = hints()[3];
        vm.prank(executor);
        assertGe(vault.execute(m, o, oneLeg(10e18), noVoucher(), ""), o.minimumOut);
    }

    /// @notice Sold, it counts at the higher of feed and average; bought, at the lower.
    function test_theWorseSourceCounts() public {
        wethFeed.set(3_015e8); // half a percent above the pool
        Mandate memory m = sellWeth();
        Order memory o = orderFor(m, 10e18);
        o.sellHint = hints()[3];
        o.minimumOut = 29_848.5e6 - 1; // 30,150 less one percent
        expectRefused(m, o, Refusal.BelowOracleBound, 29_848.5e6);
        m = sellUsdc();
        open(m);
        o = orderFor(m, 30_000e6);
        o.buyHint = hints()[3];
        o.minimumOut = 9.85e18; // right by the feed, too little by the pool, which holds 3,000
        Verdict memory verdict = VaultReading.assetsOf(vault)[3].verdict;
        assertLt(verdict.low, 3_000.01e18);
        assertEq(verdict.high, 3_015e18);
        uint256 worth = (uint256(30_000e18) * 1e18 + verdict.low - 1) / verdict.low;
        expectRefused(m, o, Refusal.BelowOracleBound, (worth * 9_900 + 9_999) / 10_000);
    }
}
