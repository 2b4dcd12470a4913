// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AssetConfiguration, Listing, PriceSource} from "../../src/Types.sol";
import {Asset} from "../../src/guards/AssetBook.sol";
import {AssetListing} from "../../src/guards/AssetListing.sol";
import {TwapWordBits} from "../../src/guards/TwapWord.sol";
import {VolatilityWord} from "../../src/guards/VolatilityWord.sol";
import {IPriceOracle} from "../../src/interfaces/IPriceOracle.sol";
import {Refusal, Refused} from "../../src/Refusal.sol";
import {Deployment} from "../support/Deployment.sol";
import {MockFeed} from "../support/MockFeed.sol";
import {MockToken} from "../support/MockToken.sol";
import {Test} from "forge-std/Test.sol";

/// @title Which assets a vault knows, and what it promises about their errors
contract AssetListingTest is Test {
    mapping(address token => Asset) private assets;
    address[] private tokens;
    IPriceOracle private oracle =
        IPriceOracle(Deployment.create("PriceOracle.sol:PriceOracle", abi.encode(address(0), 0)));
    MockFeed private feed = new MockFeed(8, 1e8);
    MockToken private token = new MockToken(18);

    function list(AssetConfiguration memory configuration) external {
        AssetListing.list(assets, tokens, oracle, configuration);
    }

    function configurationOf(address asset) private view returns (AssetConfiguration memory c) {
        c.token = asset;
        c.source.feed = address(feed);
        c.source.heartbeat = 1 hours;
        c.source.lowestPrice = 0.5e18;
        c.source.highestPrice = 2e18;
        c.source.errorBps = 50;
    }

    function expectRefusal(Refusal reason, uint256 detail) private {
        vm.expectRevert(abi.encodeWithSelector(Refused.selector, reason, detail));
    }

    function testFuzz_list_numbersThemInOrder(uint8 count) public {
        count = uint8(bound(count, 1, 16));
        for (uint256 i = 0; i < count; i++) {
            address asset = address(new MockToken(uint8(6 + i % 13)));
            this.list(configurationOf(asset));
            assertEq(tokens[i], asset);
            assertEq(assets[asset].book.index, i);
            assertEq(assets[asset].book.decimals, 6 + i % 13);
            assertEq(assets[asset].book.sizeFactor, 26);
            this.list(configurationOf(asset));
        }
        assertEq(tokens.length, count);
        if (count < 16) return;
        expectRefusal(Refusal.OutOfBounds, 16);
        this.list(configurationOf(address(token)));
        this.list(configurationOf(tokens[15]));
    }

    function testFuzz_list_boundsDecimals(uint8 decimals) public {
        if (decimals % 2 == 0) decimals %= 24;
        address asset = address(new MockToken(decimals));
        if (decimals < 6 || decimals > 18) expectRefusal(Refusal.OutOfBounds, decimals);
        this.list(configurationOf(asset));
    }

    function testFuzz_list_refusesWhatHasNoCode(address asset) public {
        vm.assume(asset.code.length == 0);
        expectRefusal(Refusal.OutOfBounds, uint160(asset));
        this.list(configurationOf(asset));
    }

    /// @notice Books and share stay; what is known of volatility does not, for it was another source's.
    function testFuzz_list_again_keepsTheBooks(uint112 booked, int112 flow, uint256 volatility) public {
        this.list(configurationOf(address(token)));
        Asset storage asset = assets[address(token)];
        (asset.book.booked, asset.book.flow, asset.book.sizeFactor) = (booked, flow, 200);
        asset.volatility = VolatilityWord.wrap(volatility);
        uint256 share = asset.volatility.share();
        this.list(configurationOf(address(token)));
        assertEq(asset.book.booked, booked);
        assertEq(asset.book.flow, flow);
        assertEq(asset.book.sizeFactor, 26);
        assertEq(asset.volatility.share(), share);
        assertEq(asset.volatility.sampledAt() + asset.volatility.price() + asset.volatility.variance(), 0);
    }

    /// @notice Out of quarantine, what is there of what was booked counts as a deposit; what was lost meanwhile does not.
    function testFuzz_list_outOfQuarantine_isAFlowOfWhatIsThere(uint112 booked, uint112 held) public {
        booked = uint112(bound(booked, 0, uint112(type(int112).max)));
        this.list(configurationOf(address(token)));
        Asset storage asset = assets[address(token)];
        (asset.book.booked, asset.book.listing) = (booked, Listing.Quarantined);
        token.mint(address(this), held);
        this.list(configurationOf(address(token)));
        assertEq(uint256(asset.book.listing), uint256(Listing.Feed));
        assertEq(asset.book.booked, booked);
        assertEq(asset.book.flow, int256(uint256(booked < held ? booked : held)));
    }

    function test_list_quotesAreListedByFeedAlone() public {
        AssetConfiguration memory c = configurationOf(address(token));
        MockToken quote = new MockToken(6);
        (c.source.pool, c.source.quote, c.source.bandBps) = (address(this), address(quote), 100);
        expectRefusal(Refusal.AssetUnknown, uint160(address(quote)));
        this.list(c);
        this.list(configurationOf(address(quote)));
        Listing[2] memory bad = [Listing.FeedAndTwap, Listing.Quarantined];
        for (uint256 i = 0; i < 2; i++) {
            assets[address(quote)].book.listing = bad[i];
            expectRefusal(Refusal.AssetUnknown, uint160(address(quote)));
            this.list(c);
        }
        assets[address(quote)].book.listing = Listing.Feed;
        (token0, token1) =
            address(token) < address(quote) ? (address(token), address(quote)) : (address(quote), address(token));
        this.list(c);
        assertEq(uint256(assets[address(token)].book.listing), uint256(Listing.FeedAndTwap));
        assertEq(assets[address(token)].twap.quoteIndex(), 0);
        assertEq(assets[address(token)].twap.quoteDecimals(), 6);
    }

    /// @dev This contract stands in for the pool: listing asks for nothing else of it.
    address public token0;
    address public token1;

    // --- the promise ---

    function requirePromise(uint256 loss, uint256 volume, uint256 promised) external view {
        AssetListing.requirePromise(assets, tokens, loss, volume, promised);
    }

    /// @notice Twice the loss capacity, and twice the volume at the errors of the two worst assets.
    function testFuzz_promise_isOfTheTwoWorst(
        uint16[5] memory errors,
        uint16[5] memory bands,
        uint40 loss,
        uint40 volume
    ) public {
        uint256 worst = 0;
        for (uint256 i = 0; i < 5; i++) {
            address asset = address(uint160(0x100 + i));
            tokens.push(asset);
            (errors[i], bands[i]) = (errors[i] % 501, bands[i] % 1_001);
            assets[asset].twap = TwapWordBits.pack(address(0), bands[i], errors[i], 18, 0, 0, false);
            for (uint256 j = 0; j < i; j++) {
                uint256 pair = uint256(errors[i]) + bands[i] + errors[j] + bands[j];
                if (pair > worst) worst = pair;
            }
        }
        (uint256 lossUsd, uint256 volumeUsd) = (uint256(loss) * 1e18, uint256(volume) * 1e18);
        uint256 possible = 2 * (lossUsd + volumeUsd * worst / 10_000);
        this.requirePromise(lossUsd, volumeUsd, possible);
        if (possible == 0) return;
        expectRefusal(Refusal.PromiseBroken, possible);
        this.requirePromise(lossUsd, volumeUsd, possible - 1);
    }
}
