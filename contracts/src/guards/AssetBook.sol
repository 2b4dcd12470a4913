// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Listing} from "../Types.sol";
import {Refusal, refuse} from "../Refusal.sol";
import {FeedWord} from "./FeedWord.sol";
import {TwapWord} from "./TwapWord.sol";
import {VolatilityWord} from "./VolatilityWord.sol";

/// @notice What is booked of one asset, in one word. `flow` is deposits less withdrawals since the last checkpoint.
struct Book {
    uint112 booked; // base units the vault counts as its own
    int112 flow; // base units
    uint8 decimals;
    uint8 index; // place in the vault's list
    uint8 sizeFactor; // what volatility leaves of the size cap, in 255ths
    Listing listing;
}

struct Asset {
    Book book;
    FeedWord feed;
    TwapWord twap;
    VolatilityWord volatility;
}

/// @title Only booked balances count: a donation changes nothing until the owner books it
library AssetBook {
    /// @notice Room for sums and differences of amounts in 112 bits, signed.
    uint256 internal constant LARGEST_AMOUNT = uint112(type(int112).max);

    /// @notice Listed and not quarantined.
    function requireTrading(Book memory book, address token) internal pure {
        if (book.listing == Listing.Unlisted) refuse(Refusal.AssetUnknown, uint160(token));
        if (book.listing == Listing.Quarantined) refuse(Refusal.AssetQuarantined, uint160(token));
    }

    function isTrading(Book memory book) internal pure returns (bool) {
        return book.listing == Listing.Feed || book.listing == Listing.FeedAndTwap;
    }

    /// @notice What came in by a trade.
    function credit(Book storage book, uint256 amount) internal {
        uint112 old = book.booked;
        if (amount > LARGEST_AMOUNT - old) refuse(Refusal.OutOfBounds, amount);
        book.booked = old + uint112(amount);
    }

    /// @notice What went out by a trade.
    function debit(Book storage book, uint256 amount) internal {
        uint112 old = book.booked;
        if (amount > old) refuse(Refusal.InsufficientBalance, old);
        book.booked = old - uint112(amount);
    }

    /// @notice What came in by a deposit or by booking a donation: no gain, so it is remembered as a flow.
    function flowIn(Book storage book, uint256 amount) internal {
        credit(book, amount);
        // What is booked and what flowed stay within 2^111 of zero together: no flow in exceeds what is booked.
        book.flow += int112(uint112(amount));
    }

    /// @notice What the owner takes. Amounts beyond the books come out of what nobody booked. What is quarantined is in no
    /// sum, so it has no flows.
    function flowOut(Book storage book, uint256 amount) internal {
        uint112 old = book.booked;
        uint112 part = amount < old ? uint112(amount) : old;
        book.booked = old - part;
        if (isTrading(book)) book.flow -= int112(part);
    }
}
