// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {PriceSource, Verdict} from "../Types.sol";
import {FeedWord} from "../guards/FeedWord.sol";
import {TwapWord} from "../guards/TwapWord.sol";

/// @notice What is asked about one token. All of it is the vault's policy; the oracle keeps nothing.
struct PriceQuery {
    FeedWord feed;
    TwapWord twap; // zero: feed alone
    FeedWord quoteFeed; // of the token the TWAP is quoted in; zero where there is no TWAP
    uint16 hint; // index of a pool observation at or up to 16 before the one that is needed
}

/// @title A price or the reason why there is none
/// @notice Prices are USD with 18 decimals per whole token. Neither function ever reverts: `reason` says why there is no
/// price.
interface IPriceOracle {
    function verdict(PriceQuery calldata query) external view returns (Verdict memory);

    /// @notice Both tokens of a trade, each source read once.
    function pair(PriceQuery calldata sell, PriceQuery calldata buy)
        external
        view
        returns (Verdict memory sold, Verdict memory bought);

    /// @notice How a vault keeps a source, for `PriceQuery`; refuses one that makes no sense (OutOfBounds).
    /// @param quoteDecimals Of the token the TWAP is quoted in.
    /// @param quoteIndex Its place in the vault's list.
    function words(
        address token,
        uint8 tokenDecimals,
        PriceSource calldata source,
        uint8 quoteDecimals,
        uint8 quoteIndex
    ) external view returns (FeedWord feed, TwapWord twap);
}
