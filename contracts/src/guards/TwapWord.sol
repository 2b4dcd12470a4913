// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title How a time-weighted average price is read, in one word
///
///  bits 0-159    pool            a Uniswap v3 pool of the token and its quote; zero: no TWAP
///  bits 160-175  bandBps         feed and TWAP may differ by so much
///  bits 176-191  errorBps        worst error of the feed itself
///  bits 192-199  tokenDecimals
///  bits 200-207  quoteDecimals
///  bits 208-215  quoteIndex      place of the quote token in the vault's list
///  bits 216-223  tokenIsToken0   1: the token is the pool's token0
///
/// An asset without a TWAP keeps its `errorBps` here all the same.
type TwapWord is uint256;

using TwapWordBits for TwapWord global;

library TwapWordBits {
    function pack(
        address pool_,
        uint16 bandBps_,
        uint16 errorBps_,
        uint8 tokenDecimals_,
        uint8 quoteDecimals_,
        uint8 quoteIndex_,
        bool tokenIsToken0_
    ) internal pure returns (TwapWord) {
        return TwapWord.wrap(
            uint256(uint160(pool_)) | (uint256(bandBps_) << 160) | (uint256(errorBps_) << 176)
                | (uint256(tokenDecimals_) << 192) | (uint256(quoteDecimals_) << 200) | (uint256(quoteIndex_) << 208)
                | (uint256(tokenIsToken0_ ? 1 : 0) << 216)
        );
    }

    function pool(TwapWord word) internal pure returns (address) {
        return address(uint160(TwapWord.unwrap(word)));
    }

    function bandBps(TwapWord word) internal pure returns (uint256) {
        return uint16(TwapWord.unwrap(word) >> 160);
    }

    function errorBps(TwapWord word) internal pure returns (uint256) {
        return uint16(TwapWord.unwrap(word) >> 176);
    }

    function tokenDecimals(TwapWord word) internal pure returns (uint256) {
        return uint8(TwapWord.unwrap(word) >> 192);
    }

    function quoteDecimals(TwapWord word) internal pure returns (uint256) {
        return uint8(TwapWord.unwrap(word) >> 200);
    }

    function quoteIndex(TwapWord word) internal pure returns (uint256) {
        return uint8(TwapWord.unwrap(word) >> 208);
    }

    function tokenIsToken0(TwapWord word) internal pure returns (bool) {
        return uint8(TwapWord.unwrap(word) >> 216) != 0;
    }
}
