// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Verdict} from "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {PriceQuery} from "../../src/interfaces/IPriceOracle.sol";
import {IUniswapV3Pool} from "../../src/interfaces/IUniswapV3Pool.sol";
import {TickPrice} from "../../src/oracle/TickPrice.sol";
import {TwapObservation} from "../../src/oracle/TwapObservation.sol";
import {PricedPool} from "./PricedPool.sol";

/// @title The mean by hint is the number the genuine pool itself gives
/// @notice Histories are random: gaps between trades, their sizes, blocks with several of them, the ring's size and how often
/// it went round.
contract TwapObservationTest is PricedPool {
    uint256 private seed;

    function random(uint256 below) private returns (uint256) {
        seed = uint256(keccak256(abi.encode(seed)));
        return seed % below;
    }

    /// @dev Seconds from one trade to the next: none, a few, blocks, or a long silence.
    function gap() private returns (uint256) {
        uint256 kind = random(10);
        if (kind == 0) return 0;
        if (kind < 8) return 1 + random(240);
        return random(kind == 8 ? 3_000 : 40_000);
    }

    function makeHistory(uint256 seed_, uint256 cardinality, uint256 trades) private {
        seed = seed_;
        if (cardinality > 1) grow(uint16(cardinality));
        for (uint256 i = 0; i < trades; i++) {
            pass(gap());
            moveTo(tickNow() + int24(int256(random(401))) - 200);
            // The ring may grow in the middle of its life.
            if (random(30) == 0) grow(uint16(cardinality + random(8)));
        }
        pass(random(2_400));
    }

    function sizes(uint256 cardinality, uint256 trades) private pure returns (uint256, uint256) {
        return (bound(cardinality, 1, 48), bound(trades, 0, 70));
    }

    /// @notice Found with the exact hint exactly when the pool itself can answer and was not quiet for too long.
    function testFuzz_mean_isThePools(uint256 seed_, uint256 cardinality, uint256 trades) public {
        (cardinality, trades) = sizes(cardinality, trades);
        makeHistory(seed_, cardinality, trades);
        expectSame();
    }

    function testFuzz_mean_isThePools_ringOfOne(uint256 seed_, uint256 trades) public {
        makeHistory(seed_, 1, bound(trades, 0, 10));
        expectSame();
    }

    /// @notice Rings that went round several times: the place after the newest observation holds the oldest.
    function testFuzz_mean_isThePools_wrappedRing(uint256 seed_, uint256 cardinality) public {
        cardinality = bound(cardinality, 16, 30);
        makeHistory(seed_, cardinality, 4 * cardinality);
        expectSame();
    }

    /// @notice 32 bits of seconds end in 2106; the pool goes on, and so does the mean.
    function testFuzz_mean_isThePools_acrossTheEndOfTime(uint256 seed_, uint256 before, uint256 trades) public {
        vm.warp(2 ** 32 - bound(before, 1, 6_000));
        moveTo(tickNow() + 1);
        makeHistory(seed_, 40, bound(trades, 0, 60));
        expectSame();
    }

    function expectSame() private view {
        (bool known, uint16 hint) = exactHint();
        (bool found, int256 tick) = TwapObservation.meanTick(pool, hint);
        assertEq(found, known && ageOf(hint) <= 1 days, "found");
        if (found) assertEq(tick, int256(observedTick()), "tick");
        (bool searched, uint16 index) = TwapObservation.find(pool);
        assertEq(searched, found, "search");
        if (found) assertEq(index, hint, "index");
    }

    /// @notice A hint leads to the one observation or nowhere: whoever names it chooses nothing.
    function testFuzz_hint_choosesNothing(uint256 seed_, uint256 cardinality, uint256 trades, uint256 hint) public {
        (cardinality, trades) = sizes(cardinality, trades);
        makeHistory(seed_, cardinality, trades);
        (bool known, uint16 exact) = exactHint();
        hint = random(4) == 0 ? hint : bound(hint, 0, 60);
        (bool found, int256 tick) = TwapObservation.meanTick(pool, hint);
        if (!found) return;
        assertTrue(known);
        assertEq(tick, int256(observedTick()));
        (, uint256 ringSize) = ring();
        assertLt(hint, ringSize);
        assertLe((exact + ringSize - hint) % ringSize, 16);
    }

    /// @notice Every place at or up to 16 before the right one leads to it; those further back or younger do not.
    function testFuzz_hint_walksSixteenAtMost(uint256 seed_, uint256 cardinality) public {
        cardinality = bound(cardinality, 20, 48);
        makeHistory(seed_, cardinality, 2 * cardinality);
        (bool known, uint16 exact) = exactHint();
        (uint256 newest, uint256 ringSize) = ring();
        if (!known || ageOf(exact) > 1 days) return;
        for (uint256 back = 0; back < ringSize; back++) {
            uint256 hint = (exact + ringSize - back) % ringSize;
            (,,, bool initialized) = IUniswapV3Pool(pool).observations(hint);
            bool isOlder = (newest + ringSize - hint) % ringSize >= (newest + ringSize - exact) % ringSize;
            (bool found, int256 tick) = TwapObservation.meanTick(pool, hint);
            assertEq(found, initialized && isOlder && back <= 16, "found");
            if (found) assertEq(tick, int256(observedTick()), "tick");
        }
    }

    /// @notice The deployed oracle, not only its library: with the feed at the pool's price the verdict is the pool's interval.
    function testFuzz_verdict_isThePoolsPrice(uint256 seed_, uint256 cardinality, uint256 trades) public {
        (cardinality, trades) = sizes(cardinality, trades);
        makeHistory(seed_, cardinality, trades);
        (bool found, uint16 hint) = TwapObservation.find(pool);
        PriceQuery memory query = wethQuery(hint);
        if (!found) {
            Refusal reason = oracle.verdict(query).reason;
            assertEq(uint256(reason), uint256(Refusal.TwapUnavailable));
            return;
        }
        (uint256 low, uint256 high) = TickPrice.bounds(query.twap, observedTick(), 1e18, 1e18);
        wethFeed.set(int256((low + high) / 2 / 1e10));
        Verdict memory v = oracle.verdict(query);
        expectPrice(v);
        assertEq(v.low, low);
        assertEq(v.high, high);
        assertEq(v.feed, (low + high) / 2 / 1e10 * 1e10);
    }

    /// @notice A signed order outlives some blocks: its hint leads on while new observations come.
    function test_hint_outlivesSixteenObservations() public {
        grow(200);
        trade(150);
        (bool found, uint16 hint) = TwapObservation.find(pool);
        assertTrue(found);
        trade(16);
        (, int256 tick) = TwapObservation.meanTick(pool, hint);
        (found,) = TwapObservation.meanTick(pool, hint);
        assertTrue(found);
        assertEq(tick, int256(observedTick()));
        trade(1);
        (found,) = TwapObservation.meanTick(pool, hint);
        assertFalse(found);
    }
}
