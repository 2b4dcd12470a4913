// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Refusal, refuse} from "../Refusal.sol";
import {IPriceOracle, PriceQuery} from "../interfaces/IPriceOracle.sol";

/// @title The question about both tokens of a trade, and what of the answer a trade needs
library OracleCall {
    uint256 private constant QUERY_SIZE = 4 * 32;
    uint256 private constant ANSWER_SIZE = 10 * 32;

    /// @notice The sold token's highest and the bought token's lowest price, USD with 18 decimals; refuses with the oracle's
    /// reason and the token that has no price.
    function worstPrices(
        address oracle,
        address sell,
        address buy,
        PriceQuery memory soldQuery,
        PriceQuery memory boughtQuery
    ) internal view returns (uint256 priceIn, uint256 priceOut) {
        bytes32 selector = IPriceOracle.pair.selector;
        uint256 soldReason;
        uint256 boughtReason;
        bool done;
        // Both structs are words in a row, in memory as in calldata.
        assembly ("memory-safe") {
            let question := mload(0x40)
            mstore(question, selector)
            mcopy(add(question, 0x04), soldQuery, QUERY_SIZE)
            mcopy(add(question, 0x84), boughtQuery, QUERY_SIZE)
            done := staticcall(gas(), oracle, question, 0x104, question, ANSWER_SIZE)
            done := and(done, iszero(lt(returndatasize(), ANSWER_SIZE)))
            soldReason := mload(question)
            priceIn := mload(add(question, 0x40))
            boughtReason := mload(add(question, 0xa0))
            priceOut := mload(add(question, 0xc0))
        }
        if (!done) refuse(Refusal.PriceUnavailable, uint160(oracle));
        if (soldReason != 0) refuse(Refusal(soldReason), uint160(sell));
        if (boughtReason != 0) refuse(Refusal(boughtReason), uint160(buy));
    }
}
