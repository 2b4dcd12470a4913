// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Verdict} from "../src/Types.sol";
import {Refusal} from "../src/Refusal.sol";
import {FeedWord, FeedWordBits} from "../src/guards/FeedWord.sol";
import {IPriceFeed} from "../src/interfaces/IPriceFeed.sol";
import {IPriceOracle, PriceQuery} from "../src/interfaces/IPriceOracle.sol";
import {Deployment} from "./support/Deployment.sol";
import {HostileSource} from "./support/HostileSource.sol";
import {MockFeed} from "./support/MockFeed.sol";
import {Test} from "forge-std/Test.sol";

/// @title A feed's price or a reason, and never a revert
contract PriceOracleTest is Test {
    uint256 private constant NOW = 1_790_000_000;
    uint256 private constant LOWEST = 100e18;
    uint256 private constant HIGHEST = 100_000e18;

    IPriceOracle private oracle;
    MockFeed private feed;
    HostileSource private hostile;

    function setUp() public {
        vm.warp(NOW);
        oracle = oracleWith(address(0), 0);
        feed = new MockFeed(8, 3_000e8);
        hostile = new HostileSource();
    }

    function oracleWith(address sequencerFeed, uint256 grace) private returns (IPriceOracle) {
        return IPriceOracle(Deployment.create("PriceOracle.sol:PriceOracle", abi.encode(sequencerFeed, grace)));
    }

    function query(address source, uint8 decimals) private pure returns (PriceQuery memory q) {
        q.feed = FeedWordBits.pack(source, 1 hours, decimals, LOWEST, HIGHEST);
    }

    /// @dev Without bounds that a positive price could miss.
    function unbounded(address source, uint8 decimals) private pure returns (PriceQuery memory q) {
        q.feed = FeedWordBits.pack(source, 1 hours, decimals, 1, uint256(type(uint24).max) << 72);
    }

    function ask() private view returns (Verdict memory) {
        return oracle.verdict(query(address(feed), 8));
    }

    function expectReason(Verdict memory v, Refusal reason) private pure {
        assertEq(uint256(v.reason), uint256(reason), "reason");
        assertEq(v.low | v.high | v.feed, 0, "a refusal names no price");
    }

    function expectPrice(Verdict memory v, uint256 low, uint256 high) private pure {
        assertEq(uint256(v.reason), uint256(Refusal.None), "reason");
        assertEq(v.low, low, "low");
        assertEq(v.high, high, "high");
        assertEq(v.feed, low, "feed");
    }

    // --- scale ---

    function test_price_hasEighteenDecimals() public {
        expectPrice(ask(), 3_000e18, 3_000e18);
        assertEq(ask().updatedAt, NOW);
        feed.set(3_000);
        expectPrice(oracle.verdict(query(address(feed), 0)), 3_000e18, 3_000e18);
    }

    function testFuzz_price_ofAnyDecimals_liesBetweenNeighbours(uint256 answer, uint8 decimals) public {
        decimals = uint8(bound(decimals, 0, 36));
        uint256 unit = 10 ** decimals;
        answer = bound(
            answer, 100 * unit, 79_000_000_000 * unit < type(uint128).max ? 79_000_000_000 * unit : type(uint128).max
        );
        feed.set(int256(answer));
        Verdict memory v = oracle.verdict(unbounded(address(feed), decimals));
        assertEq(uint256(v.reason), uint256(Refusal.None));
        // low <= answer * 10^18 / 10^decimals <= high, and nothing lies between.
        assertLe(v.low * unit, answer * 1e18);
        assertGe(v.high * unit, answer * 1e18);
        assertLe(v.high - v.low, 1);
        assertEq(v.high == v.low, answer * 1e18 % unit == 0);
        assertEq(v.feed, v.low);
    }

    function testFuzz_price_neverReachesTwoToTheNinetySixth(uint256 answer, uint8 decimals) public {
        decimals = uint8(bound(decimals, 0, 36));
        feed.set(int256(bound(answer, 1, uint256(type(int256).max))));
        Verdict memory v = oracle.verdict(unbounded(address(feed), decimals));
        if (v.reason == Refusal.None) assertLe(v.high, type(uint96).max);
        else assertTrue(v.reason == Refusal.PriceInvalid || v.reason == Refusal.PriceOutOfBounds);
    }

    function test_refuses_moreDecimalsThanAnyFeedHas() public {
        feed.set(3_000e36);
        expectReason(oracle.verdict(query(address(feed), 37)), Refusal.PriceInvalid);
        expectReason(oracle.verdict(query(address(feed), 255)), Refusal.PriceInvalid);
    }

    function test_refuses_positivePricesThatRoundToNothing() public {
        feed.set(1);
        PriceQuery memory q = query(address(feed), 36);
        q.feed = FeedWordBits.pack(address(feed), 1 hours, 36, 0, HIGHEST);
        expectReason(oracle.verdict(q), Refusal.PriceInvalid);
    }

    // --- validity ---

    function testFuzz_refuses_onceTheHeartbeatHasPassed(uint24 heartbeat, uint256 age) public {
        age = bound(age, 0, 2 * uint256(type(uint24).max));
        vm.warp(NOW + age);
        PriceQuery memory q;
        q.feed = FeedWordBits.pack(address(feed), heartbeat, 8, LOWEST, HIGHEST);
        Verdict memory v = oracle.verdict(q);
        if (age > heartbeat) expectReason(v, Refusal.PriceStale);
        else expectPrice(v, 3_000e18, 3_000e18);
        assertEq(v.updatedAt, NOW, "known even when it is stale");
    }

    function test_price_untilTheHeartbeatsLastSecond() public {
        vm.warp(NOW + 1 hours);
        expectPrice(ask(), 3_000e18, 3_000e18);
        vm.warp(NOW + 1 hours + 1);
        expectReason(ask(), Refusal.PriceStale);
    }

    function testFuzz_refuses_fromTheFuture(uint256 at) public {
        feed.setUpdatedAt(bound(at, NOW + 1, type(uint256).max));
        expectReason(ask(), Refusal.PriceInvalid);
        assertEq(ask().updatedAt, 0);
    }

    function testFuzz_refuses_zeroAndNegative(int256 answer) public {
        feed.set(bound(answer, type(int256).min, 0));
        expectReason(ask(), Refusal.PriceInvalid);
    }

    function testFuzz_refuses_absurd(uint256 answer) public {
        feed.set(int256(bound(answer, uint256(type(uint128).max) + 1, uint256(type(int256).max))));
        expectReason(ask(), Refusal.PriceInvalid);
    }

    function test_price_ofTheLargestAnswer() public {
        feed.set(int256(uint256(type(uint128).max)));
        uint256 price = uint256(type(uint128).max) / 1e18;
        expectPrice(oracle.verdict(query(address(feed), 36)), price, price + 1);
    }

    function testFuzz_refuses_roundsAnsweredInAnEarlierOne(uint80 round, uint80 answeredIn) public {
        feed.setRound(round, answeredIn);
        if (answeredIn < round) expectReason(ask(), Refusal.PriceInvalid);
        else expectPrice(ask(), 3_000e18, 3_000e18);
    }

    function test_price_ofTheLastRoundThereCanBe() public {
        feed.setRound(type(uint80).max, type(uint80).max);
        expectPrice(ask(), 3_000e18, 3_000e18);
    }

    function test_refuses_roundsThatWereNeverAnswered() public {
        feed.setUpdatedAt(0);
        expectReason(ask(), Refusal.PriceInvalid);
    }

    function testFuzz_refuses_outsideTheBounds(uint256 answer) public {
        answer = bound(answer, 1, 1_000_000e8);
        feed.set(int256(answer));
        Verdict memory v = ask();
        FeedWord word = query(address(feed), 8).feed;
        if (answer * 1e10 < word.lowest() || answer * 1e10 > word.highest()) expectReason(v, Refusal.PriceOutOfBounds);
        else expectPrice(v, answer * 1e10, answer * 1e10);
        assertEq(v.updatedAt, NOW);
    }

    function test_bounds_belongToThePrice() public {
        FeedWord word = query(address(feed), 18).feed;
        PriceQuery memory q = query(address(feed), 18);
        feed.set(int256(word.lowest()));
        expectPrice(oracle.verdict(q), word.lowest(), word.lowest());
        feed.set(int256(word.lowest() - 1));
        expectReason(oracle.verdict(q), Refusal.PriceOutOfBounds);
        feed.set(int256(word.highest()));
        expectPrice(oracle.verdict(q), word.highest(), word.highest());
        feed.set(int256(word.highest() + 1));
        expectReason(oracle.verdict(q), Refusal.PriceOutOfBounds);
    }

    /// @notice What lies between two neighbours must not touch the bound with either of them.
    function test_bounds_holdForBothNeighbours() public {
        FeedWord word = query(address(feed), 20).feed;
        PriceQuery memory q = query(address(feed), 20);
        feed.set(int256(word.highest() * 100 + 1));
        expectReason(oracle.verdict(q), Refusal.PriceOutOfBounds);
        feed.set(int256(word.lowest() * 100 - 1));
        expectReason(oracle.verdict(q), Refusal.PriceOutOfBounds);
    }

    // --- what is no feed ---

    function test_refuses_whatIsNoFeed() public {
        address[5] memory sources = [address(0), address(1), address(4), makeAddr("nobody"), address(this)];
        for (uint256 i = 0; i < sources.length; i++) {
            expectReason(oracle.verdict(query(sources[i], 8)), Refusal.PriceUnavailable);
        }
        feed.kill();
        expectReason(ask(), Refusal.PriceUnavailable);
    }

    function testFuzz_refuses_shortAnswers(uint256 length) public {
        hostile.answer(new bytes(bound(length, 0, 159)));
        expectReason(oracle.verdict(query(address(hostile), 8)), Refusal.PriceUnavailable);
    }

    function testFuzz_refuses_undecodableRounds(uint256 round, uint256 answeredIn) public {
        hostile.answer(abi.encode(round, int256(3_000e8), NOW, NOW, answeredIn));
        Verdict memory v = oracle.verdict(query(address(hostile), 8));
        bool decodable = round <= type(uint80).max && answeredIn <= type(uint80).max;
        if (!decodable) expectReason(v, Refusal.PriceUnavailable);
        hostile.answer(abi.encode(uint256(type(uint80).max) + 1, int256(3_000e8), NOW, NOW, type(uint80).max));
        expectReason(oracle.verdict(query(address(hostile), 8)), Refusal.PriceUnavailable);
        hostile.answer(abi.encode(1, int256(3_000e8), NOW, NOW, uint256(type(uint80).max) + 1));
        expectReason(oracle.verdict(query(address(hostile), 8)), Refusal.PriceUnavailable);
    }

    function test_price_readsNoMoreThanFiveWords() public {
        hostile.answer(abi.encode(1, int256(3_000e8), NOW, NOW, 1, "and much more that nobody asked for"));
        expectPrice(oracle.verdict(query(address(hostile), 8)), 3_000e18, 3_000e18);
    }

    /// @notice A source that burns gas or floods memory costs its 200,000 gas and no more, and the other token keeps its price.
    function test_refuses_hostileFeeds_withinBoundedGas() public {
        for (uint256 i = 1; i <= uint256(type(HostileSource.Manner).max); i++) {
            hostile.behave(HostileSource.Manner(i));
            uint256 before = gasleft();
            (Verdict memory sold, Verdict memory bought) =
                oracle.pair(query(address(hostile), 8), query(address(feed), 8));
            assertLt(before - gasleft(), 300_000);
            expectReason(sold, Refusal.PriceUnavailable);
            expectPrice(bought, 3_000e18, 3_000e18);
        }
    }

    function testFuzz_neverReverts_whateverAFeedAnswers(bytes memory answer, uint256 word) public {
        hostile.answer(answer);
        PriceQuery memory q;
        q.feed = FeedWord.wrap((word >> 160 << 160) | uint160(address(hostile)));
        oracle.verdict(q);
        oracle.pair(q, q);
    }

    function testFuzz_neverReverts_onFiveWords(uint256[5] memory words, uint256 word) public {
        hostile.answer(abi.encode(words));
        PriceQuery memory q;
        q.feed = FeedWord.wrap((word >> 160 << 160) | uint160(address(hostile)));
        Verdict memory v = oracle.verdict(q);
        if (v.reason == Refusal.None) assertTrue(v.low > 0 && v.low <= v.high && v.high <= type(uint96).max);
    }

    // --- the sequencer ---

    function sequencer(int256 answer, uint256 since) private returns (MockFeed uptime) {
        uptime = new MockFeed(0, answer);
        uptime.setUpdatedAt(since);
    }

    function testFuzz_sequencer_givesPricesOnceItWasUpForTheGrace(uint32 grace, uint32 up) public {
        up = uint32(bound(up, 0, 1_000_000_000));
        oracle = oracleWith(address(sequencer(0, NOW - up)), grace);
        if (up > grace) expectPrice(ask(), 3_000e18, 3_000e18);
        else expectReason(ask(), Refusal.SequencerDown);
    }

    function testFuzz_sequencer_down(int256 answer) public {
        vm.assume(answer != 0);
        oracle = oracleWith(address(sequencer(answer, NOW - 30 days)), 1 hours);
        expectReason(ask(), Refusal.SequencerDown);
        (Verdict memory sold, Verdict memory bought) = oracle.pair(query(address(feed), 8), query(address(feed), 8));
        expectReason(sold, Refusal.SequencerDown);
        expectReason(bought, Refusal.SequencerDown);
    }

    function testFuzz_sequencer_saysNothingUseful(uint256 since) public {
        oracle = oracleWith(address(sequencer(0, bound(since, NOW + 1, type(uint256).max))), 0);
        expectReason(ask(), Refusal.SequencerDown);
        oracle = oracleWith(address(sequencer(0, 0)), 0);
        expectReason(ask(), Refusal.SequencerDown);
        oracle = oracleWith(makeAddr("no uptime feed"), 0);
        expectReason(ask(), Refusal.SequencerDown);
    }

    function test_sequencer_hostile() public {
        oracle = oracleWith(address(hostile), 0);
        for (uint256 i = 0; i <= uint256(type(HostileSource.Manner).max); i++) {
            hostile.behave(HostileSource.Manner(i));
            expectReason(ask(), Refusal.SequencerDown);
        }
    }

    function testFuzz_sequencer_shortAnswers(uint256 length) public {
        hostile.answer(new bytes(bound(length, 0, 159)));
        oracle = oracleWith(address(hostile), 0);
        expectReason(ask(), Refusal.SequencerDown);
    }

    function test_sequencer_isAskedOncePerCall() public {
        address uptime = address(sequencer(0, NOW - 1 days));
        oracle = oracleWith(uptime, 1 hours);
        vm.expectCall(uptime, abi.encodeWithSelector(IPriceFeed.latestRoundData.selector), 1);
        oracle.pair(query(address(feed), 8), query(address(feed), 8));
    }

    function test_decimals_areNotAskedFor() public {
        vm.expectCall(address(feed), abi.encodeWithSelector(IPriceFeed.decimals.selector), 0);
        ask();
    }
}
