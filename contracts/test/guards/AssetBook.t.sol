// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Listing} from "../../src/Types.sol";
import {AssetBook, Book} from "../../src/guards/AssetBook.sol";
import {Refusal, Refused} from "../../src/Refusal.sol";
import {Test} from "forge-std/Test.sol";

/// @title What is booked and what flowed
contract AssetBookTest is Test {
    using AssetBook for Book;

    Book private book;
    uint256 private constant MOST = AssetBook.LARGEST_AMOUNT;

    function credit(uint256 amount) external {
        book.credit(amount);
    }

    function debit(uint256 amount) external {
        book.debit(amount);
    }

    function flowIn(uint256 amount) external {
        book.flowIn(amount);
    }

    function requireTrading(Listing listing, address token) external pure {
        Book memory b;
        b.listing = listing;
        b.requireTrading(token);
    }

    function expectRefusal(Refusal reason, uint256 detail) private {
        vm.expectRevert(abi.encodeWithSelector(Refused.selector, reason, detail));
    }

    function set(uint112 booked, int112 flow, Listing listing) private {
        book.booked = booked;
        book.flow = flow;
        book.decimals = 7;
        book.index = 9;
        book.sizeFactor = 11;
        book.listing = listing;
    }

    function assertRestUntouched(Listing listing) private view {
        assertEq(book.decimals, 7);
        assertEq(book.index, 9);
        assertEq(book.sizeFactor, 11);
        assertEq(uint256(book.listing), uint256(listing));
    }

    function testFuzz_trading_isListedAndNotQuarantined(address token) public {
        expectRefusal(Refusal.AssetUnknown, uint160(token));
        this.requireTrading(Listing.Unlisted, token);
        expectRefusal(Refusal.AssetQuarantined, uint160(token));
        this.requireTrading(Listing.Quarantined, token);
        this.requireTrading(Listing.Feed, token);
        this.requireTrading(Listing.FeedAndTwap, token);
    }

    function testFuzz_credit_addsUpToTheMost(uint112 old, uint256 amount, int112 flow) public {
        old = uint112(bound(old, 0, MOST));
        set(old, flow, Listing.Feed);
        if (amount % 2 == 0) amount = bound(amount, 0, 2 * MOST);
        if (amount > MOST - old) {
            expectRefusal(Refusal.OutOfBounds, amount);
            this.credit(amount);
        } else {
            this.credit(amount);
            assertEq(book.booked, old + amount);
        }
        assertEq(book.flow, flow);
        assertRestUntouched(Listing.Feed);
    }

    function test_credit_toTheLastUnit() public {
        this.credit(MOST);
        assertEq(book.booked, MOST);
        expectRefusal(Refusal.OutOfBounds, 1);
        this.credit(1);
    }

    function testFuzz_debit_takesWhatIsBooked(uint112 old, uint256 amount, int112 flow) public {
        set(old, flow, Listing.FeedAndTwap);
        if (amount % 2 == 0) amount = bound(amount, 0, uint256(old) + 1);
        if (amount > old) {
            expectRefusal(Refusal.InsufficientBalance, old);
            this.debit(amount);
        } else {
            this.debit(amount);
            assertEq(book.booked, old - amount);
        }
        assertEq(book.flow, flow);
        assertRestUntouched(Listing.FeedAndTwap);
    }

    function testFuzz_flowIn_isBookedAndRemembered(uint112 old, uint112 amount) public {
        old = uint112(bound(old, 0, MOST));
        amount = uint112(bound(amount, 0, MOST - old));
        set(old, -int112(old), Listing.Feed);
        this.flowIn(amount);
        assertEq(book.booked, uint256(old) + amount);
        assertEq(book.flow, int256(uint256(amount)) - int256(uint256(old)));
        expectRefusal(Refusal.OutOfBounds, MOST + 1);
        this.flowIn(MOST + 1);
    }

    function testFuzz_flowOut_takesFromTheBooksFirst(uint112 old, uint256 amount, bool out) public {
        old = uint112(bound(old, 0, MOST));
        if (amount % 2 == 0) amount = bound(amount, 0, uint256(old) * 2);
        Listing listing = out ? Listing.Quarantined : Listing.Feed;
        set(old, 0, listing);
        book.flowOut(amount);
        uint256 part = amount < old ? amount : old;
        assertEq(book.booked, old - part);
        assertEq(book.flow, out ? int256(0) : -int256(part));
        assertRestUntouched(listing);
    }

    /// @notice However deposits and withdrawals alternate, nothing overflows, and the flow is what the books moved by.
    function testFuzz_flows_neverOverflow(uint256[12] memory amounts, uint16 ins, uint112 start) public {
        start = uint112(bound(start, 0, MOST));
        set(start, 0, Listing.Feed);
        for (uint256 i = 0; i < 12; i++) {
            if ((ins >> i) & 1 != 0) this.flowIn(bound(amounts[i], 0, MOST - book.booked));
            else book.flowOut(amounts[i]);
            assertEq(book.flow, int256(uint256(book.booked)) - int256(uint256(start)));
        }
    }
}
