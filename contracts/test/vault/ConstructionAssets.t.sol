// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Asset} from "../../src/guards/AssetBook.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {MockToken} from "../support/MockToken.sol";
import {World} from "../support/World.sol";

/// @title Which assets and price sources a vault begins with
contract ConstructionAssetsTest is World {
    function expectNoVault(VaultConfiguration memory c, Refusal reason, uint256 detail) private {
        expectRefusal(reason, detail);
        deploy(c);
    }

    /// @notice The configuration whose second asset is priced by `source`.
    function withSource(PriceSource memory source) private view returns (VaultConfiguration memory c) {
        c = configuration();
        c.dailyLossUsd = type(uint256).max;
        c.assets[1].source = source;
    }

    function expectNoSource(PriceSource memory source, uint256 detail) private {
        expectNoVault(withSource(source), Refusal.OutOfBounds, detail);
    }

    function daiSource() private view returns (PriceSource memory) {
        return feedSource(daiFeed, 0.95e18, 1.05e18);
    }

    function many(uint256 count) private returns (VaultConfiguration memory c) {
        c = configuration();
        AssetConfiguration[] memory first = c.assets;
        c.assets = new AssetConfiguration[](count);
        for (uint256 i = 0; i < count; i++) {
            c.assets[i] = i < 4 ? first[i] : AssetConfiguration(address(new MockToken(18)), daiSource());
        }
    }

    // --- effect ---

    function test_assets_areListedInOrderAndEmpty() public {
        VaultConfiguration memory c = configuration();
        c.assets[3].source = wethByTwap();
        IVault fresh = deploy(c);
        address[] memory tokens = fresh.tokens();
        assertEq(tokens.length, 4);
        uint8[4] memory decimals = [6, 18, 8, 18];
        for (uint256 i = 0; i < 4; i++) {
            assertEq(tokens[i], c.assets[i].token);
            Asset memory asset = fresh.assetOf(tokens[i]);
            assertEq(uint256(asset.book.listing), uint256(i == 3 ? Listing.FeedAndTwap : Listing.Feed));
            assertEq(asset.book.decimals, decimals[i]);
            assertEq(asset.book.index, i);
            assertEq(asset.book.booked, 0);
            assertEq(asset.book.flow, 0);
            assertEq(asset.feed.feed(), c.assets[i].source.feed);
            assertEq(asset.feed.heartbeat(), 1 days);
            assertEq(asset.twap.pool(), i == 3 ? pool : address(0));
            assertEq(asset.twap.errorBps(), 50);
        }
        assertEq(fresh.assetOf(address(weth)).twap.bandBps(), 100);
        assertEq(fresh.assetOf(address(weth)).twap.quoteIndex(), 0);
    }

    function test_noAssetsAtAll_isAVaultThatTradesNothing() public {
        VaultConfiguration memory c = configuration();
        c.assets = new AssetConfiguration[](0);
        c.dailyLossUsd = 10_000e18;
        assertEq(deploy(c).tokens().length, 0);
    }

    // --- tokens ---

    function test_token_isListedOnce() public {
        VaultConfiguration memory c = configuration();
        c.assets[3] = c.assets[1];
        expectNoVault(c, Refusal.OutOfBounds, uint160(address(dai)));
    }

    function testFuzz_token_hasSixToEighteenDecimals(uint8 decimals) public {
        VaultConfiguration memory c = configuration();
        c.assets[0].token = address(new MockToken(decimals));
        if (decimals < 6 || decimals > 18) expectNoVault(c, Refusal.OutOfBounds, decimals);
        else deploy(c);
    }

    function test_token_withFiveSixEighteenAndNineteenDecimals() public {
        uint8[4] memory edges = [5, 6, 18, 19];
        for (uint256 i = 0; i < 4; i++) {
            testFuzz_token_hasSixToEighteenDecimals(edges[i]);
        }
    }

    function testFuzz_token_hasCode(address empty) public {
        vm.assume(empty.code.length == 0);
        VaultConfiguration memory c = configuration();
        c.assets[2].token = empty;
        expectNoVault(c, Refusal.OutOfBounds, uint160(empty));
    }

    function test_tokens_areAtMostSixteen() public {
        assertEq(deploy(many(16)).tokens().length, 16);
        expectNoVault(many(17), Refusal.OutOfBounds, 16);
    }

    // --- feeds ---

    function testFuzz_feed_hasCode(address empty) public {
        vm.assume(empty.code.length == 0);
        PriceSource memory source = daiSource();
        source.feed = empty;
        expectNoSource(source, uint160(empty));
    }

    function test_feed_heartbeatIsASecondToTwoDays() public {
        PriceSource memory source = daiSource();
        source.heartbeat = 0;
        expectNoSource(source, 0);
        source.heartbeat = 2 days + 1;
        expectNoSource(source, 2 days + 1);
        source.heartbeat = 1;
        deploy(withSource(source));
        source.heartbeat = 2 days;
        deploy(withSource(source));
    }

    function test_feed_boundsArePositiveInOrderAndFit() public {
        PriceSource memory source = daiSource();
        source.lowestPrice = 0;
        expectNoSource(source, 0);
        source.lowestPrice = source.highestPrice + 1;
        expectNoSource(source, source.highestPrice + 1);
        source.lowestPrice = 1;
        source.highestPrice = 0;
        expectNoSource(source, 0);
        source.highestPrice = uint256(type(uint96).max) + 1;
        expectNoSource(source, uint256(type(uint96).max) + 1);
        source.highestPrice--;
        deploy(withSource(source));
        source.highestPrice = source.lowestPrice;
        deploy(withSource(source));
    }

    function test_feed_errorIsOneToFiveHundred() public {
        PriceSource memory source = daiSource();
        source.errorBps = 0;
        expectNoSource(source, 0);
        source.errorBps = 501;
        expectNoSource(source, 501);
        source.errorBps = 1;
        deploy(withSource(source));
        source.errorBps = 500;
        deploy(withSource(source));
    }

    // --- averages ---

    function expectNoAverage(PriceSource memory source, Refusal reason, uint256 detail) private {
        VaultConfiguration memory c = configuration();
        c.assets[3].source = source;
        expectNoVault(c, reason, detail);
    }

    function test_band_belongsToAPool() public {
        PriceSource memory source = daiSource();
        source.bandBps = 1;
        expectNoSource(source, 1);
        source = wethByTwap();
        source.bandBps = 0;
        expectNoAverage(source, Refusal.OutOfBounds, 0);
        source.bandBps = 1_001;
        expectNoAverage(source, Refusal.OutOfBounds, 1_001);
        VaultConfiguration memory c = configuration();
        c.dailyLossUsd = type(uint256).max;
        c.assets[3].source = source;
        c.assets[3].source.bandBps = 1_000;
        deploy(c);
        c.assets[3].source.bandBps = 1;
        deploy(c);
    }

    function test_pool_isOfTheTokenAndItsQuote() public {
        PriceSource memory source = wethByTwap();
        source.quote = address(dai);
        expectNoAverage(source, Refusal.OutOfBounds, uint160(pool));
        source = wethByTwap();
        source.pool = stranger;
        expectNoAverage(source, Refusal.OutOfBounds, uint160(stranger));
    }

    /// @notice Listed before it, and by its feed alone.
    function test_quote_isListedByFeedAlone() public {
        PriceSource memory source = wethByTwap();
        source.quote = stranger;
        expectNoAverage(source, Refusal.AssetUnknown, uint160(stranger));
        VaultConfiguration memory c = configuration();
        c.assets[0].source.pool = pool;
        c.assets[0].source.quote = address(weth);
        c.assets[0].source.bandBps = 100;
        expectNoVault(c, Refusal.AssetUnknown, uint160(address(weth)));
        (c.assets[0], c.assets[3]) = (c.assets[3], c.assets[0]);
        deploy(c);
        c.assets[0].source.pool = pool;
        c.assets[0].source.quote = address(usdc);
        c.assets[0].source.bandBps = 100;
        expectNoVault(c, Refusal.AssetUnknown, uint160(address(usdc)));
        // Nor by itself.
        c = configuration();
        c.assets[3].source = wethByTwap();
        c.assets[3].source.quote = address(weth);
        expectNoVault(c, Refusal.AssetUnknown, uint160(address(weth)));
    }
}
