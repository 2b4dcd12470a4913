// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {HostilePool} from "../support/HostilePools.sol";
import {MockToken} from "../support/MockToken.sol";
import {ExactFills} from "./ExactFills.sol";

/// @title What a slice asks of the oracle, what it brings, and what is written down of it
contract ExecuteMeasuredTest is ExactFills {
    // --- through genuine pools ---

    function test_slice_tradesOnAllVenuesBothWays() public {
        uint256 out = split(asking(40_000e6, 13.2e18));
        assertGe(out, 13.2e18);
        assertBook(weth, 100e18 + out);
        assertBook(usdc, 960_000e6);
        trades(weth, usdc);
        uint256 back = split(asking(10e18, 29_800e6));
        assertGe(back, 29_800e6);
        assertBook(weth, 90e18 + out);
        assertBook(usdc, 960_000e6 + back);
        assertEq(usdc.balanceOf(address(router)) + weth.balanceOf(address(router)), 0);
    }

    function split(Order memory o) private returns (uint256) {
        vm.prank(executor);
        return vault.execute(m, o, threeLegs(o.amountIn), noVoucher(), "");
    }

    // --- the oracle's bound ---

    /// @notice The tighter of the mandate's and the limits' bound, to the unit, rounded against the trade.
    function testFuzz_minimum_isWithinTheBound(uint256 amountIn, uint16 ofMandate, uint16 ofLimits) public {
        amountIn = bound(amountIn, 1, 50_000e6);
        m.slippageBps = uint16(bound(ofMandate, 1, 200));
        m.poorFillBps = m.slippageBps;
        open(m);
        Limits memory limits = defaultLimits();
        limits.maximumSlippageBps = uint16(bound(ofLimits, 1, 200));
        passes(guardian, abi.encodeCall(IVault.lowerLimits, (limits)));
        uint256 slippage = m.slippageBps < limits.maximumSlippageBps ? m.slippageBps : limits.maximumSlippageBps;
        uint256 worth = ceil(amountIn * 1e12, 3_000);
        uint256 least = ceil(worth * (10_000 - slippage), 10_000);
        expectRefused(asking(amountIn, least - 1), Refusal.BelowOracleBound, least);
        fill(asking(amountIn, least));
    }

    // --- the outcome ---

    /// @notice What counts is what came, and the order's minimum is what must.
    function testFuzz_output_isAtLeastTheMinimum(uint256 short) public {
        Order memory o = asking(30_000e6, 9.9e18);
        short = bound(short, 1, 9.9e18);
        exact.behave(HostilePool.Manner.PaysFairly, 9.9e18 - short);
        assertRefused(executor, call(o, noVoucher()), Refusal.OutputTooLow, 9.9e18 - short);
        fill(o);
    }

    function test_output_ofAGenuinePoolOneUnitShort() public {
        Order memory o = asking(30_000e6, 9.9e18);
        bytes memory data = abi.encodeCall(IVault.execute, (m, o, oneLeg(30_000e6), noVoucher(), ""));
        uint256 before = vm.snapshotState();
        (, bytes memory answer) = knock(executor, data);
        uint256 out = abi.decode(answer, (uint256));
        vm.revertToState(before);
        o.minimumOut = out + 1;
        data = abi.encodeCall(IVault.execute, (m, o, oneLeg(30_000e6), noVoucher(), ""));
        assertRefused(executor, data, Refusal.OutputTooLow, out);
        o.minimumOut = out;
        passes(executor, abi.encodeCall(IVault.execute, (m, o, oneLeg(30_000e6), noVoucher(), "")));
    }

    /// @notice A donation is not there to be sold.
    function testFuzz_input_isBooked(uint256 booked_) public {
        booked_ = bound(booked_, 1e6, 40_000e6);
        passes(owner, abi.encodeCall(IVault.withdraw, (address(usdc), 1_000_000e6 - booked_, owner)));
        checkpoint();
        usdc.mint(address(vault), 10_000e6);
        expectRefused(asking(booked_ + 1, 20e18), Refusal.InsufficientBalance, booked_);
        fill(asking(booked_, 20e18));
        assertEq(booked(usdc), 0);
        assertEq(usdc.balanceOf(address(vault)), 10_000e6);
    }

    /// @notice Not even where so much comes back that the books would bear it.
    function test_input_isBookedBeforeItLeaves() public {
        passes(owner, abi.encodeCall(IVault.withdraw, (address(usdc), 999_000e6, owner)));
        checkpoint();
        usdc.mint(address(vault), 10_000e6);
        exact.behave(HostilePool.Manner.ReturnsTheInput, 1e18);
        bytes memory data = call(asking(3_000e6, 1e18), noVoucher());
        assertRefused(executor, data, Refusal.InsufficientBalance, 1_000e6);
    }

    /// @notice Nor is what the token took away.
    function testFuzz_input_isThere(uint256 left) public {
        left = bound(left, 1e6, 40_000e6);
        usdc.burn(address(vault), 1_000_000e6 - left);
        expectRefused(asking(left + 1, 20e18), Refusal.InsufficientBalance, left);
        fill(asking(left, 20e18));
        assertEq(usdc.balanceOf(address(vault)), 0);
        assertEq(booked(usdc), 1_000_000e6 - left);
    }

    // --- the effect ---

    struct Expected {
        uint256 priceIn; // USD, 8 decimals
        uint256 priceOut;
        uint256 worth;
        uint256 valueUsd;
        uint256 lossUsd;
        uint256 out;
        bool reviewed;
    }

    /// @notice Either way, at any price and any fill within the bound or above it: the event, books and meters, to the unit.
    function testFuzz_slice_isWrittenDown(
        uint256 amountIn,
        uint256 usdcPrice,
        uint256 wethPrice,
        uint256 fillBps,
        bool reverse
    ) public {
        usdcPrice = bound(usdcPrice, 0.951e8, 1.049e8);
        wethPrice = bound(wethPrice, 1_500e8, 6_000e8);
        usdcFeed.set(int256(usdcPrice));
        wethFeed.set(int256(wethPrice));
        if (reverse) trades(weth, usdc);
        Expected memory e = reverse
            ? wethSold(amountIn = bound(amountIn, 1e15, 20e18), wethPrice, usdcPrice)
            : usdcSold(amountIn = bound(amountIn, 1e6, 130_000e6), usdcPrice, wethPrice);
        e.reviewed = e.valueUsd > AUTOMATIC_LIMIT;
        fillBps = bound(fillBps, 9_800, 10_500);
        e.out = ceil(e.worth * fillBps, 10_000);
        uint256 gotUsd = reverse ? e.out * usdcPrice * 1e4 : e.out * wethPrice / 1e8;
        e.lossUsd = e.valueUsd > gotUsd ? e.valueUsd - gotUsd : 0;
        assertWrittenDown(amountIn, e, reverse ? weth : usdc, reverse ? usdc : weth);
    }

    function usdcSold(uint256 amountIn, uint256 priceIn, uint256 priceOut) private pure returns (Expected memory e) {
        (e.priceIn, e.priceOut) = (priceIn, priceOut);
        e.valueUsd = amountIn * priceIn * 1e4;
        e.worth = ceil(amountIn * priceIn * 1e12, priceOut);
    }

    function wethSold(uint256 amountIn, uint256 priceIn, uint256 priceOut) private pure returns (Expected memory e) {
        (e.priceIn, e.priceOut) = (priceIn, priceOut);
        e.valueUsd = ceil(amountIn * priceIn, 1e8);
        e.worth = ceil(amountIn * priceIn, priceOut * 1e12);
    }

    function assertWrittenDown(uint256 amountIn, Expected memory e, MockToken sell, MockToken buy) private {
        Order memory o = asking(amountIn, ceil(e.worth * 9_800, 10_000));
        o.decisionHead = keccak256(abi.encode(amountIn));
        exact.behave(HostilePool.Manner.PaysFairly, e.out);
        bytes memory data = call(o, e.reviewed ? voucherFor(m, o, 7) : noVoucher());
        uint256[2] memory had = [booked(sell), booked(buy)];
        expectExecuted(o, amountIn, e);
        (, bytes memory answer) = knock(executor, data);
        assertEq(answer, abi.encode(e.out));
        assertBook(sell, had[0] - amountIn);
        assertBook(buy, had[1] + e.out);
        assertEq(state().volumeUsedUsd, e.valueUsd);
        assertEq(state().lossUsedUsd, e.lossUsd);
        assertEq(state().refundUsedUsd, 0);
        assertEq(vault.voucherUsed(7), e.reviewed);
        assertTrue(state().checkpointFresh, "a trade is no flow");
        assertProgress(amountIn, e.out < ceil(e.worth * 9_900, 10_000));
    }

    function expectExecuted(Order memory o, uint256 spent, Expected memory e) private {
        bytes memory measured = abi.encode(
            spent, e.out, e.worth, e.priceIn * 1e10, e.priceOut * 1e10, e.lossUsd, o.decisionHead, MODEL, e.reviewed
        );
        vm.expectEmit(address(vault));
        bytes32 kind = IVault.Executed.selector;
        bytes32 by = bytes32(uint256(uint160(executor)));
        bytes32 mandate = o.mandateId;
        assembly {
            log4(add(measured, 0x20), mload(measured), kind, mandate, 0, by)
        }
    }

    function assertBook(MockToken token, uint256 amount) private view {
        assertEq(booked(token), amount);
        assertEq(token.balanceOf(address(vault)), amount);
        assertEq(vault.assetOf(address(token)).book.flow, 0);
    }

    function assertProgress(uint256 filled, bool poor) private view {
        MandateProgress memory p = vault.mandateProgress(id);
        assertEq(p.filled, filled);
        assertEq(p.lastExecution, block.timestamp);
        assertEq(p.executionCount, 1);
        assertEq(p.poorFills, poor ? 1 : 0);
        assertEq(p.treasurerEpoch, state().treasurerEpoch);
        assertTrue(p.open && !p.closed && !p.latched);
    }

    /// @notice What a pool gives back of the input is a donation: it was spent, and waits for the owner to book it.
    function testFuzz_returnedInput_isADonation(uint256 returned, uint256 out) public {
        returned = bound(returned, 1, 29_000e6);
        out = bound(out, 9.8e18, 11e18);
        HostilePool returning = new HostilePool(usdc, weth);
        returning.behave(HostilePool.Manner.ReturnsTheInput, 0);
        returning.returnTo(address(vault));
        exact.behave(HostilePool.Manner.PaysFairly, out);
        Leg[] memory legs = new Leg[](2);
        legs[0] = through(address(returning), returned)[0];
        legs[1] = through(address(exact), 30_000e6 - returned)[0];
        Order memory o = asking(30_000e6, 9.8e18);
        uint256 lossUsd = 30_000e18 > out * 3_000 ? 30_000e18 - out * 3_000 : 0;
        expectExecuted(o, 30_000e6, Expected(1e8, 3_000e8, 10e18, 30_000e18, lossUsd, out, false));
        passes(executor, abi.encodeCall(IVault.execute, (m, o, legs, noVoucher(), "")));
        assertEq(booked(usdc), 970_000e6);
        assertEq(usdc.balanceOf(address(vault)), 970_000e6 + returned);
        assertEq(state().volumeUsedUsd, 30_000e18);
        assertEq(state().lossUsedUsd, lossUsd);
        assertEq(vault.mandateProgress(id).filled, 30_000e6);
    }

    /// @notice After a refusal, whatever it was for, nothing is different.
    function test_refusal_leavesNothingBehind() public {
        Order memory o = asking(60_000e6, 19.8e18);
        bytes memory data = call(o, voucherFor(m, o, 7));
        exact.behave(HostilePool.Manner.PaysFairly, 19.8e18 - 1);
        bytes32 words = keccak256(abi.encode(vault.words()));
        assertRefused(executor, data, Refusal.OutputTooLow, 19.8e18 - 1);
        assertEq(keccak256(abi.encode(vault.words())), words);
        assertFalse(vault.voucherUsed(7));
        assertEq(vault.mandateProgress(id).executionCount + vault.mandateProgress(id).filled, 0);
        assertEq(booked(usdc), 1_000_000e6);
        exact.behave(HostilePool.Manner.PaysFairly, 19.8e18);
        passes(executor, data);
    }
}
