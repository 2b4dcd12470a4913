// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {PriceSource} from "../../src/Types.sol";
import {Refusal, Refused} from "../../src/Refusal.sol";
import {FeedWord, FeedWordBits} from "../../src/guards/FeedWord.sol";
import {SourceTerms} from "../../src/guards/SourceTerms.sol";
import {TwapWord, TwapWordBits} from "../../src/guards/TwapWord.sol";
import {Deployment} from "../support/Deployment.sol";
import {MockFeed} from "../support/MockFeed.sol";
import {PoolOf} from "../support/PoolOf.sol";
import {IPriceOracle} from "../../src/interfaces/IPriceOracle.sol";
import {Test} from "forge-std/Test.sol";

/// @title A source's settings survive their packing, and make sense
contract PriceWordsTest is Test {
    address private constant TOKEN = address(0x1000);
    address private constant QUOTE = address(0x2000);

    IPriceOracle private oracle;
    MockFeed private feed;

    function setUp() public {
        oracle = IPriceOracle(Deployment.create("PriceOracle.sol:PriceOracle", abi.encode(address(0), 0)));
        feed = new MockFeed(8, 3_000e8);
    }

    // --- the words ---

    function testFuzz_feedWord_keepsItsParts(
        address source,
        uint24 heartbeat,
        uint8 decimals,
        uint256 lowest,
        uint256 highest
    ) public pure {
        lowest = bound(lowest, 0, 2 ** 255);
        FeedWord word = FeedWordBits.pack(source, heartbeat, decimals, lowest, highest);
        assertEq(word.feed(), source);
        assertEq(word.heartbeat(), heartbeat);
        assertEq(word.decimals(), decimals);
        // Towards the tighter side, by less than one part in eight million.
        assertGe(word.lowest(), lowest);
        assertLe(word.lowest() - lowest, lowest >> 23);
        assertLe(word.highest(), highest);
        assertLe(highest - word.highest(), highest >> 23);
    }

    function testFuzz_feedWord_smallBoundsAreExact(uint24 lowest, uint24 highest, uint8 exponent) public pure {
        exponent = exponent % 231;
        uint256 low = uint256(lowest) << exponent;
        uint256 high = uint256(highest) << exponent;
        FeedWord word = FeedWordBits.pack(address(1), 1, 8, low, high);
        assertEq(word.lowest(), low);
        assertEq(word.highest(), high);
    }

    /// @notice Where the mantissa is full, rounding up carries into the exponent.
    function testFuzz_feedWord_carries(uint8 exponent, uint256 rest) public pure {
        exponent = uint8(bound(exponent, 1, 230));
        uint256 full = uint256(type(uint24).max) << exponent;
        uint256 value = full + bound(rest, 1, (uint256(1) << exponent) - 1);
        FeedWord word = FeedWordBits.pack(address(1), 1, 8, value, value);
        assertEq(word.lowest(), uint256(1) << (uint256(exponent) + 24));
        assertEq(word.highest(), full);
    }

    /// @notice One below, it becomes the full mantissa, and carries nothing.
    function testFuzz_feedWord_roundsUpToTheFullMantissa(uint8 exponent, uint256 rest) public pure {
        exponent = uint8(bound(exponent, 1, 230));
        uint256 full = uint256(type(uint24).max) << exponent;
        uint256 value = full - bound(rest, 1, (uint256(1) << exponent) - 1);
        FeedWord word = FeedWordBits.pack(address(1), 1, 8, value, value);
        assertEq(word.lowest(), full);
        assertEq(word.highest(), full - (uint256(1) << exponent));
    }

    function testFuzz_feedWord_refusesHeartbeatsThatDoNotFit(uint256 heartbeat) public {
        heartbeat = bound(heartbeat, uint256(type(uint24).max) + 1, type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(Refused.selector, Refusal.OutOfBounds, heartbeat));
        this.packFeed(heartbeat);
    }

    function packFeed(uint256 heartbeat) external pure returns (FeedWord) {
        return FeedWordBits.pack(address(1), heartbeat, 8, 1, 2);
    }

    function testFuzz_twapWord_keepsItsParts(
        address pool,
        uint16 band,
        uint16 error,
        uint8 tokenDecimals,
        uint8 quoteDecimals,
        uint8 quoteIndex,
        bool isToken0
    ) public pure {
        TwapWord word = TwapWordBits.pack(pool, band, error, tokenDecimals, quoteDecimals, quoteIndex, isToken0);
        assertEq(word.pool(), pool);
        assertEq(word.bandBps(), band);
        assertEq(word.errorBps(), error);
        assertEq(word.tokenDecimals(), tokenDecimals);
        assertEq(word.quoteDecimals(), quoteDecimals);
        assertEq(word.quoteIndex(), quoteIndex);
        assertEq(word.tokenIsToken0(), isToken0);
    }

    // --- what a source must look like ---

    function sourceOf(address token, address quote) private returns (PriceSource memory source) {
        source.feed = address(feed);
        source.heartbeat = 1 hours;
        source.lowestPrice = 100e18;
        source.highestPrice = 100_000e18;
        source.errorBps = 50;
        source.pool = address(token < quote ? new PoolOf(token, quote) : new PoolOf(quote, token));
        source.quote = quote;
        source.bandBps = 100;
    }

    function expectRefused(PriceSource memory source, uint256 detail) private {
        vm.expectRevert(abi.encodeWithSelector(Refused.selector, Refusal.OutOfBounds, detail));
        oracle.words(TOKEN, 18, source, 6, 0);
    }

    function testFuzz_words_sayWhatTheSourceSays(
        uint32 heartbeat,
        uint16 band,
        uint16 error,
        uint8 tokenDecimals,
        uint8 quoteDecimals,
        uint8 quoteIndex
    ) public {
        PriceSource memory source = sourceOf(TOKEN, QUOTE);
        source.heartbeat = uint32(bound(heartbeat, 1, SourceTerms.LONGEST_HEARTBEAT));
        source.bandBps = uint16(bound(band, 1, SourceTerms.WIDEST_BAND_BPS));
        source.errorBps = uint16(bound(error, 1, SourceTerms.LARGEST_ERROR_BPS));
        (FeedWord feedWord, TwapWord twap) = oracle.words(TOKEN, tokenDecimals, source, quoteDecimals, quoteIndex);
        assertEq(
            FeedWord.unwrap(feedWord),
            FeedWord.unwrap(FeedWordBits.pack(address(feed), source.heartbeat, 8, 100e18, 100_000e18))
        );
        assertEq(
            TwapWord.unwrap(twap),
            TwapWord.unwrap(
                TwapWordBits.pack(
                    source.pool, source.bandBps, source.errorBps, tokenDecimals, quoteDecimals, quoteIndex, true
                )
            )
        );
    }

    function test_words_knowTheTokensSide() public {
        (, TwapWord twap) = oracle.words(TOKEN, 18, sourceOf(TOKEN, QUOTE), 6, 0);
        assertTrue(twap.tokenIsToken0());
        (, twap) = oracle.words(QUOTE, 18, sourceOf(QUOTE, TOKEN), 6, 0);
        assertFalse(twap.tokenIsToken0());
    }

    function test_words_ofAFeedAlone_haveNoPool() public {
        PriceSource memory source = sourceOf(TOKEN, QUOTE);
        source.pool = address(0);
        expectRefused(source, 100);
        source.bandBps = 0;
        (, TwapWord twap) = oracle.words(TOKEN, 18, source, 0, 0);
        assertEq(twap.pool(), address(0));
        assertEq(twap.errorBps(), 50);
    }

    function testFuzz_words_refuseHeartbeats(uint32 heartbeat) public {
        PriceSource memory source = sourceOf(TOKEN, QUOTE);
        source.heartbeat = uint32(bound(heartbeat, 2 days + 1, type(uint32).max));
        expectRefused(source, source.heartbeat);
        source.heartbeat = 0;
        expectRefused(source, 0);
    }

    function testFuzz_words_refuseBounds(uint256 lowest, uint256 highest) public {
        PriceSource memory source = sourceOf(TOKEN, QUOTE);
        source.highestPrice = bound(highest, uint256(type(uint96).max) + 1, type(uint256).max);
        expectRefused(source, source.highestPrice);
        source.highestPrice = bound(highest, 1, type(uint96).max);
        source.lowestPrice = bound(lowest, source.highestPrice + 1, type(uint256).max);
        expectRefused(source, source.lowestPrice);
        source.lowestPrice = 0;
        expectRefused(source, 0);
        source.highestPrice = 0;
        expectRefused(source, 0);
    }

    function testFuzz_words_refuseErrorsAndBands(uint16 error, uint16 band) public {
        PriceSource memory source = sourceOf(TOKEN, QUOTE);
        source.errorBps = uint16(bound(error, 501, type(uint16).max));
        expectRefused(source, source.errorBps);
        source.errorBps = 0;
        expectRefused(source, 0);
        source.errorBps = 50;
        source.bandBps = uint16(bound(band, 1_001, type(uint16).max));
        expectRefused(source, source.bandBps);
        source.bandBps = 0;
        expectRefused(source, 0);
    }

    function test_words_refuseWhatIsNoContract() public {
        PriceSource memory source = sourceOf(TOKEN, QUOTE);
        source.feed = makeAddr("nobody");
        expectRefused(source, uint160(source.feed));
        source = sourceOf(TOKEN, QUOTE);
        source.pool = makeAddr("nobody");
        expectRefused(source, uint160(source.pool));
    }

    function test_words_refusePoolsOfOtherTokens() public {
        PriceSource memory source = sourceOf(TOKEN, QUOTE);
        source.pool = address(new PoolOf(TOKEN, address(0x3000)));
        expectRefused(source, uint160(source.pool));
        source.pool = address(new PoolOf(address(0x1), QUOTE));
        expectRefused(source, uint160(source.pool));
        source.pool = address(new PoolOf(QUOTE, TOKEN));
        expectRefused(source, uint160(source.pool));
    }
}
