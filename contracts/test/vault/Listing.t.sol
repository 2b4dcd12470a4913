// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Asset} from "../../src/guards/AssetBook.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {MockFeed} from "../support/MockFeed.sol";
import {MockToken} from "../support/MockToken.sol";
import {Doors} from "../support/Doors.sol";

/// @title Which assets the vault knows and where their prices come from: a change of either waits
contract ListingTest is Doors {
    MockToken private token;
    MockFeed private feed;

    function setUp() public override {
        super.setUp();
        token = new MockToken(12);
        feed = new MockFeed(8, 7e8);
    }

    function listing(address asset, PriceSource memory source) private pure returns (bytes memory) {
        return abi.encodeCall(IVault.listAsset, (AssetConfiguration(asset, source)));
    }

    function fresh() private view returns (PriceSource memory) {
        return feedSource(feed, 1e18, 10e18);
    }

    function assertSourceRefused(PriceSource memory source, uint256 detail) private {
        assertChangeRefused(listing(address(token), source), Refusal.OutOfBounds, detail);
        assertEq(vault.tokens().length, 4);
        assertEq(uint256(vault.assetOf(address(token)).book.listing), uint256(Listing.Unlisted));
    }

    // --- who ---

    function testFuzz_listAsset_isTheOwnersAfterADelay(address random, uint8 pick, uint32 heartbeat) public {
        PriceSource memory source = fresh();
        source.heartbeat = heartbeat;
        assertOwnersAfterADelay(listing(address(token), source), random, pick);
    }

    // --- bounds ---

    function testFuzz_listAsset_boundsTheHeartbeat(uint32 heartbeat) public {
        PriceSource memory source = fresh();
        source.heartbeat = heartbeat;
        if (heartbeat == 0 || heartbeat > 2 days) assertSourceRefused(source, heartbeat);
        else change(listing(address(token), source));
    }

    function testFuzz_listAsset_boundsThePrices(uint256 low, uint256 high) public {
        PriceSource memory source = fresh();
        source.lowestPrice = 0;
        assertSourceRefused(source, 0);
        source = fresh();
        source.highestPrice = bound(high, uint256(type(uint96).max) + 1, type(uint256).max);
        assertSourceRefused(source, source.highestPrice);
        source.highestPrice = bound(high, 1, type(uint96).max);
        source.lowestPrice = bound(low, source.highestPrice + 1, type(uint256).max);
        assertSourceRefused(source, source.lowestPrice);
        source.highestPrice = 0;
        assertSourceRefused(source, 0);
    }

    function testFuzz_listAsset_boundsTheErrorAndKeepsThePromise(uint16 errorBps) public {
        PriceSource memory source = fresh();
        source.errorBps = errorBps;
        if (errorBps == 0 || errorBps > 500) {
            assertSourceRefused(source, errorBps);
            return;
        }
        uint256 worst = errorBps > 50 ? uint256(errorBps) + 50 : 100;
        uint256 possible = 2 * (LOSS_CAPACITY + VOLUME_CAPACITY * worst / 10_000);
        if (possible <= DAILY_LOSS) change(listing(address(token), source));
        else assertChangeRefused(listing(address(token), source), Refusal.PromiseBroken, possible);
    }

    function test_listAsset_refusesFeedsThatAreNone() public {
        PriceSource memory source = fresh();
        source.feed = stranger;
        assertSourceRefused(source, uint160(stranger));
        source.feed = address(0);
        assertSourceRefused(source, 0);
    }

    function testFuzz_listAsset_refusesABandWithoutAPool(uint16 band) public {
        PriceSource memory source = fresh();
        source.bandBps = uint16(bound(band, 1, type(uint16).max));
        assertSourceRefused(source, source.bandBps);
    }

    function testFuzz_listAsset_boundsTheBand(uint16 band) public {
        band = band % 2 == 0 ? 0 : uint16(bound(band, 1_001, type(uint16).max));
        PriceSource memory source = wethByTwap();
        source.bandBps = band;
        assertChangeRefused(listing(address(weth), source), Refusal.OutOfBounds, band);
    }

    function test_listAsset_refusesPoolsOfOtherTokens() public {
        PriceSource memory source = wethByTwap();
        source.pool = stranger;
        assertChangeRefused(listing(address(weth), source), Refusal.OutOfBounds, uint160(stranger));
        source.pool = pool;
        source.quote = address(dai);
        assertChangeRefused(listing(address(weth), source), Refusal.OutOfBounds, uint160(pool));
        source.quote = address(usdc);
        assertChangeRefused(listing(address(wbtc), source), Refusal.OutOfBounds, uint160(pool));
        assertChangeRefused(listing(address(usdc), source), Refusal.OutOfBounds, uint160(pool));
    }

    /// @notice A quote is listed, with a feed alone.
    function test_listAsset_refusesQuotesThatAreNotListedByFeed() public {
        PriceSource memory source = wethByTwap();
        source.quote = address(token);
        assertChangeRefused(listing(address(weth), source), Refusal.AssetUnknown, uint160(address(token)));
        change(listing(address(weth), wethByTwap()));
        PriceSource memory quoted = feedSource(usdcFeed, 0.95e18, 1.05e18);
        (quoted.pool, quoted.quote, quoted.bandBps) = (pool, address(weth), 100);
        assertChangeRefused(listing(address(usdc), quoted), Refusal.AssetUnknown, uint160(address(weth)));
        passes(guardian, abi.encodeCall(IVault.quarantine, (address(usdc))));
        assertChangeRefused(listing(address(weth), wethByTwap()), Refusal.AssetUnknown, uint160(address(usdc)));
    }

    function testFuzz_listAsset_boundsTheDecimals(uint8 decimals) public {
        token = new MockToken(decimals);
        if (decimals < 6 || decimals > 18) assertSourceRefused(fresh(), decimals);
        else change(listing(address(token), fresh()));
    }

    function testFuzz_listAsset_refusesWhatHasNoCode(address asset) public {
        vm.assume(asset.code.length == 0);
        assertChangeRefused(listing(asset, fresh()), Refusal.OutOfBounds, uint160(asset));
    }

    function test_listAsset_refusesTheSeventeenth() public {
        for (uint256 i = 4; i < 16; i++) {
            change(listing(address(new MockToken(18)), fresh()));
        }
        assertEq(vault.tokens().length, 16);
        assertChangeRefused(listing(address(token), fresh()), Refusal.OutOfBounds, 16);
        change(listing(address(weth), feedSource(wethFeed, 2e18, 100_000e18)));
        checkpoint();
    }

    // --- effect ---

    function testFuzz_listAsset_addsToTheList(uint8 decimals, uint32 heartbeat, uint16 errorBps) public {
        token = new MockToken(uint8(bound(decimals, 6, 18)));
        PriceSource memory source = fresh();
        source.heartbeat = uint32(bound(heartbeat, 1, 2 days));
        source.errorBps = uint16(bound(errorBps, 1, 200));
        bytes memory data = listing(address(token), source);
        bytes32 was = ripen(data);
        checkpoint();
        vm.expectEmit(address(vault));
        emit IVault.AssetListed(owner, address(token), source);
        passes(owner, data);
        assertNotEq(state().policyHash, was);
        assertFalse(state().checkpointFresh);
        assertEq(vault.tokens()[4], address(token));
        Asset memory asset = vault.assetOf(address(token));
        assertEq(uint256(asset.book.listing), uint256(Listing.Feed));
        assertEq(asset.book.index, 4);
        assertEq(asset.book.decimals, token.decimals());
        assertEq(asset.book.booked, 0);
        assertEq(asset.feed.feed(), address(feed));
        assertEq(asset.feed.heartbeat(), source.heartbeat);
        assertEq(asset.twap.errorBps(), source.errorBps);
        assertEq(asset.twap.pool(), address(0));
        give(token, 10 ** token.decimals());
        feed.set(7e8);
        checkpoint();
        assertEq(state().netAssetValueUsd, 1_300_007e18);
    }

    /// @notice Another source is another judgement of what is held, not a deposit: what it changes is gain or loss.
    function test_listAsset_ofAListedOneChangesItsSource() public {
        MockFeed other = new MockFeed(18, 2_900e18);
        change(listing(address(weth), feedSource(other, 1_000e18, 5_000e18)));
        Asset memory asset = vault.assetOf(address(weth));
        assertEq(vault.tokens().length, 4);
        assertEq(asset.book.index, 3);
        assertEq(asset.book.booked, 100e18);
        assertEq(asset.feed.feed(), address(other));
        assertFalse(state().checkpointFresh);
        other.set(2_900e18);
        wethFeed.kill();
        checkpoint();
        assertEq(state().netAssetValueUsd, 1_290_000e18);
        assertEq(state().peakUsd, 1_300_000e18);
    }

    function test_listAsset_withATimeWeightedPriceAndBack() public {
        change(listing(address(weth), wethByTwap()));
        Asset memory asset = vault.assetOf(address(weth));
        assertEq(uint256(asset.book.listing), uint256(Listing.FeedAndTwap));
        assertEq(asset.twap.pool(), pool);
        assertEq(asset.twap.bandBps(), 100);
        assertEq(asset.twap.quoteIndex(), 0);
        assertEq(asset.twap.quoteDecimals(), 6);
        assertEq(asset.twap.tokenDecimals(), 18);
        assertEq(asset.twap.tokenIsToken0(), address(weth) < address(usdc));
        change(listing(address(weth), feedSource(wethFeed, 1e18, 100_000e18)));
        assertEq(vault.assetOf(address(weth)).twap.pool(), address(0));
        assertEq(uint256(vault.assetOf(address(weth)).book.listing), uint256(Listing.Feed));
        checkpoint();
    }

    /// @notice A deposit made just before is still a deposit.
    function testFuzz_listAsset_ofAListedOneKeepsItsFlow(uint96 amount) public {
        amount = uint96(bound(amount, 1, 1e24));
        give(weth, amount);
        bytes memory data = listing(address(weth), feedSource(wethFeed, 2e18, 100_000e18));
        change(data);
        assertEq(vault.assetOf(address(weth)).book.flow, int256(uint256(amount)));
        checkpoint();
        assertEq(state().peakUsd, state().netAssetValueUsd);
    }
}
