// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AssetConfiguration, Listing} from "../Types.sol";
import {Refusal, refuse} from "../Refusal.sol";
import {IERC20} from "../interfaces/IERC20.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {Asset, Book} from "./AssetBook.sol";
import {TokenMove} from "./TokenMove.sol";
import {VolatilityEstimate, VolatilityWord} from "./VolatilityWord.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @title Which assets a vault knows
library AssetListing {
    uint256 internal constant MOST_ASSETS = 16;
    uint256 private constant BPS = 10_000;

    /// @notice A new asset joins the list; a known one gets new sources, and what it holds counts as a deposit if it was in
    /// quarantine. Whoever writes a feed's address here decides what the asset is worth: hence the waiting.
    function list(
        mapping(address token => Asset) storage assetOf,
        address[] storage tokens,
        IPriceOracle oracle,
        AssetConfiguration memory configuration
    ) internal {
        Asset storage asset = assetOf[configuration.token];
        Book memory book = asset.book;
        if (book.listing == Listing.Unlisted) {
            if (tokens.length == MOST_ASSETS) refuse(Refusal.OutOfBounds, MOST_ASSETS);
            requireContract(configuration.token);
            book.decimals = IERC20(configuration.token).decimals();
            if (book.decimals < 6 || book.decimals > 18) refuse(Refusal.OutOfBounds, book.decimals);
            book.index = uint8(tokens.length);
            tokens.push(configuration.token);
        }
        if (book.listing == Listing.Quarantined) {
            // What was lost in quarantine was in no sum: it is no loss now.
            uint256 held = FixedPointMathLib.min(book.booked, TokenMove.balanceOf(configuration.token, address(this)));
            book.flow = int112(uint112(held));
        }
        book.listing = Listing.Feed;
        Book memory quote;
        if (configuration.source.pool != address(0)) {
            book.listing = Listing.FeedAndTwap;
            quote = assetOf[configuration.source.quote].book;
            // Its feed alone will say what the pool's price is worth.
            if (quote.listing != Listing.Feed) refuse(Refusal.AssetUnknown, uint160(configuration.source.quote));
        }
        book.sizeFactor = VolatilityEstimate.FLOOR;
        asset.book = book;
        asset.volatility = VolatilityWord.wrap(0).withShare(asset.volatility.share());
        (asset.feed, asset.twap) =
            oracle.words(configuration.token, book.decimals, configuration.source, quote.decimals, quote.index);
    }

    function requireContract(address account) internal view {
        if (account.code.length == 0) refuse(Refusal.OutOfBounds, uint160(account));
    }

    /// @notice Refuses limits under which more than `dailyLossUsd` could be lost in some 24 hours: twice the loss meter's
    /// capacity, and the prices' worst error on twice the volume meter's. All in USD with 18 decimals.
    function requirePromise(
        mapping(address token => Asset) storage assetOf,
        address[] storage tokens,
        uint256 lossCapacityUsd,
        uint256 volumeCapacityUsd,
        uint256 dailyLossUsd
    ) internal view {
        uint256 possible =
            2 * (lossCapacityUsd + volumeCapacityUsd * worstErrorBps(assetOf, tokens) / BPS);
        if (possible > dailyLossUsd) refuse(Refusal.PromiseBroken, possible);
    }

    /// @dev Of the prices of any pair: agreement band plus the feed's own error, of the two worst assets.
    function worstErrorBps(mapping(address token => Asset) storage assetOf, address[] storage tokens)
        private
        view
        returns (uint256)
    {
        uint256 worst = 0;
        uint256 second = 0;
        for (uint256 i = 0; i < tokens.length; i++) {
            uint256 error = assetOf[tokens[i]].twap.errorBps() + assetOf[tokens[i]].twap.bandBps();
            if (error > worst) (worst, second) = (error, worst);
            else if (error > second) second = error;
        }
        return worst + second;
    }
}
