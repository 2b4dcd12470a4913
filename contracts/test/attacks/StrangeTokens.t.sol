// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {MockToken} from "../support/MockToken.sol";
import {HostilePool, ReentrantListener} from "../support/HostilePools.sol";
import {Attack} from "./Attack.sol";

/// @title Tokens that take more, give less, block or call back
contract StrangeTokensTest is Attack {
    function test_feeOnTransferInput() public {
        usdc.setFee(100);
        expectStopped(orderFor(m, 3_000e6), oneLeg(3_000e6), Refusal.TransferFailed, uint160(address(usdc)));
    }

    function test_feeOnTransferOutputCountsAsWhatArrives() public {
        Order memory o = orderFor(m, 3_000e6);
        uint256 snapshot = vm.snapshotState();
        uint256 whole = steal(o, oneLeg(3_000e6));
        vm.revertToState(snapshot);
        weth.setFee(100);
        // Once on the way to the router, once on the way home.
        uint256 arrives = whole - whole / 100;
        arrives -= arrives / 100;
        expectStopped(o, oneLeg(3_000e6), Refusal.OutputTooLow, arrives);
    }

    function test_feeOnTransferDeposit() public {
        usdc.setFee(100);
        usdc.mint(owner, 1_000e6);
        vm.startPrank(owner);
        usdc.approve(address(vault), 1_000e6);
        expectRefusal(Refusal.TransferFailed, uint160(address(usdc)));
        vault.deposit(address(usdc), 1_000e6);
    }

    function test_tokenThatTakesMoreThanItIsTold() public {
        GreedyListener greedy = new GreedyListener(usdc, address(vault));
        usdc.setNotified(address(greedy));
        hostile.behave(HostilePool.Manner.PaysFairly, 1e18);
        expectStopped(orderFor(m, 3_000e6), through(address(hostile), 3_000e6), Refusal.Overspent, 3_000e6 + 1);
    }

    /// @notice Like USDT: silent, and traded like any other.
    function test_silentTokens() public {
        usdc.setSilent(true);
        weth.setSilent(true);
        assertGt(steal(orderFor(m, 3_000e6), oneLeg(3_000e6)), 0);
        vm.prank(owner);
        vault.withdraw(address(usdc), 1e6, owner);
        assertEq(usdc.balanceOf(owner), 1e6);
    }

    /// @notice Like USDC's issuer with somebody it dislikes: that asset stands still, everything else goes on.
    function test_blockedVault() public {
        usdc.setBlocked(address(vault), true);
        expectStopped(orderFor(m, 3_000e6), oneLeg(3_000e6), Refusal.TransferFailed, uint160(address(usdc)));
        vm.startPrank(owner);
        expectRefusal(Refusal.TransferFailed, uint160(address(usdc)));
        vault.withdraw(address(usdc), 1e6, owner);
        vault.withdraw(address(weth), 1e18, owner);
        assertEq(weth.balanceOf(owner), 1e18);
        vm.stopPrank();
        checkpoint();
    }

    function test_tokenThatAnswersFalse() public {
        usdc.setRefusing(true);
        expectStopped(orderFor(m, 3_000e6), oneLeg(3_000e6), Refusal.TransferFailed, uint160(address(usdc)));
    }

    /// @notice A token with a hook (ERC-777) that calls the vault back in the middle of a transfer.
    function test_tokenThatCallsBack() public {
        ReentrantListener listener = new ReentrantListener();
        Order memory o = orderFor(m, 3_000e6);
        bytes[3] memory doors = [
            abi.encodeCall(vault.checkpoint, (hints())),
            abi.encodeCall(vault.trip, (hints())),
            abi.encodeCall(vault.execute, (m, o, oneLeg(3_000e6), noVoucher(), ""))
        ];
        usdc.setNotified(address(listener));
        for (uint256 i = 0; i < doors.length; i++) {
            listener.aim(address(vault), doors[i], true);
            uint256 snapshot = vm.snapshotState();
            steal(o, oneLeg(3_000e6));
            assertGt(listener.attempts(), 0);
            assertFalse(listener.cameThrough());
            vm.revertToState(snapshot);
        }
    }

    function test_donatedInputCannotBeSold() public {
        m.sell = address(dai);
        open(m);
        dai.mint(address(vault), 10_000e18);
        Order memory o = orderFor(m, 1_000e6);
        o.minimumOut = 1e18;
        expectStopped(o, oneLeg(1_000e6), Refusal.InsufficientBalance, 0);
    }
}

/// @notice Burns one unit of the holder's on each of its transfers.
contract GreedyListener {
    MockToken private immutable token;
    address private immutable victim;

    constructor(MockToken token_, address victim_) {
        token = token_;
        victim = victim_;
    }

    function moved(address from, address, uint256) external {
        if (from == victim) token.burn(victim, 1);
    }
}
