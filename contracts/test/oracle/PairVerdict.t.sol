// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Verdict} from "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {FeedWordBits} from "../../src/guards/FeedWord.sol";
import {TwapWord} from "../../src/guards/TwapWord.sol";
import {IPriceFeed} from "../../src/interfaces/IPriceFeed.sol";
import {PriceQuery} from "../../src/interfaces/IPriceOracle.sol";
import {IUniswapV3Pool} from "../../src/interfaces/IUniswapV3Pool.sol";
import {TwapObservation} from "../../src/oracle/TwapObservation.sol";
import {MockFeed} from "../support/MockFeed.sol";
import {PricedPool} from "./PricedPool.sol";

/// @title Both tokens of a trade, each source read once
contract PairVerdictTest is PricedPool {
    uint16 private hint;
    MockFeed private otherFeed;
    MockFeed private otherQuoteFeed;

    function setUp() public override {
        super.setUp();
        grow(100);
        pass(1 hours);
        trade(80);
        (, hint) = TwapObservation.find(pool);
        otherFeed = new MockFeed(8, 3_010e8);
        otherQuoteFeed = new MockFeed(8, 0.996e8);
    }

    /// @dev A second token of the same price and pool, with a feed of its own.
    function otherQuery() private view returns (PriceQuery memory query) {
        query = wethQuery(hint);
        query.feed = FeedWordBits.pack(address(otherFeed), 1 hours, 8, 100e18, 100_000e18);
    }

    function expectAsked(address feed, uint64 times) private {
        vm.expectCall(feed, abi.encodeWithSelector(IPriceFeed.latestRoundData.selector), times);
    }

    function test_pair_readsOnce_sellingTheQuote() public {
        expectAsked(address(usdcFeed), 1);
        expectAsked(address(wethFeed), 1);
        vm.expectCall(pool, abi.encodeWithSelector(IUniswapV3Pool.slot0.selector), 1);
        oracle.pair(usdcQuery(), wethQuery(hint));
    }

    function test_pair_readsOnce_buyingTheQuote() public {
        expectAsked(address(usdcFeed), 1);
        expectAsked(address(wethFeed), 1);
        oracle.pair(wethQuery(hint), usdcQuery());
    }

    function test_pair_readsOnce_withOneQuoteForBoth() public {
        expectAsked(address(usdcFeed), 1);
        expectAsked(address(wethFeed), 1);
        expectAsked(address(otherFeed), 1);
        oracle.pair(wethQuery(hint), otherQuery());
    }

    /// @notice Whatever feeds say and however old it is: the pair is the two verdicts.
    function testFuzz_pair_isTwoVerdicts(uint256[3] memory prices, uint256[3] memory ages, uint8 which, uint16 place)
        public
    {
        MockFeed[3] memory feeds = [usdcFeed, wethFeed, otherFeed];
        uint256[3] memory fair = [uint256(1e8), 3_000e8, 3_010e8];
        for (uint256 i = 0; i < 3; i++) {
            feeds[i].set(int256(bound(prices[i], fair[i] * 93 / 100, fair[i] * 107 / 100)));
            feeds[i].setUpdatedAt(block.timestamp - bound(ages[i], 0, i == 0 ? 26 hours : 62 minutes));
        }
        PriceQuery[5] memory queries =
            [usdcQuery(), wethQuery(hint), otherQuery(), wethQuery(place), inAnotherQuote(otherQuery())];
        PriceQuery memory sell = queries[which % 5];
        PriceQuery memory buy = queries[which / 5 % 5];
        (Verdict memory sold, Verdict memory bought) = oracle.pair(sell, buy);
        assertEq(abi.encode(sold), abi.encode(oracle.verdict(sell)));
        assertEq(abi.encode(bought), abi.encode(oracle.verdict(buy)));
    }

    function inAnotherQuote(PriceQuery memory query) private view returns (PriceQuery memory) {
        query.quoteFeed = FeedWordBits.pack(address(otherQuoteFeed), 1 days, 8, 0.95e18, 1.05e18);
        return query;
    }

    /// @notice Neither token's price is multiplied by the other's quote.
    function test_pair_keepsQuotesApart() public view {
        PriceQuery memory one = wethQuery(hint);
        PriceQuery memory other = inAnotherQuote(wethQuery(hint));
        (Verdict memory sold, Verdict memory bought) = oracle.pair(one, other);
        assertLt(bought.low, sold.low);
        assertEq(abi.encode(bought), abi.encode(oracle.verdict(other)));
        (sold, bought) = oracle.pair(other, one);
        assertLt(sold.low, bought.low);
        assertEq(abi.encode(bought), abi.encode(oracle.verdict(one)));
        // A quote named beside no pool was never read, and is nobody else's either.
        one.twap = TwapWord.wrap(0);
        one.quoteFeed = other.quoteFeed;
        (, bought) = oracle.pair(one, other);
        assertEq(abi.encode(bought), abi.encode(oracle.verdict(other)));
    }

    function test_pair_ofTwoPooledTokens() public view {
        (Verdict memory sold, Verdict memory bought) = oracle.pair(wethQuery(hint), otherQuery());
        expectPrice(sold);
        expectPrice(bought);
        assertEq(sold.feed, 3_000e18);
        assertEq(bought.feed, 3_010e18);
    }

    /// @notice The feed of a quote token that refuses takes both down, each with its own reason; another feed only its own.
    function test_pair_refusesEachForItsOwnReason() public {
        usdcFeed.set(0.9e8);
        (Verdict memory sold, Verdict memory bought) = oracle.pair(usdcQuery(), wethQuery(hint));
        expectReason(sold, Refusal.PriceOutOfBounds);
        expectReason(bought, Refusal.QuoteDepegged);
        usdcFeed.set(1e8);
        wethFeed.kill();
        (sold, bought) = oracle.pair(usdcQuery(), wethQuery(hint));
        expectPrice(sold);
        expectReason(bought, Refusal.PriceUnavailable);
    }

    /// @notice The same feed under other bounds is another question.
    function test_pair_quoteWithItsOwnBounds() public {
        usdcFeed.set(0.97e8);
        PriceQuery memory weth_ = wethQuery(hint);
        weth_.quoteFeed = FeedWordBits.pack(address(usdcFeed), 1 days, 8, 0.99e18, 1.01e18);
        (Verdict memory sold, Verdict memory bought) = oracle.pair(usdcQuery(), weth_);
        expectPrice(sold);
        expectReason(bought, Refusal.QuoteDepegged);
    }
}
