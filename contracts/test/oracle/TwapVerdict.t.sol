// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Verdict} from "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {FeedWord, FeedWordBits} from "../../src/guards/FeedWord.sol";
import {TwapWord, TwapWordBits} from "../../src/guards/TwapWord.sol";
import {IPriceFeed} from "../../src/interfaces/IPriceFeed.sol";
import {PriceQuery} from "../../src/interfaces/IPriceOracle.sol";
import {IUniswapV3Pool} from "../../src/interfaces/IUniswapV3Pool.sol";
import {TickPrice} from "../../src/oracle/TickPrice.sol";
import {TwapObservation} from "../../src/oracle/TwapObservation.sol";
import {HostileSource} from "../support/HostileSource.sol";
import {MockFeed} from "../support/MockFeed.sol";
import {MockToken} from "../support/MockToken.sol";
import {PricedPool} from "./PricedPool.sol";

/// @title Two sources agree, or there is no price
contract TwapVerdictTest is PricedPool {
    uint16 private hint;
    HostileSource private hostile;

    function setUp() public override {
        super.setUp();
        hostile = new HostileSource();
        grow(100);
        pass(1 hours);
        trade(80);
        (, hint) = TwapObservation.find(pool);
    }

    function pooled() private view returns (uint256 low, uint256 high) {
        return TickPrice.bounds(twapWord(100), observedTick(), 1e18, 1e18);
    }

    // --- agreement ---

    function test_verdict_spansBothSources() public {
        (uint256 low, uint256 high) = pooled();
        wethFeed.set(3_005e8);
        Verdict memory v = oracle.verdict(wethQuery(hint));
        expectPrice(v);
        assertEq(v.low, low);
        assertEq(v.high, 3_005e18);
        assertEq(v.feed, 3_005e18);
        assertEq(v.updatedAt, block.timestamp);
        wethFeed.set(2_995e8);
        v = oracle.verdict(wethQuery(hint));
        assertEq(v.low, 2_995e18);
        assertEq(v.high, high);
        assertEq(v.feed, 2_995e18);
    }

    /// @notice The band is between the furthest ends of the two.
    function testFuzz_agreement_isTheBand(uint256 feedPrice, uint16 bandBps) public {
        bandBps = uint16(bound(bandBps, 1, 1_000));
        feedPrice = bound(feedPrice, 2_500e8, 3_500e8);
        wethFeed.set(int256(feedPrice));
        (uint256 low, uint256 high) = pooled();
        if (feedPrice * 1e10 < low) low = feedPrice * 1e10;
        if (feedPrice * 1e10 > high) high = feedPrice * 1e10;
        PriceQuery memory query = wethQuery(hint);
        query.twap = twapWord(bandBps);
        Verdict memory v = oracle.verdict(query);
        if (high * 10_000 > low * (10_000 + uint256(bandBps))) {
            expectReason(v, Refusal.PriceDisagreement);
        } else {
            expectPrice(v);
            assertEq(v.low, low);
            assertEq(v.high, high);
        }
        assertEq(v.updatedAt, block.timestamp);
    }

    /// @notice The band's edge belongs to it.
    function test_agreement_endsBeyondTheEdge() public {
        PriceQuery memory query = wethQuery(hint);
        query.feed = FeedWordBits.pack(address(wethFeed), 1 hours, 18, 100e18, 100_000e18);
        query.twap = twapWord(10_000);
        (uint256 low,) = pooled();
        wethFeed.set(int256(2 * low));
        expectPrice(oracle.verdict(query));
        wethFeed.set(int256(2 * low + 1));
        expectReason(oracle.verdict(query), Refusal.PriceDisagreement);
    }

    /// @notice The pool's price is in its quote token, whose own price counts: both ends of it.
    function testFuzz_verdict_isTimesTheQuotesPrice(uint256 quotePrice) public {
        quotePrice = bound(quotePrice, 0.96e20, 1.04e20);
        usdcFeed.set(int256(quotePrice));
        PriceQuery memory query = wethQuery(hint);
        query.quoteFeed = FeedWordBits.pack(address(usdcFeed), 1 days, 20, 0.95e18, 1.05e18);
        query.twap = twapWord(1_000);
        (uint256 low, uint256 high) =
            TickPrice.bounds(query.twap, observedTick(), quotePrice / 100, (quotePrice + 99) / 100);
        wethFeed.set(int256(low / 1e10 + 1));
        Verdict memory v = oracle.verdict(query);
        expectPrice(v);
        assertEq(v.low, low);
        assertEq(v.high, high > v.feed ? high : v.feed);
    }

    // --- one source is missing ---

    function test_refuses_withoutTheFeed() public {
        wethFeed.kill();
        expectReason(oracle.verdict(wethQuery(hint)), Refusal.PriceUnavailable);
    }

    function test_refuses_staleFeeds_evenThoughThePoolIsFresh() public {
        vm.warp(block.timestamp + 2 hours);
        usdcFeed.set(1e8);
        Verdict memory v = oracle.verdict(wethQuery(hint));
        expectReason(v, Refusal.PriceStale);
        assertEq(v.updatedAt, block.timestamp - 2 hours);
    }

    function test_refuses_withoutThePool() public {
        address[4] memory pools = [makeAddr("nobody"), address(this), address(4), address(usdcFeed)];
        for (uint256 i = 0; i < pools.length; i++) {
            pool = pools[i];
            Verdict memory v = oracle.verdict(wethQuery(hint));
            expectReason(v, Refusal.TwapUnavailable);
            assertEq(v.updatedAt, block.timestamp);
        }
    }

    function test_refuses_poolsThatWereNeverInitialised() public {
        pool = v3Factory.createPool(address(usdc), address(weth), 10_000);
        for (uint16 place = 0; place < 3; place++) {
            expectReason(oracle.verdict(wethQuery(place)), Refusal.TwapUnavailable);
        }
    }

    function test_refuses_whatAQuoteRefusesFor() public {
        usdcFeed.set(0.94e8);
        expectReason(oracle.verdict(wethQuery(hint)), Refusal.QuoteDepegged);
        usdcFeed.set(1.06e8);
        expectReason(oracle.verdict(wethQuery(hint)), Refusal.QuoteDepegged);
        usdcFeed.set(0);
        expectReason(oracle.verdict(wethQuery(hint)), Refusal.PriceInvalid);
        usdcFeed.set(1e8);
        usdcFeed.setUpdatedAt(block.timestamp - 1 days - 1);
        expectReason(oracle.verdict(wethQuery(hint)), Refusal.PriceStale);
        usdcFeed.kill();
        Verdict memory v = oracle.verdict(wethQuery(hint));
        expectReason(v, Refusal.PriceUnavailable);
        assertEq(v.updatedAt, block.timestamp, "of the token's own feed");
    }

    function test_refuses_questionsWithoutAQuoteFeed() public view {
        PriceQuery memory query = wethQuery(hint);
        query.quoteFeed = FeedWord.wrap(0);
        expectReason(oracle.verdict(query), Refusal.PriceUnavailable);
    }

    // --- hints ---

    function testFuzz_refuses_hintsThatLeadNowhere(uint16 wrong) public view {
        (uint256 newest, uint256 cardinality) = ring();
        vm.assume(
            wrong >= cardinality
                || (newest + cardinality - wrong) % cardinality < (newest + cardinality - hint) % cardinality
        );
        expectReason(oracle.verdict(wethQuery(wrong)), Refusal.TwapUnavailable);
    }

    function test_refuses_placesThatWereNeverWritten() public {
        grow(300);
        trade(30);
        (uint256 newest, uint256 cardinality) = ring();
        assertEq(cardinality, 300);
        for (uint256 place = newest + 1; place < cardinality; place++) {
            expectReason(oracle.verdict(wethQuery(uint16(place))), Refusal.TwapUnavailable);
        }
    }

    /// @notice A pool that nobody moved for up to a day still has its price; then it is no witness any more.
    function test_refuses_quietPools() public {
        (uint256 newest,) = ring();
        pass(1 days - ageOf(newest));
        expectPrice(oracle.verdict(wethQuery(uint16(newest))));
        pass(1);
        expectReason(oracle.verdict(wethQuery(uint16(newest))), Refusal.TwapUnavailable);
        // One trade does not help: before it all was quiet.
        moveTo(tickNow() + 20);
        expectReason(oracle.verdict(wethQuery(uint16(newest))), Refusal.TwapUnavailable);
        pass(PERIOD - 1);
        expectReason(oracle.verdict(wethQuery(uint16(newest))), Refusal.TwapUnavailable);
        pass(1);
        (newest,) = ring();
        expectPrice(oracle.verdict(wethQuery(uint16(newest))));
    }

    /// @notice The same where trades came after the silence: it is the observation that the mean begins in which must not be
    /// more than a day old.
    function test_refuses_means_thatBeginInALongSilence() public {
        (uint256 newest,) = ring();
        pass(1 days - ageOf(newest) - 60);
        moveTo(tickNow() + 20);
        pass(60);
        expectPrice(oracle.verdict(wethQuery(uint16(newest))));
        pass(1);
        expectReason(oracle.verdict(wethQuery(uint16(newest))), Refusal.TwapUnavailable);
    }

    /// @notice The search knows no place where the oracle would find nothing.
    function test_search_findsNothing_whereThereIsNothing() public {
        address[3] memory pools =
            [makeAddr("nobody"), v3Factory.createPool(address(usdc), address(weth), 10_000), address(hostile)];
        pretend();
        answerSlot0(int256(type(int24).max) + 1, 1, 2);
        for (uint256 i = 0; i < pools.length; i++) {
            (bool found,) = TwapObservation.find(pools[i]);
            assertFalse(found);
        }
        pretend();
        (bool foundNow, uint16 index) = TwapObservation.find(address(hostile));
        assertTrue(foundNow);
        assertEq(index, 0);
        answerObservation(1, 600, 0, 0);
        (foundNow,) = TwapObservation.find(address(hostile));
        assertFalse(foundNow);
    }

    // --- hostile pools ---

    function answerSlot0(int256 tick, uint256 newest, uint256 cardinality) private {
        hostile.answerTo(
            IUniswapV3Pool.slot0.selector, 0, abi.encode(uint256(1) << 96, tick, newest, cardinality, cardinality, 0, 1)
        );
    }

    function answerObservation(uint256 place, uint256 age, int256 cumulative, uint256 initialized) private {
        uint256 at = uint32(block.timestamp - age);
        hostile.answerTo(
            IUniswapV3Pool.observations.selector, place, abi.encode(at, cumulative, uint256(0), initialized)
        );
    }

    /// @dev A lie that is well told: 3,000 USDC a WETH.
    function pretend() private returns (int256 tick) {
        pool = address(hostile);
        tick = tickNowOfGenuine();
        answerSlot0(tick, 1, 2);
        answerObservation(0, 3_000, 0, 1);
        answerObservation(1, 600, tick * 2_400, 1);
    }

    function tickNowOfGenuine() private view returns (int256) {
        return address(weth) < address(usdc) ? -int256(196_256) : int256(196_256);
    }

    function test_hostilePool_wellTold() public {
        pretend();
        expectPrice(oracle.verdict(wethQuery(0)));
    }

    function test_hostilePool_badlyBehaved() public {
        pretend();
        for (uint256 i = 1; i <= uint256(type(HostileSource.Manner).max); i++) {
            hostile.behave(HostileSource.Manner(i));
            uint256 before = gasleft();
            expectReason(oracle.verdict(wethQuery(0)), Refusal.TwapUnavailable);
            assertLt(before - gasleft(), 300_000);
        }
    }

    function test_hostilePool_undecodable() public {
        int256 tick = pretend();
        answerSlot0(int256(type(int24).max) + 1, 1, 2);
        expectReason(oracle.verdict(wethQuery(0)), Refusal.TwapUnavailable);
        answerSlot0(int256(type(int24).min) - 1, 1, 2);
        expectReason(oracle.verdict(wethQuery(0)), Refusal.TwapUnavailable);
        answerSlot0(tick, 1, 2);
        for (uint256 place = 0; place < 2; place++) {
            uint256 age = place == 0 ? 3_000 : 600;
            answerObservation(place, age, int256(type(int56).max) + 1, 1);
            expectReason(oracle.verdict(wethQuery(0)), Refusal.TwapUnavailable);
            answerObservation(place, age, int256(type(int56).min) - 1, 1);
            expectReason(oracle.verdict(wethQuery(0)), Refusal.TwapUnavailable);
            answerObservation(place, age, tick * int256(3_000 - age), 0);
            expectReason(oracle.verdict(wethQuery(0)), Refusal.TwapUnavailable);
            answerObservation(place, age, tick * int256(3_000 - age), 2);
            expectReason(oracle.verdict(wethQuery(0)), Refusal.TwapUnavailable);
            answerObservation(place, age, tick * int256(3_000 - age), 1);
            expectPrice(oracle.verdict(wethQuery(0)));
        }
    }

    function test_hostilePool_beyondAllPrices() public {
        pretend();
        int256[2] memory ticks = [int256(700_000), -700_000];
        for (uint256 i = 0; i < 2; i++) {
            answerSlot0(ticks[i], 1, 2);
            answerObservation(1, 600, ticks[i] * 2_400, 1);
            expectReason(oracle.verdict(wethQuery(0)), Refusal.TwapUnavailable);
        }
    }

    function test_hostilePool_answersTooShortly() public {
        pretend();
        hostile.answerTo(IUniswapV3Pool.slot0.selector, 0, new bytes(223));
        expectReason(oracle.verdict(wethQuery(0)), Refusal.TwapUnavailable);
        pretend();
        hostile.answerTo(IUniswapV3Pool.observations.selector, 0, new bytes(127));
        expectReason(oracle.verdict(wethQuery(0)), Refusal.TwapUnavailable);
    }

    /// @notice The newest observation lies beyond the ring, or a third one is missing.
    function test_hostilePool_contradictsItself() public {
        int256 tick = pretend();
        answerSlot0(tick, 7, 2);
        expectReason(oracle.verdict(wethQuery(0)), Refusal.TwapUnavailable);
        answerSlot0(tick, 1, 0);
        expectReason(oracle.verdict(wethQuery(0)), Refusal.TwapUnavailable);
        // A ring of old observations without a newest one: the walk ends.
        for (uint256 place = 0; place < 2; place++) {
            answerObservation(place, 3_000, 0, 1);
        }
        answerSlot0(tick, 7, 2);
        expectReason(oracle.verdict(wethQuery(0)), Refusal.TwapUnavailable);
    }

    function testFuzz_neverReverts_whateverAPoolAnswers(
        uint256[7] memory slot0,
        uint256[4][3] memory observations,
        uint256 word,
        uint16 place,
        uint32[3] memory ages
    ) public {
        hostile.answerTo(IUniswapV3Pool.slot0.selector, 0, abi.encode(slot0));
        PriceQuery memory query = wethQuery(place);
        query.twap = TwapWord.wrap((word >> 160 << 160) | uint160(address(hostile)));
        expectNoRevert(query);
        // More plausible by and by: a ring of three, times that fit, a tick that fits.
        answerSlot0(int24(int256(slot0[1])), slot0[2] % 3, 3);
        for (uint256 i = 0; i < 3; i++) {
            hostile.answerTo(IUniswapV3Pool.observations.selector, i, abi.encode(observations[i]));
        }
        query.hint = place % 3;
        expectNoRevert(query);
        for (uint256 i = 0; i < 3; i++) {
            answerObservation(i, ages[i] % 4_000, int56(int256(observations[i][1])), 1);
        }
        expectNoRevert(query);
        query.twap = TwapWordBits.pack(address(hostile), type(uint16).max, 50, 18, 6, 0, word % 2 == 0);
        expectNoRevert(query);
        TwapObservation.find(address(hostile));
    }

    function testFuzz_neverReverts_whateverIsAnswered(bytes memory answer, uint16 place) public {
        hostile.answer(answer);
        pool = address(hostile);
        expectNoRevert(wethQuery(place));
        TwapObservation.find(address(hostile));
    }

    function expectNoRevert(PriceQuery memory query) private view {
        Verdict memory v = oracle.verdict(query);
        if (v.reason == Refusal.None) expectPrice(v);
        else expectReason(v, v.reason);
        oracle.pair(query, query);
    }

    /// @notice Who gives little gas gets a refusal or no answer, never another price.
    function testFuzz_starved_neverAnotherPrice(uint256 gasGiven) public view {
        gasGiven = bound(gasGiven, 10_000, 150_000);
        Verdict memory whole = oracle.verdict(wethQuery(hint));
        try oracle.verdict{gas: gasGiven}(wethQuery(hint)) returns (Verdict memory v) {
            if (v.reason == Refusal.None) assertEq(abi.encode(v), abi.encode(whole));
            else expectReason(v, v.reason);
        } catch {}
    }
}
