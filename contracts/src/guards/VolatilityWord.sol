// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @title How much an asset's price moves, in one word
///
///  bits 0-95     price      USD with 18 decimals, at the last sample
///  bits 96-175   variance   of a day's return, times 1e18
///  bits 176-215  sampledAt  seconds; 0 before the first sample
///  bits 216-247  share      of the vault's value at the last checkpoint, in 2^-32, rounded down
///
/// One sample per five minutes at most, from the feed alone. Older samples fade with a time constant of six hours.
type VolatilityWord is uint256;

using VolatilityEstimate for VolatilityWord global;

library VolatilityEstimate {
    uint256 internal constant SHORTEST_SAMPLE = 5 minutes;
    uint256 internal constant TIME_CONSTANT = 6 hours;
    /// @notice What is left of the size cap at the worst of times, and before anything is known, in 255ths.
    uint8 internal constant FLOOR = 26;
    uint8 internal constant FULL = 255;
    uint256 private constant RETURN_SCALE = 1e9;
    /// @notice A move of more than tenfold counts as tenfold: the estimate must fit its bits.
    uint256 private constant LARGEST_RETURN = 10 * RETURN_SCALE;
    uint256 private constant VARIANCE_AT = 96;
    uint256 private constant TIME_AT = 176;
    uint256 private constant SHARE_AT = 216;

    /// @notice The estimate with one more sample, or as it was when the last one is too young. The first sample starts from
    /// the reference volatility. `feedPrice` below 2^96.
    function sampled(VolatilityWord word, uint256 feedPrice, uint256 referenceBps)
        internal
        view
        returns (VolatilityWord)
    {
        uint256 last = word.sampledAt();
        if (last == 0) return pack(feedPrice, referenceVariance(referenceBps), word.share());
        // A price is below 2^96, a variance below 2^80, a return at most 1e10, a time below 2^40.
        unchecked {
            uint256 elapsed = block.timestamp - last;
            if (elapsed < SHORTEST_SAMPLE) return word;
            uint256 move = FixedPointMathLib.dist(feedPrice, word.price()) * RETURN_SCALE / word.price();
            move = FixedPointMathLib.min(move, LARGEST_RETURN);
            // The sample's own variance per day is move^2 * day / elapsed; its weight is elapsed.
            uint256 sum = word.variance() * TIME_CONSTANT + move * move * 1 days;
            return pack(feedPrice, sum / (TIME_CONSTANT + elapsed), word.share());
        }
    }

    /// @notice What volatility leaves of the size cap, in 255ths: the ratio of reference to estimate, not below the floor. A
    /// reference of zero forbids.
    function factor(VolatilityWord word, uint256 referenceBps) internal pure returns (uint8) {
        uint256 allowed = referenceVariance(referenceBps);
        if (allowed == 0) return 0;
        if (word.sampledAt() == 0) return FLOOR;
        uint256 variance_ = word.variance();
        if (variance_ <= allowed) return FULL;
        uint256 share_ = FixedPointMathLib.sqrt(uint256(FULL) * FULL * allowed / variance_);
        return uint8(FixedPointMathLib.max(share_, FLOOR));
    }

    function withShare(VolatilityWord word, uint256 share_) internal pure returns (VolatilityWord) {
        uint256 rest = VolatilityWord.unwrap(word) & ~(uint256(type(uint32).max) << SHARE_AT);
        return VolatilityWord.wrap(rest | (FixedPointMathLib.min(share_, type(uint32).max) << SHARE_AT));
    }

    function price(VolatilityWord word) internal pure returns (uint256) {
        return uint96(VolatilityWord.unwrap(word));
    }

    function variance(VolatilityWord word) internal pure returns (uint256) {
        return uint80(VolatilityWord.unwrap(word) >> VARIANCE_AT);
    }

    function sampledAt(VolatilityWord word) internal pure returns (uint256) {
        return uint40(VolatilityWord.unwrap(word) >> TIME_AT);
    }

    function share(VolatilityWord word) internal pure returns (uint256) {
        return uint32(VolatilityWord.unwrap(word) >> SHARE_AT);
    }

    /// @dev (bps / 1e4)^2 * 1e18.
    function referenceVariance(uint256 referenceBps) private pure returns (uint256) {
        unchecked {
            return referenceBps * referenceBps * 1e10;
        }
    }

    function pack(uint256 price_, uint256 variance_, uint256 share_) private view returns (VolatilityWord) {
        return
            VolatilityWord.wrap(
                price_ | (variance_ << VARIANCE_AT) | (block.timestamp << TIME_AT) | (share_ << SHARE_AT)
            );
    }
}
