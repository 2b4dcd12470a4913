// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {PriceSource} from "../Types.sol";
import {Refusal, refuse} from "../Refusal.sol";
import {IPriceFeed} from "../interfaces/IPriceFeed.sol";
import {IUniswapV3Pool} from "../interfaces/IUniswapV3Pool.sol";
import {FeedWord, FeedWordBits} from "./FeedWord.sol";
import {TwapWord, TwapWordBits} from "./TwapWord.sol";

/// @title What a price source must look like, and the two words that it is kept in
library SourceTerms {
    uint256 internal constant LONGEST_HEARTBEAT = 2 days;
    uint256 internal constant WIDEST_BAND_BPS = 1_000;
    uint256 internal constant LARGEST_ERROR_BPS = 500;
    /// @notice Prices are below 2^96: 79 billion USD per whole token.
    uint256 internal constant HIGHEST_PRICE = type(uint96).max;

    /// @param quoteDecimals Of the quote token; whatever without a pool.
    /// @param quoteIndex Place of the quote token in the vault's list; whatever without a pool.
    function words(address token, uint8 tokenDecimals, PriceSource memory source, uint8 quoteDecimals, uint8 quoteIndex)
        internal
        view
        returns (FeedWord feed, TwapWord twap)
    {
        requireBetween(source.heartbeat, 1, LONGEST_HEARTBEAT);
        requireBetween(source.highestPrice, 1, HIGHEST_PRICE);
        requireBetween(source.lowestPrice, 1, source.highestPrice);
        requireBetween(source.errorBps, 1, LARGEST_ERROR_BPS);
        requireContract(source.feed);
        uint8 feedDecimals = IPriceFeed(source.feed).decimals();
        feed = FeedWordBits.pack(source.feed, source.heartbeat, feedDecimals, source.lowestPrice, source.highestPrice);
        if (source.pool == address(0)) requireBetween(source.bandBps, 0, 0);
        else requirePool(token, source);
        twap = TwapWordBits.pack(
            source.pool, source.bandBps, source.errorBps, tokenDecimals, quoteDecimals, quoteIndex, token < source.quote
        );
    }

    /// @dev A pool of the token and its quote.
    function requirePool(address token, PriceSource memory source) private view {
        requireBetween(source.bandBps, 1, WIDEST_BAND_BPS);
        requireContract(source.pool);
        (address token0, address token1) = token < source.quote ? (token, source.quote) : (source.quote, token);
        IUniswapV3Pool pool = IUniswapV3Pool(source.pool);
        if (pool.token0() != token0 || pool.token1() != token1) refuse(Refusal.OutOfBounds, uint160(source.pool));
    }

    function requireContract(address account) private view {
        if (account.code.length == 0) refuse(Refusal.OutOfBounds, uint160(account));
    }

    function requireBetween(uint256 value, uint256 low, uint256 high) private pure {
        if (value < low || value > high) refuse(Refusal.OutOfBounds, value);
    }
}
