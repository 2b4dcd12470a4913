// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Leg} from "../src/Types.sol";
import {Refusal} from "../src/Refusal.sol";
import {MockToken} from "./support/MockToken.sol";
import {Market, RouterWorld} from "./support/RouterWorld.sol";

/// @title Tokens with manners of their own, on every venue
contract RouterTokensTest is RouterWorld {
    Market private market;
    MockToken private sell;
    MockToken private buy;
    Leg[] private legs;

    function order(uint8 venue, uint8 at, bool reverse, uint256 amount) private {
        market = markets[at % 3];
        uint256 amountIn;
        (sell, buy, amountIn) = side(market, reverse, amount);
        legs.push(legOf(market, venue, amountIn));
    }

    function quote(uint8 venue) private returns (uint256) {
        uint256 amountIn = legs[0].amountIn;
        if (venue % 3 == 0) return quotePair(market, sell, buy, amountIn);
        if (venue % 3 == 1) return quotePool(market.pool, sell, buy, amountIn);
        return quoteManaged(unlocker, market.key, sell, buy, amountIn);
    }

    /// @notice Tokens like USDT, which answer a transfer with nothing.
    function testFuzz_silentTokens_trade(uint8 venue, uint8 at, bool reverse, uint256 amount) public {
        order(venue, at, reverse, amount);
        sell.setSilent(true);
        buy.setSilent(true);
        uint256 expected = quote(venue);
        assertEq(swap(sell, buy, legs), expected);
    }

    function testFuzz_feeOnTheInput_isRefused(uint8 venue, uint8 at, bool reverse, uint256 amount, uint256 fee) public {
        order(venue, at, reverse, amount);
        sell.setFee(bound(fee, 1, 10_000));
        assertRefused(sell, buy, legs, Refusal.TransferFailed, uint160(legs[0].pool));
    }

    /// @notice A fee on the output is taken on the way here and on the way out: the recipient sees what is left, nothing stays.
    function testFuzz_feeOnTheOutput_isTheRecipients(uint8 venue, uint8 at, bool reverse, uint256 amount, uint256 fee)
        public
    {
        order(venue, at, reverse, amount);
        uint256 expected = quote(venue);
        fee = bound(fee, 1, 10_000);
        buy.setFee(fee);
        expected -= expected * fee / 10_000;
        assertEq(swap(sell, buy, legs), expected - expected * fee / 10_000);
    }

    function testFuzz_inputThatRefuses_isRefused(uint8 venue, uint8 at, bool reverse, uint256 amount, bool broken)
        public
    {
        order(venue, at, reverse, amount);
        if (broken) sell.setBroken(true);
        else sell.setRefusing(true);
        assertRefused(sell, buy, legs, Refusal.TransferFailed, uint160(address(sell)));
    }

    function testFuzz_outputThatRefuses_isRefused(uint8 venue, uint8 at, bool reverse, uint256 amount) public {
        order(venue, at, reverse, amount);
        buy.setBroken(true);
        assertRefused(sell, buy, legs, Refusal.TransferFailed, uint160(legs[0].pool));
    }

    /// @notice Tokens like USDC, whose issuer blocks whom it likes.
    function testFuzz_blockedInput_isRefused(uint8 venue, uint8 at, bool reverse, uint256 amount, bool thePool) public {
        order(venue, at, reverse, amount);
        sell.setBlocked(thePool ? legs[0].pool : address(router), true);
        assertRefused(sell, buy, legs, Refusal.TransferFailed, uint160(address(sell)));
    }

    function testFuzz_blockedRecipient_isRefused(uint8 venue, uint8 at, bool reverse, uint256 amount) public {
        order(venue, at, reverse, amount);
        buy.setBlocked(recipient, true);
        assertRefused(sell, buy, legs, Refusal.TransferFailed, uint160(address(buy)));
    }

    function testFuzz_outputBlockedForTheRouter_isRefused(uint8 venue, uint8 at, bool reverse, uint256 amount) public {
        order(venue, at, reverse, amount);
        buy.setBlocked(address(router), true);
        assertRefused(sell, buy, legs, Refusal.TransferFailed, uint160(legs[0].pool));
    }
}
