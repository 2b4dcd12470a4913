// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Verdict} from "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {FeedWordBits} from "../../src/guards/FeedWord.sol";
import {PriceQuery} from "../../src/interfaces/IPriceOracle.sol";
import {IUniswapV3Pool} from "../../src/interfaces/IUniswapV3Pool.sol";
import {TwapObservation} from "../../src/oracle/TwapObservation.sol";
import {HostileSource} from "../support/HostileSource.sol";
import {MockFeed} from "../support/MockFeed.sol";
import {PricedPool} from "./PricedPool.sol";

/// @title How price oracles have failed others, by the name of what happened
contract PitfallsTest is PricedPool {
    function setUp() public override {
        super.setUp();
        grow(300);
        pass(1 hours);
        // Nearly all of the half hour before now is quiet at 3,000 USDC; a ring of many observations lies before it.
        trade(80);
        moveTo(fairTick());
        pass(PERIOD + 100);
    }

    function fairTick() private view returns (int24) {
        return address(weth) < address(usdc) ? -int24(196_256) : int24(196_256);
    }

    /// @dev Ticks that make WETH dearer.
    function dearer(int24 ticks) private view returns (int24) {
        return address(weth) < address(usdc) ? ticks : -ticks;
    }

    function hintNow() private view returns (uint16 hint) {
        bool found;
        (found, hint) = TwapObservation.find(pool);
        assertTrue(found, "found");
    }

    function ask() private view returns (Verdict memory) {
        return oracle.verdict(wethQuery(hintNow()));
    }

    // --- one heartbeat for all, or none ---

    /// @notice Milkman and Mimic ignored when a feed was updated, 1inch and Enzyme had one limit for all: a day is fresh for a
    /// stablecoin's feed, and two hours are stale for ether's.
    function test_P9_eachFeedHasItsOwnHeartbeat() public {
        vm.warp(block.timestamp + 2 hours);
        expectReason(oracle.verdict(wethQuery(0)), Refusal.PriceStale);
        expectPrice(oracle.verdict(usdcQuery()));
        (Verdict memory sold, Verdict memory bought) = oracle.pair(usdcQuery(), wethQuery(0));
        expectPrice(sold);
        expectReason(bought, Refusal.PriceStale);
    }

    // --- LUNA, May 2022: Venus lost 11.2 million USD, Blizz 8.3 million ---

    /// @notice The feed stayed at its floor, fresh by its own account, while the market fell below it.
    function test_P10_feedAtItsFloor_isOutOfBounds() public {
        PriceQuery memory luna;
        luna.feed = FeedWordBits.pack(address(wethFeed), 1 hours, 8, 0.11e18, 200e18);
        wethFeed.set(0.1e8);
        expectReason(oracle.verdict(luna), Refusal.PriceOutOfBounds);
    }

    /// @notice And where nobody knew the floor, the pool knows the market.
    function test_P10_feedAtItsFloor_disagreesWithThePool() public {
        expectPrice(ask());
        moveTo(fairTick() - dearer(6_931));
        pass(PERIOD);
        assertEq(wethFeed.updatedAt(), block.timestamp);
        expectReason(ask(), Refusal.PriceDisagreement);
        // Where the pool has fallen to there is a price again as soon as the feed follows.
        wethFeed.set(1_500e8);
        expectPrice(ask());
    }

    // --- sequencer outages ---

    /// @notice After an outage the feeds still say what was true before it, within their heartbeat. Nothing has a price until
    /// they and the pools have had time to catch up.
    function test_P11_staleFeedAfterASequencerOutage() public {
        MockFeed uptime = new MockFeed(0, 0);
        uptime.setUpdatedAt(block.timestamp - 30 days);
        oracle = oracleWith(address(uptime), 1 hours);
        expectPrice(ask());
        // Down for 40 minutes: no trade, no update, and the market falls by a fifth.
        uptime.set(1);
        vm.warp(block.timestamp + 40 minutes);
        expectReason(oracle.verdict(wethQuery(hintNow())), Refusal.SequencerDown);
        // Up again. By age alone the old price would do.
        uptime.set(0);
        vm.warp(block.timestamp + 10 minutes);
        assertLt(block.timestamp - wethFeed.updatedAt(), 1 hours);
        expectReason(oracle.verdict(wethQuery(hintNow())), Refusal.SequencerDown);
        // Meanwhile pool and feed catch up.
        wethFeed.set(2_400e8);
        moveTo(fairTick() - dearer(2_231));
        vm.warp(block.timestamp + 50 minutes);
        expectReason(oracle.verdict(wethQuery(hintNow())), Refusal.SequencerDown);
        vm.warp(block.timestamp + 1);
        Verdict memory v = oracle.verdict(wethQuery(hintNow()));
        expectPrice(v);
        assertEq(v.feed, 2_400e18);
    }

    // --- aggregators that break ---

    /// @notice `try` does not catch an answer that cannot be decoded: one bad source stopped the whole aggregator. Here it
    /// stops its own token.
    function test_P12_undecodableSource_stopsItsOwnTokenOnly() public {
        HostileSource broken = new HostileSource();
        PriceQuery memory query;
        query.feed = FeedWordBits.pack(address(broken), 1 hours, 8, 100e18, 100_000e18);
        bytes[4] memory answers = [
            bytes(""),
            abi.encode("3000"),
            abi.encode(uint256(3_000e8)),
            abi.encode(type(uint256).max, int256(3_000e8), block.timestamp, block.timestamp, type(uint256).max)
        ];
        for (uint256 i = 0; i < answers.length; i++) {
            broken.answer(answers[i]);
            (Verdict memory sold, Verdict memory bought) = oracle.pair(usdcQuery(), query);
            expectPrice(sold);
            expectReason(bought, Refusal.PriceUnavailable);
        }
    }

    /// @notice The lower of two sources gave the price, so that either of them controlled it. Here a source that lies alone
    /// ends in a refusal, in either direction and whichever it is.
    function test_P12_neitherSourceRulesAlone() public {
        for (uint256 price = 1_000e8; price <= 5_000e8; price += 250e8) {
            wethFeed.set(int256(price));
            if (price == 3_000e8) expectPrice(ask());
            else expectReason(ask(), Refusal.PriceDisagreement);
        }
        wethFeed.set(3_000e8);
        moveTo(fairTick() + dearer(400));
        pass(PERIOD);
        expectReason(ask(), Refusal.PriceDisagreement);
    }

    /// @notice A mean of old ticks was passed off as this second's. Here a verdict is as old as its feed, and a pool that was
    /// quiet for more than a day is no source.
    function test_P12_oldTicksAreNotFresh() public {
        vm.warp(block.timestamp + 50 minutes);
        Verdict memory v = ask();
        expectPrice(v);
        assertEq(v.updatedAt, block.timestamp - 50 minutes);
        (uint256 newest,) = ring();
        pass(1 days);
        expectReason(oracle.verdict(wethQuery(uint16(newest))), Refusal.TwapUnavailable);
    }

    // --- one dollar is not one USD ---

    /// @notice Stonks and Spark count the quote token as one USD. At 0.97 the pool's 3,000 USDC are 2,910 USD, which is the
    /// price the market pays; at 0.88, as in March 2023, nothing is quoted in it.
    function test_P13_quoteLosesItsPeg() public {
        usdcFeed.set(0.97e8);
        expectReason(ask(), Refusal.PriceDisagreement);
        wethFeed.set(2_910e8);
        Verdict memory v = ask();
        expectPrice(v);
        assertApproxEqRel(v.low, 2_910e18, 0.0002e18);
        assertApproxEqRel(v.high, 2_910e18, 0.0002e18);
        usdcFeed.set(0.88e8);
        wethFeed.set(2_640e8);
        expectReason(ask(), Refusal.QuoteDepegged);
    }

    // --- a pool as judge of its own price ---

    /// @notice Within the block in which somebody moves the pool, the mean does not move at all, however far it is.
    function testFuzz_P14_sameBlock_movesNothing(int24 ticks) public {
        ticks = int24(bound(ticks, -200_000, 200_000));
        Verdict memory before = ask();
        uint16 hint = hintNow();
        moveTo(fairTick() + ticks);
        Verdict memory v = oracle.verdict(wethQuery(hint));
        assertEq(abi.encode(v), abi.encode(before));
    }

    /// @notice Held for one block of twelve seconds, a move of the pool shows with a 150th of its size: ten per cent as six
    /// basis points. It takes more than 15,000 ticks, a price 4.5 times as high, to leave a band of one per cent; and then
    /// there is no price, rather than a wrong one.
    function testFuzz_P14_oneBlock_movesAHundredAndFiftieth(int24 ticks) public {
        ticks = int24(bound(ticks, -60_000, 60_000));
        int256 before = observedTick();
        moveTo(fairTick() + ticks);
        pass(12);
        int256 moved = int256(observedTick()) - before;
        assertApproxEqAbs(moved, int256(ticks) / 150, 1);
        Verdict memory v = ask();
        if (v.reason == Refusal.None) {
            assertLe(v.high - v.low, 3_000e18 * 101 / 10_000);
            assertLt(ticks < 0 ? -ticks : ticks, 15_200);
        } else {
            expectReason(v, Refusal.PriceDisagreement);
            assertGt(ticks < 0 ? -ticks : ticks, 14_600);
        }
    }

    /// @notice The same in plain numbers, and for how long a smaller move would have to be held.
    function test_P14_manipulationInNumbers() public {
        int256 before = observedTick();
        moveTo(fairTick() + dearer(953)); // 10 % dearer
        pass(12);
        int256 moved = (int256(observedTick()) - before) * (dearer(1) == 1 ? int256(1) : -1);
        emit log_named_int("ticks the mean moves by, ten per cent held for a block", moved);
        assertTrue(moved == 6 || moved == 7);
        expectPrice(ask());
        uint256 held = 12;
        while (ask().reason == Refusal.None) {
            pass(12);
            held += 12;
        }
        emit log_named_uint("seconds until one per cent of band is left", held);
        expectReason(ask(), Refusal.PriceDisagreement);
        assertApproxEqAbs(held, 190, 12); // 953 ticks for 190 of 1,800 seconds are 100 ticks
    }

    /// @notice The spot price, by which a pool would judge itself, is wrong by all of the move at once.
    function test_P14_spotWouldHaveFollowed() public {
        moveTo(fairTick() + dearer(6_931));
        assertEq(tickNow(), fairTick() + dearer(6_931));
        Verdict memory v = ask();
        expectPrice(v);
        assertApproxEqRel(v.high, 3_000e18, 0.0002e18);
    }
}
