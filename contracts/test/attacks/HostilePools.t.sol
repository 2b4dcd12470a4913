// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IUniswapV3SwapCallback} from "../../src/interfaces/IUniswapV3Pool.sol";
import {HostilePool} from "../support/HostilePools.sol";
import {MockToken} from "../support/MockToken.sol";
import {Attack} from "./Attack.sol";

/// @title Pools that are none, and pools that call back
contract HostilePoolsTest is Attack {
    uint256 private constant SLICE = 3_000e6;

    function expectStopped(Refusal reason, uint256 detail) private {
        expectStopped(orderFor(m, SLICE), through(address(hostile), SLICE), reason, detail);
    }

    function test_paysNothing() public {
        hostile.behave(HostilePool.Manner.PaysNothing, 0);
        expectStopped(Refusal.OutputTooLow, 0);
    }

    /// @notice Even with money of somebody else's lying in the router.
    function test_collectsTwice() public {
        usdc.mint(address(router), 100_000e6);
        hostile.behave(HostilePool.Manner.CollectsTwice, 1e18);
        expectStopped(Refusal.Unauthorized, uint160(address(hostile)));
    }

    /// @notice 1inch Fusion v1, 5 March 2025: a settlement trusted whoever called it. The router's callback pays only the pool
    /// it is trading with, once, and nobody at all otherwise.
    function test_callbackFromWhoeverIsNotExpected() public {
        usdc.mint(address(router), 100_000e6);
        expectRefusal(Refusal.Unauthorized, uint160(stranger));
        vm.prank(stranger);
        IUniswapV3SwapCallback(address(router)).uniswapV3SwapCallback(int256(SLICE), -1, "");
        Thief thief = new Thief(address(router), SLICE);
        hostile.reenter(address(thief), abi.encodeCall(Thief.steal, ()));
        expectStopped(Refusal.Unauthorized, uint160(address(thief)));
    }

    function test_reentryThroughEveryLockedDoor() public {
        Order memory o = orderFor(m, SLICE);
        bytes[6] memory doors = [
            abi.encodeCall(vault.execute, (m, o, through(address(hostile), SLICE), noVoucher(), "")),
            abi.encodeCall(vault.checkpoint, (hints())),
            abi.encodeCall(vault.trip, (hints())),
            abi.encodeCall(vault.deposit, (address(usdc), 1)),
            abi.encodeCall(vault.withdraw, (address(usdc), 1, address(hostile))),
            abi.encodeCall(vault.book, (address(usdc)))
        ];
        for (uint256 i = 0; i < doors.length; i++) {
            hostile.reenter(address(vault), doors[i]);
            expectStopped(Refusal.Locked, 0);
        }
    }

    /// @notice The owner's withdrawal works in every state, but not inside a running trade.
    function test_ownerAsPoolCannotWithdrawInsideATrade() public {
        vm.etch(owner, address(hostile).code);
        HostilePool(owner).reenter(address(vault), abi.encodeCall(vault.withdraw, (address(usdc), 1, owner)));
        expectStopped(orderFor(m, SLICE), through(owner, SLICE), Refusal.Locked, 0);
    }

    function test_pauseDuringATradeIsKept() public {
        vm.etch(guardian, address(hostile).code);
        HostilePool(guardian).reenter(address(vault), abi.encodeCall(vault.pause, ()));
        HostilePool(guardian).behave(HostilePool.Manner.Reenters, 1e18);
        steal(orderFor(m, SLICE), through(guardian, SLICE));
        assertTrue(state().paused);
    }

    /// @notice A mandate that a guardian closes while it trades stays closed: its progress is read again.
    function test_closingDuringATradeIsKept() public {
        Order memory o = orderFor(m, SLICE);
        vm.etch(guardian, address(hostile).code);
        HostilePool(guardian).reenter(address(vault), abi.encodeCall(vault.closeMandate, (o.mandateId)));
        HostilePool(guardian).behave(HostilePool.Manner.Reenters, 0.99e18);
        o.minimumOut = 0.99e18;
        steal(o, through(guardian, SLICE));
        assertTrue(vault.mandateProgress(o.mandateId).closed);
        assertFalse(vault.mandateProgress(o.mandateId).open);
    }

    /// @notice A pool that gives the input back does not free the mandate's total or the meter: what comes back is a donation.
    function test_returnedInputStillCounts() public {
        hostile.behave(HostilePool.Manner.ReturnsTheInput, 1e18);
        Order memory o = orderFor(m, SLICE);
        steal(o, through(address(hostile), SLICE));
        assertEq(vault.mandateProgress(o.mandateId).filled, SLICE);
        assertEq(state().volumeUsedUsd, 3_000e18);
        assertEq(vault.assetOf(address(usdc)).book.booked, 1_000_000e6 - SLICE);
        assertEq(usdc.balanceOf(address(vault)), 1_000_000e6);
    }

    /// @notice What anybody may have paid to the vault (a claim, a stream, a bridge, another vault's proposal) comes in while the
    /// thief's pool trades and pays nothing itself. It is a donation, not the trade's output.
    function test_claimTriggeredDuringATrade() public {
        Claim claim = new Claim(weth, address(vault));
        weth.mint(address(claim), 2e18);
        hostile.reenter(address(claim), abi.encodeCall(Claim.release, ()));
        Order memory o = orderFor(m, SLICE);
        expectStopped(o, through(address(hostile), SLICE), Refusal.OutputTooLow, 0);
        // Beside a fair trade it waits for the owner's `book`, and hides no loss.
        hostile.behave(HostilePool.Manner.Reenters, 0.9911e18);
        steal(o, through(address(hostile), SLICE));
        assertEq(weth.balanceOf(address(vault)), 102.9911e18);
        assertEq(vault.assetOf(address(weth)).book.booked, 100.9911e18);
        assertEq(state().lossUsedUsd, 26.7e18);
    }

    /// @notice The same with the sold token: what comes in does not make the trade look smaller.
    function test_claimOfTheSoldTokenDuringATrade() public {
        Claim claim = new Claim(usdc, address(vault));
        usdc.mint(address(claim), 1_000e6);
        hostile.reenter(address(claim), abi.encodeCall(Claim.release, ()));
        hostile.behave(HostilePool.Manner.Reenters, 0.9911e18);
        steal(orderFor(m, SLICE), through(address(hostile), SLICE));
        assertEq(vault.assetOf(address(usdc)).book.booked, 1_000_000e6 - SLICE);
        assertEq(state().lossUsedUsd, 26.7e18);
    }

    /// @notice Sushi RouteProcessor2 (April 2023), Socket (January 2024), LI.FI (July 2024), CoW's helper (February 2023): an
    /// allowance that was left behind was spent by whoever came next. Here none is ever given, whatever the pool does.
    function test_approvalsLeftBehind() public {
        for (uint256 manner = 0; manner <= uint256(type(HostilePool.Manner).max); manner++) {
            hostile.behave(HostilePool.Manner(manner), 1e18);
            trySteal(orderFor(m, SLICE), through(address(hostile), SLICE));
            pass(60);
        }
        steal(orderFor(m, 10_000e6), threeLegs(10_000e6));
        MockToken[4] memory tokens = [usdc, dai, wbtc, weth];
        for (uint256 i = 0; i < 4; i++) {
            assertFalse(tokens[i].everApproved(address(vault)));
            assertFalse(tokens[i].everApproved(address(router)));
            assertEq(tokens[i].balanceOf(address(router)), 0, "nor does the router keep anything");
        }
    }

    /// @notice An order is safe alone and in public: whoever replays its bytes late, or as somebody else, gets nothing
    /// (relays unbundled on 3 April 2023).
    function test_unbundledOrderIsSafeAlone() public {
        Order memory o = orderFor(m, SLICE);
        expectRefusal(Refusal.NotExecutor, uint160(stranger));
        vm.prank(stranger);
        vault.execute(m, o, oneLeg(SLICE), noVoucher(), "");
        pass(o.deadline - block.timestamp + 1);
        expectStopped(o, oneLeg(SLICE), Refusal.DeadlinePassed, o.deadline);
    }
}

/// @notice Not the pool that is being traded with, but called by it.
contract Thief {
    address private immutable router;
    uint256 private immutable amount;

    constructor(address router_, uint256 amount_) {
        (router, amount) = (router_, amount_);
    }

    function steal() external {
        IUniswapV3SwapCallback(router).uniswapV3SwapCallback(int256(amount), -1, "");
    }
}

/// @notice Money of the vault's that whoever comes by may release.
contract Claim {
    MockToken private immutable token;
    address private immutable to;

    constructor(MockToken token_, address to_) {
        (token, to) = (token_, to_);
    }

    function release() external {
        token.transfer(to, token.balanceOf(address(this)));
    }
}
