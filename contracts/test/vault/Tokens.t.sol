// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {HostilePool} from "../support/HostilePools.sol";
import {MockFeed} from "../support/MockFeed.sol";
import {MockToken} from "../support/MockToken.sol";
import {ExactFills} from "./ExactFills.sol";

/// @title Tokens that keep a part, block, refuse or have other decimals
contract TokensTest is ExactFills {
    function withdrawal(MockToken token, uint256 amount, address to) private pure returns (bytes memory) {
        return abi.encodeCall(IVault.withdraw, (address(token), amount, to));
    }

    function execution(Order memory o, Leg[] memory legs) private view returns (bytes memory) {
        return abi.encodeCall(IVault.execute, (m, o, legs, noVoucher(), ""));
    }

    /// @notice As a refusal leaves it.
    function assertUntouched() private view {
        assertEq(usdc.balanceOf(address(vault)), 1_000_000e6);
        assertEq(booked(usdc), 1_000_000e6);
        assertEq(weth.balanceOf(address(vault)), 100e18);
        assertEq(booked(weth), 100e18);
        assertEq(vault.mandateProgress(id).executionCount, 0);
        assertEq(state().volumeUsedUsd, 0);
    }

    // --- a fee on transfer ---

    /// @notice Whatever the fee and the venue, an input that does not arrive whole is refused.
    function testFuzz_feeOnTheInput_isRefused(uint16 fee, uint8 venue) public {
        usdc.setFee(bound(fee, 1, 10_000));
        Leg[] memory legs = threeLegs(30_000e6);
        Leg[] memory one = new Leg[](1);
        one[0] = venue % 4 == 3 ? through(address(exact), 30_000e6)[0] : legs[venue % 4];
        one[0].amountIn = 30_000e6;
        exact.behave(HostilePool.Manner.PaysFairly, 10e18);
        // The vault's own transfer is short already, so that the router cannot pay on what the leg says.
        bytes memory data = execution(asking(30_000e6, 9.81e18), one);
        assertRefused(executor, data, Refusal.TransferFailed, uint160(address(usdc)));
        assertUntouched();
    }

    /// @notice A fee on the output is one more loss: what arrived is what counts and what is booked.
    function testFuzz_feeOnTheOutput_isMeasured(uint16 fee) public {
        fee = uint16(bound(fee, 1, 190));
        uint256 fresh = vm.snapshotState();
        uint256 whole = run(m, 3_000e6);
        vm.revertToState(fresh);
        weth.setFee(fee);
        // Once on the way to the router, once on the way home.
        uint256 arrives = whole - whole * fee / 10_000;
        arrives -= arrives * fee / 10_000;
        Order memory o = asking(3_000e6, arrives + 1);
        bytes memory data = execution(o, oneLeg(3_000e6));
        if (arrives + 1 >= 0.98e18) assertRefused(executor, data, Refusal.OutputTooLow, arrives);
        o.minimumOut = 0.98e18;
        data = execution(o, oneLeg(3_000e6));
        if (arrives < 0.98e18) return assertRefused(executor, data, Refusal.OutputTooLow, arrives);
        passes(executor, data);
        assertEq(booked(weth), 100e18 + arrives);
        assertEq(booked(weth), weth.balanceOf(address(vault)));
        assertEq(state().lossUsedUsd, 3_000e18 - arrives * 3_000);
    }

    /// @notice The recipient's loss, not the books'.
    function testFuzz_feeOnAWithdrawal_isTheRecipients(uint16 fee, uint64 amount) public {
        fee = uint16(bound(fee, 1, 10_000));
        amount = uint64(bound(amount, 0, 1_000_000e6));
        usdc.setFee(fee);
        passes(owner, withdrawal(usdc, amount, stranger));
        assertEq(usdc.balanceOf(stranger), amount - uint256(amount) * fee / 10_000);
        assertEq(booked(usdc), 1_000_000e6 - uint256(amount));
        assertEq(booked(usdc), usdc.balanceOf(address(vault)));
        checkpoint();
        assertFalse(state().suspended);
    }

    // --- a list of whom the issuer dislikes ---

    /// @notice The vault on the list of what it buys: the order is refused, everything else goes on.
    function test_vaultBlockedByTheBoughtToken() public {
        weth.setBlocked(address(vault), true);
        bytes memory data = execution(asking(3_000e6, 0.99e18), oneLeg(3_000e6));
        assertRefused(executor, data, Refusal.TransferFailed, uint160(address(weth)));
        assertRefused(owner, withdrawal(weth, 1, owner), Refusal.TransferFailed, uint160(address(weth)));
        assertUntouched();
        passes(owner, withdrawal(usdc, 900_000e6, stranger));
        checkpoint();
        give(dai, 1_000e18);
        checkpoint();
        trades(usdc, dai);
        fill(asking(1_000e6, 1_000e18));
        weth.setBlocked(address(vault), false);
        passes(owner, withdrawal(weth, 100e18, stranger));
    }

    function test_vaultBlockedByTheSoldToken() public {
        usdc.setBlocked(address(vault), true);
        expectRefused(asking(3_000e6, 1e18), Refusal.TransferFailed, uint160(address(usdc)));
        assertRefused(owner, withdrawal(usdc, 1, owner), Refusal.TransferFailed, uint160(address(usdc)));
        assertUntouched();
        passes(owner, withdrawal(weth, 100e18, stranger));
        checkpoint();
    }

    function test_routerAndPoolBlocked() public {
        Order memory o = asking(3_000e6, 0.99e18);
        usdc.setBlocked(address(router), true);
        assertRefused(executor, execution(o, oneLeg(3_000e6)), Refusal.TransferFailed, uint160(address(usdc)));
        usdc.setBlocked(address(router), false);
        usdc.setBlocked(pool, true);
        assertRefused(executor, execution(o, oneLeg(3_000e6)), Refusal.TransferFailed, uint160(address(usdc)));
        assertUntouched();
        // Another pool will do.
        Leg[] memory legs = oneLeg(3_000e6);
        legs[0].pool = secondPool;
        passes(executor, execution(o, legs));
    }

    /// @notice An owner on the list has it sent elsewhere.
    function test_ownerBlocked() public {
        usdc.setBlocked(owner, true);
        assertRefused(owner, withdrawal(usdc, 1, owner), Refusal.TransferFailed, uint160(address(usdc)));
        passes(owner, withdrawal(usdc, 1_000_000e6, stranger));
        assertEq(usdc.balanceOf(stranger), 1_000_000e6);
    }

    // --- refusing and silent ---

    function test_boughtTokenThatAnswersFalse() public {
        weth.setRefusing(true);
        bytes memory data = execution(asking(3_000e6, 0.99e18), oneLeg(3_000e6));
        assertRefused(executor, data, Refusal.TransferFailed, uint160(pool));
        assertUntouched();
    }

    function test_boughtTokenThatBreaks() public {
        weth.setBroken(true);
        bytes memory data = execution(asking(3_000e6, 0.99e18), threeLegs(3_000e6));
        assertRefused(executor, data, Refusal.TransferFailed, uint160(pool));
        assertUntouched();
    }

    /// @notice Without a balance to measure nothing trades and nothing comes in; the other assets do not notice.
    function test_tokenThatTellsNoBalance() public {
        MockToken.Balances[2] memory manners = [MockToken.Balances.Revert, MockToken.Balances.Nothing];
        usdc.mint(owner, 1e6);
        vm.prank(owner);
        usdc.approve(address(vault), 1e6);
        for (uint256 i = 0; i < manners.length; i++) {
            usdc.setBalances(manners[i]);
            Refusal failed = Refusal.TransferFailed;
            expectRefused(asking(3_000e6, 1e18), failed, uint160(address(usdc)));
            assertRefused(owner, abi.encodeCall(IVault.deposit, (address(usdc), 1e6)), failed, uint160(address(usdc)));
            assertRefused(owner, abi.encodeCall(IVault.book, (address(usdc))), failed, uint160(address(usdc)));
            assertRefused(owner, abi.encodeCall(IVault.checkpoint, (hints())), failed, uint160(address(usdc)));
        }
        passes(owner, withdrawal(usdc, 1e6, stranger));
        passes(owner, withdrawal(weth, 1e18, stranger));
        usdc.setBalances(MockToken.Balances.Honest);
        checkpoint();
        assertEq(usdc.balanceOf(stranger), 1e6);
        assertEq(booked(usdc), 999_999e6);
    }
}

