// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {PriceSource, Verdict} from "./Types.sol";
import {Refusal} from "./Refusal.sol";
import {FeedWord} from "./guards/FeedWord.sol";
import {SourceTerms} from "./guards/SourceTerms.sol";
import {TwapWord} from "./guards/TwapWord.sol";
import {IPriceFeed} from "./interfaces/IPriceFeed.sol";
import {IPriceOracle, PriceQuery} from "./interfaces/IPriceOracle.sol";
import {StaticQuestion} from "./oracle/StaticQuestion.sol";
import {TickPrice} from "./oracle/TickPrice.sol";
import {TwapObservation} from "./oracle/TwapObservation.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @title A price on which all sources agree, or the reason why there is none
/// @notice Without storage and without an administrator: what is asked of it, how old an answer may be and how far sources may
/// differ is the vault's policy. Its verdicts never revert and never fall back from two sources to one.
contract PriceOracle is IPriceOracle {
    uint256 private constant PRICE_DECIMALS = 18;
    uint256 private constant MOST_DECIMALS = 36;
    uint256 private constant BPS = 10_000;
    uint256 private constant ROUND_SIZE = 5 * 32;

    /// @notice Chainlink's uptime feed of a rollup's sequencer: 0 is up, `startedAt` says since when. Zero: no rollup.
    address public immutable sequencerFeed;
    /// @notice Seconds after a restart during which nothing has a price: feeds and pools catch up first.
    uint256 public immutable sequencerGrace;

    constructor(address sequencerFeed_, uint256 sequencerGrace_) {
        sequencerFeed = sequencerFeed_;
        sequencerGrace = sequencerGrace_;
    }

    /// @inheritdoc IPriceOracle
    function verdict(PriceQuery calldata query) external view returns (Verdict memory) {
        if (!sequencerIsUp()) return none(Refusal.SequencerDown, 0);
        Verdict memory feed = read(query.feed);
        return hasTwap(query) ? agreed(query, feed, read(query.quoteFeed)) : feed;
    }

    /// @inheritdoc IPriceOracle
    function pair(PriceQuery calldata sell, PriceQuery calldata buy)
        external
        view
        returns (Verdict memory sold, Verdict memory bought)
    {
        if (!sequencerIsUp()) return (none(Refusal.SequencerDown, 0), none(Refusal.SequencerDown, 0));
        Verdict memory sellFeed = sold = read(sell.feed);
        bought = read(buy.feed);
        Verdict memory quote;
        if (hasTwap(sell)) {
            quote = same(sell.quoteFeed, buy.feed) ? bought : read(sell.quoteFeed);
            sold = agreed(sell, sellFeed, quote);
        }
        if (hasTwap(buy)) {
            bool isKnown = hasTwap(sell) && same(buy.quoteFeed, sell.quoteFeed);
            if (!isKnown) quote = same(buy.quoteFeed, sell.feed) ? sellFeed : read(buy.quoteFeed);
            bought = agreed(buy, bought, quote);
        }
    }

    /// @inheritdoc IPriceOracle
    function words(
        address token,
        uint8 tokenDecimals,
        PriceSource calldata source,
        uint8 quoteDecimals,
        uint8 quoteIndex
    ) external view returns (FeedWord feed, TwapWord twap) {
        return SourceTerms.words(token, tokenDecimals, source, quoteDecimals, quoteIndex);
    }

    // --- both sources ---

    /// @dev `feed` is what the query's feed said, `quote` what the quote token's feed said.
    function agreed(PriceQuery calldata query, Verdict memory feed, Verdict memory quote)
        private
        view
        returns (Verdict memory)
    {
        if (feed.reason != Refusal.None) return feed;
        if (quote.reason == Refusal.PriceOutOfBounds) return none(Refusal.QuoteDepegged, feed.updatedAt);
        if (quote.reason != Refusal.None) return none(quote.reason, feed.updatedAt);
        (bool found, int256 tick) = TwapObservation.meanTick(query.twap.pool(), query.hint);
        if (!found) return none(Refusal.TwapUnavailable, feed.updatedAt);
        (uint256 low, uint256 high) = TickPrice.bounds(query.twap, tick, quote.low, quote.high);
        if (low == 0) return none(Refusal.TwapUnavailable, feed.updatedAt);
        low = FixedPointMathLib.min(low, feed.low);
        high = FixedPointMathLib.max(high, feed.high);
        if (apart(low, high, query.twap.bandBps())) return none(Refusal.PriceDisagreement, feed.updatedAt);
        return Verdict({reason: Refusal.None, low: low, high: high, feed: feed.feed, updatedAt: feed.updatedAt});
    }

    /// @dev Prices are below 2^96.
    function apart(uint256 low, uint256 high, uint256 bandBps) private pure returns (bool) {
        unchecked {
            return high * BPS > low * (BPS + bandBps);
        }
    }

    function hasTwap(PriceQuery calldata query) private pure returns (bool) {
        return TwapWord.unwrap(query.twap) != 0;
    }

    function same(FeedWord one, FeedWord other) private pure returns (bool) {
        return FeedWord.unwrap(one) == FeedWord.unwrap(other);
    }

    // --- the feed ---

    function read(FeedWord word) private view returns (Verdict memory) {
        (bool done, uint256 answer) =
            StaticQuestion.ask(word.feed(), IPriceFeed.latestRoundData.selector, 0, ROUND_SIZE);
        uint256 id;
        uint256 answeredIn;
        uint256 updatedAt;
        assembly ("memory-safe") {
            id := mload(answer)
            updatedAt := mload(add(answer, 0x60))
            answeredIn := mload(add(answer, 0x80))
            answer := mload(add(answer, 0x20))
        }
        if (!done || (id | answeredIn) > type(uint80).max) return none(Refusal.PriceUnavailable, 0);
        if (updatedAt == 0 || updatedAt > block.timestamp) return none(Refusal.PriceInvalid, 0);
        // A negative answer is a large number here.
        if (answer == 0 || answer > type(uint128).max || answeredIn < id || word.decimals() > MOST_DECIMALS) {
            return none(Refusal.PriceInvalid, uint64(updatedAt));
        }
        if (block.timestamp - updatedAt > word.heartbeat()) return none(Refusal.PriceStale, uint64(updatedAt));
        (uint256 low, uint256 high) = scaled(answer, word.decimals());
        // The bounds are below 2^96, and so is what passes them.
        if (low < word.lowest() || high > word.highest()) return none(Refusal.PriceOutOfBounds, uint64(updatedAt));
        if (low == 0 || high > SourceTerms.HIGHEST_PRICE) return none(Refusal.PriceInvalid, uint64(updatedAt));
        return Verdict({reason: Refusal.None, low: low, high: high, feed: low, updatedAt: uint64(updatedAt)});
    }

    /// @dev To 18 decimals; where digits are lost, `low` and `high` are the two neighbours.
    function scaled(uint256 answer, uint256 decimals) private pure returns (uint256 low, uint256 high) {
        if (decimals <= PRICE_DECIMALS) {
            unchecked {
                low = answer * 10 ** (PRICE_DECIMALS - decimals);
            }
            return (low, low);
        }
        uint256 divisor = 10 ** (decimals - PRICE_DECIMALS);
        low = answer / divisor;
        high = answer % divisor == 0 ? low : low + 1;
    }

    function sequencerIsUp() private view returns (bool) {
        if (sequencerFeed == address(0)) return true;
        (bool done, uint256 answer) =
            StaticQuestion.ask(sequencerFeed, IPriceFeed.latestRoundData.selector, 0, ROUND_SIZE);
        uint256 startedAt;
        assembly ("memory-safe") {
            startedAt := mload(add(answer, 0x40))
            answer := mload(add(answer, 0x20))
        }
        return done && answer == 0 && startedAt != 0 && startedAt <= block.timestamp
            && block.timestamp - startedAt > sequencerGrace;
    }

    function none(Refusal reason, uint64 updatedAt) private pure returns (Verdict memory) {
        return Verdict({reason: reason, low: 0, high: 0, feed: 0, updatedAt: updatedAt});
    }
}
