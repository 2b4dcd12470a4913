// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {PriceSource} from "../../src/Types.sol";
import {FeedWord} from "../../src/guards/FeedWord.sol";
import {SourceTerms} from "../../src/guards/SourceTerms.sol";
import {TwapWord} from "../../src/guards/TwapWord.sol";
import {Refusal, Refused} from "../../src/Refusal.sol";
import {MockFeed} from "../support/MockFeed.sol";
import {PoolOf} from "../support/PoolOf.sol";
import {Test} from "forge-std/Test.sol";

/// @title What a price source must look like
contract SourceTermsTest is Test {
    MockFeed private feed = new MockFeed(8, 1e8);
    address private constant TOKEN = address(0x20);
    address private constant QUOTE = address(0x30);

    function words(address token, uint8 decimals, PriceSource memory source, uint8 quoteDecimals, uint8 quoteIndex)
        external
        view
        returns (FeedWord, TwapWord)
    {
        return SourceTerms.words(token, decimals, source, quoteDecimals, quoteIndex);
    }

    function alone() private view returns (PriceSource memory source) {
        source.feed = address(feed);
        source.heartbeat = 1 hours;
        source.lowestPrice = 1e18;
        source.highestPrice = 10e18;
        source.errorBps = 50;
    }

    function paired(address token, address quote) private returns (PriceSource memory source) {
        source = alone();
        source.pool = token < quote ? address(new PoolOf(token, quote)) : address(new PoolOf(quote, token));
        source.quote = quote;
        source.bandBps = 100;
    }

    function judge(PriceSource memory source, bool refused, uint256 detail) private {
        if (refused) vm.expectRevert(abi.encodeWithSelector(Refused.selector, Refusal.OutOfBounds, detail));
        this.words(TOKEN, 18, source, 6, 3);
    }

    function test_constants() public pure {
        assertEq(SourceTerms.LONGEST_HEARTBEAT, 2 days);
        assertEq(SourceTerms.WIDEST_BAND_BPS, 1_000);
        assertEq(SourceTerms.LARGEST_ERROR_BPS, 500);
        assertEq(SourceTerms.HIGHEST_PRICE, type(uint96).max);
    }

    function testFuzz_heartbeat(uint32 value) public {
        if (value % 2 == 0) value %= 3 days;
        PriceSource memory source = alone();
        source.heartbeat = value;
        judge(source, value == 0 || value > 2 days, value);
    }

    function testFuzz_error(uint16 value) public {
        if (value % 2 == 0) value %= 1_000;
        PriceSource memory source = alone();
        source.errorBps = value;
        judge(source, value == 0 || value > 500, value);
    }

    function testFuzz_band(uint16 value) public {
        if (value % 2 == 0) value %= 2_000;
        PriceSource memory source = paired(TOKEN, QUOTE);
        source.bandBps = value;
        judge(source, value == 0 || value > 1_000, value);
        source = alone();
        source.bandBps = value;
        judge(source, value != 0, value);
    }

    function testFuzz_prices(uint256 low, uint256 high) public {
        PriceSource memory source = alone();
        source.highestPrice = bound(high, 0, uint256(type(uint96).max) * 2);
        source.lowestPrice = bound(low, 0, source.highestPrice + 10);
        bool tooHigh = source.highestPrice == 0 || source.highestPrice > type(uint96).max;
        bool tooLow = source.lowestPrice == 0 || source.lowestPrice > source.highestPrice;
        judge(source, tooHigh || tooLow, tooHigh ? source.highestPrice : source.lowestPrice);
    }

    function test_edges_areWithin() public {
        PriceSource memory source = paired(TOKEN, QUOTE);
        (source.heartbeat, source.errorBps, source.bandBps) = (2 days, 500, 1_000);
        (source.lowestPrice, source.highestPrice) = (type(uint96).max, type(uint96).max);
        judge(source, false, 0);
        (source.heartbeat, source.errorBps, source.bandBps) = (1, 1, 1);
        (source.lowestPrice, source.highestPrice) = (1, 1);
        judge(source, false, 0);
    }

    function testFuzz_codeless_isNoFeedAndNoPool(address account) public {
        vm.assume(account.code.length == 0 && account != address(0));
        PriceSource memory source = alone();
        source.feed = account;
        judge(source, true, uint160(account));
        source = paired(TOKEN, QUOTE);
        source.pool = account;
        judge(source, true, uint160(account));
    }

    function testFuzz_pool_isOfTheTokenAndItsQuote(address token0, address token1) public {
        PriceSource memory source = paired(TOKEN, QUOTE);
        judge(source, false, 0);
        source.pool = address(new PoolOf(token0, token1));
        judge(source, token0 != TOKEN || token1 != QUOTE, uint160(source.pool));
        source.pool = address(new PoolOf(TOKEN, token1));
        judge(source, token1 != QUOTE, uint160(source.pool));
        source.pool = address(new PoolOf(token0, QUOTE));
        judge(source, token0 != TOKEN, uint160(source.pool));
        source.pool = address(new PoolOf(QUOTE, TOKEN));
        judge(source, true, uint160(source.pool));
    }

    function testFuzz_words_keepWhatWasSaid(
        address token,
        uint8[3] memory decimals,
        uint8 index,
        uint32 heartbeat,
        uint16 band
    ) public {
        vm.assume(token != QUOTE);
        feed.setDecimals(decimals[2]);
        PriceSource memory source = paired(token, QUOTE);
        source.heartbeat = uint32(bound(heartbeat, 1, 2 days));
        source.bandBps = uint16(bound(band, 1, 1_000));
        (FeedWord f, TwapWord t) = this.words(token, decimals[0], source, decimals[1], index);
        assertEq(f.feed(), address(feed));
        assertEq(f.heartbeat(), source.heartbeat);
        assertEq(f.decimals(), decimals[2]);
        assertEq(t.pool(), source.pool);
        assertEq(t.bandBps(), source.bandBps);
        assertEq(t.errorBps(), 50);
        assertEq(t.tokenDecimals(), decimals[0]);
        assertEq(t.quoteDecimals(), decimals[1]);
        assertEq(t.quoteIndex(), index);
        assertEq(t.tokenIsToken0(), token < QUOTE);
    }

    /// @notice Bounds are rounded to the tighter side, by less than one part in eight million.
    function testFuzz_bounds_areRoundedInwards(uint96 low, uint96 high) public view {
        PriceSource memory source = alone();
        source.highestPrice = bound(high, 1e9, type(uint96).max);
        source.lowestPrice = bound(low, 1, source.highestPrice);
        (FeedWord f,) = this.words(TOKEN, 18, source, 0, 0);
        assertLe(f.highest(), source.highestPrice);
        assertGe(f.lowest(), source.lowestPrice);
        assertLt((source.highestPrice - f.highest()) * 8_000_000, source.highestPrice + 1);
        assertLt((f.lowest() - source.lowestPrice) * 8_000_000, source.lowestPrice + 1);
    }
}