/// @title Two tokens of any decimals that a vault takes, at any prices
contract AnyDecimalsTest is ExactFills {
    MockToken private sell;
    MockToken private buy;
    uint256 private priceIn; // USD, 8 decimals
    uint256 private priceOut;

    function vaultOf(uint8 decimalsIn, uint8 decimalsOut) private {
        sell = new MockToken(uint8(bound(decimalsIn, 6, 18)));
        buy = new MockToken(uint8(bound(decimalsOut, 6, 18)));
        VaultConfiguration memory c = configuration();
        c.assets = new AssetConfiguration[](2);
        c.assets[0].token = address(sell);
        c.assets[0].source = feedSource(new MockFeed(8, int256(priceIn)), 1, 1e26);
        c.assets[1].token = address(buy);
        c.assets[1].source = feedSource(new MockFeed(8, int256(priceOut)), 1, 1e26);
        vault = deploy(c);
        give(sell, 200_000e8 * 10 ** sell.decimals() / priceIn + 1);
        give(buy, 10 ** buy.decimals());
        passes(owner, abi.encodeCall(IVault.seal, ()));
        checkpoint();
        trades(sell, buy);
    }

    /// @notice Bound, value and loss against whole numbers worked out here, to the unit.
    function testFuzz_anyDecimals(uint8[2] memory decimals, uint256[2] memory prices, uint256 amountIn, bool silent)
        public
    {
        priceIn = bound(prices[0], 0.01e8, 100_000e8);
        priceOut = bound(prices[1], 0.01e8, 100_000e8);
        vaultOf(decimals[0], decimals[1]);
        sell.setSilent(silent);
        buy.setSilent(silent);
        uint256 unitIn = 10 ** sell.decimals();
        uint256 unitOut = 10 ** buy.decimals();
        amountIn = bound(amountIn, 1, 49_999e8 * unitIn / priceIn + 1);
        uint256 worth = ceil(amountIn * priceIn * unitOut, priceOut * unitIn);
        uint256 least = ceil(worth * 98, 100);
        if (least > 1) expectRefused(asking(amountIn, least - 1), Refusal.BelowOracleBound, least);
        uint256[2] memory had = [booked(sell), booked(buy)];
        fill(asking(amountIn, least));
        assertEq(booked(sell), had[0] - amountIn);
        assertEq(booked(buy), had[1] + least);
        assertEq(buy.balanceOf(address(vault)), had[1] + least);
        uint256 value = ceil(amountIn * priceIn * 1e10, unitIn);
        uint256 got = least * priceOut * 1e10 / unitOut;
        assertEq(state().volumeUsedUsd, value);
        assertEq(state().lossUsedUsd, value > got ? value - got : 0);
    }
}
