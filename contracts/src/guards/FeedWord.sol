// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Refusal, refuse} from "../Refusal.sol";

/// @title How a price feed is read, in one word
///
///  bits 0-159    feed       address
///  bits 160-183  heartbeat  seconds after which its price is stale
///  bits 184-191  decimals   of its answer
///  bits 192-223  lowest     bound: 24 bits of mantissa, 8 bits of exponent, rounded up
///  bits 224-255  highest    bound: the same, rounded down
///
/// Bounds are USD with 18 decimals. Rounding is towards the tighter side, by less than one part in eight million.
type FeedWord is uint256;

using FeedWordBits for FeedWord global;

library FeedWordBits {
    function pack(address feed_, uint256 heartbeat_, uint8 decimals_, uint256 lowest_, uint256 highest_)
        internal
        pure
        returns (FeedWord)
    {
        if (heartbeat_ > type(uint24).max) refuse(Refusal.OutOfBounds, heartbeat_);
        return FeedWord.wrap(
            uint256(uint160(feed_)) | (heartbeat_ << 160) | (uint256(decimals_) << 184)
                | (floating(lowest_, true) << 192) | (floating(highest_, false) << 224)
        );
    }

    /// @dev mantissa | exponent << 24, for a value of mantissa << exponent.
    function floating(uint256 value, bool up) private pure returns (uint256) {
        uint256 exponent = 0;
        uint256 mantissa = value;
        while (mantissa > type(uint24).max) {
            mantissa >>= 1;
            exponent++;
        }
        if (up && mantissa << exponent != value) {
            mantissa++;
            // A mantissa that rounds up to 2^24 is 2^23 at the next exponent.
            if (mantissa > type(uint24).max) {
                mantissa >>= 1;
                exponent++;
            }
        }
        return mantissa | (exponent << 24);
    }

    function feed(FeedWord word) internal pure returns (address) {
        return address(uint160(FeedWord.unwrap(word)));
    }

    function heartbeat(FeedWord word) internal pure returns (uint256) {
        return uint24(FeedWord.unwrap(word) >> 160);
    }

    function decimals(FeedWord word) internal pure returns (uint256) {
        return uint8(FeedWord.unwrap(word) >> 184);
    }

    function lowest(FeedWord word) internal pure returns (uint256) {
        return uint256(uint24(FeedWord.unwrap(word) >> 192)) << uint8(FeedWord.unwrap(word) >> 216);
    }

    function highest(FeedWord word) internal pure returns (uint256) {
        return uint256(uint24(FeedWord.unwrap(word) >> 224)) << uint8(FeedWord.unwrap(word) >> 248);
    }
}
