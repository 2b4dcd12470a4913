// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../src/Types.sol";
import {Refusal} from "../src/Refusal.sol";
import {MockToken} from "./support/MockToken.sol";
import {HostilePool} from "./support/HostilePools.sol";
import {World} from "./support/World.sol";

/// @title Stories of a stolen executor key, hostile pools and strange tokens
contract AttacksTest is World {
    HostilePool private hostile;
    Mandate private m;

    function setUp() public override {
        super.setUp();
        hostile = new HostilePool(usdc, weth);
        m = sellUsdc();
        open(m);
    }

    function hostileLeg(uint256 amountIn) private view returns (Leg[] memory legs) {
        legs = new Leg[](1);
        legs[0] = Leg(Venue.UniswapV3, address(hostile), 0, 0, address(0), amountIn);
    }

    function expectStopped(uint256 amountIn, Refusal reason, uint256 detail) private {
        Order memory o = orderFor(m, amountIn);
        uint256 before = usdc.balanceOf(address(vault));
        expectRefusal(reason, detail);
        vm.prank(executor);
        vault.execute(m, o, hostileLeg(amountIn), noVoucher(), "");
        assertEq(usdc.balanceOf(address(vault)), before);
    }

    function test_attack_poolThatPaysNothing() public {
        hostile.behave(HostilePool.Manner.PaysNothing, 0);
        expectStopped(3_000e6, Refusal.OutputTooLow, 0);
    }

    function test_attack_ownPoolAtTheBoundIsAllItGets() public {
        hostile.behave(HostilePool.Manner.PaysFairly, 0.99e18 - 1);
        Order memory o = orderFor(m, 3_000e6);
        o.minimumOut = 0.99e18;
        expectRefusal(Refusal.OutputTooLow, 0.99e18 - 1);
        vm.prank(executor);
        vault.execute(m, o, hostileLeg(3_000e6), noVoucher(), "");
        hostile.behave(HostilePool.Manner.PaysFairly, 0.99e18);
        vm.prank(executor);
        assertEq(vault.execute(m, o, hostileLeg(3_000e6), noVoucher(), ""), 0.99e18);
    }

    function test_attack_poolThatCollectsTwice() public {
        usdc.mint(address(router), 100_000e6);
        hostile.behave(HostilePool.Manner.CollectsTwice, 1e18);
        expectStopped(3_000e6, Refusal.Unauthorized, uint160(address(hostile)));
    }

    function test_attack_reentryThroughEveryLockedDoor() public {
        Order memory o = orderFor(m, 3_000e6);
        bytes[5] memory doors = [
            abi.encodeCall(vault.execute, (m, o, hostileLeg(3_000e6), noVoucher(), "")),
            abi.encodeCall(vault.checkpoint, (hints())),
            abi.encodeCall(vault.deposit, (address(usdc), 1)),
            abi.encodeCall(vault.withdraw, (address(usdc), 1, address(hostile))),
            abi.encodeCall(vault.book, (address(usdc)))
        ];
        for (uint256 i = 0; i < doors.length; i++) {
            hostile.reenter(address(vault), doors[i]);
            expectStopped(3_000e6, Refusal.Locked, 0);
        }
    }

    /// @notice The owner's withdrawal works in every state, but not inside a running trade.
    function test_attack_ownerAsPoolCannotWithdrawInsideATrade() public {
        vm.etch(owner, address(hostile).code);
        HostilePool(owner).reenter(address(vault), abi.encodeCall(vault.withdraw, (address(usdc), 1, owner)));
        Order memory o = orderFor(m, 3_000e6);
        Leg[] memory legs = hostileLeg(3_000e6);
        legs[0].pool = owner;
        expectRefusal(Refusal.Locked, 0);
        vm.prank(executor);
        vault.execute(m, o, legs, noVoucher(), "");
    }

    function test_attack_pauseDuringATradeIsKept() public {
        vm.etch(guardian, address(hostile).code);
        HostilePool(guardian).reenter(address(vault), abi.encodeCall(vault.pause, ()));
        HostilePool(guardian).behave(HostilePool.Manner.Reenters, 1e18);
        Leg[] memory legs = hostileLeg(3_000e6);
        legs[0].pool = guardian;
        Order memory o = orderFor(m, 3_000e6);
        vm.prank(executor);
        vault.execute(m, o, legs, noVoucher(), "");
        assertTrue(state().paused);
    }

    /// @notice A pool that gives the input back does not free the mandate's total or the meter.
    function test_attack_returnedInputStillCounts() public {
        hostile.behave(HostilePool.Manner.ReturnsTheInput, 1e18);
        Order memory o = orderFor(m, 3_000e6);
        vm.prank(executor);
        vault.execute(m, o, hostileLeg(3_000e6), noVoucher(), "");
        assertEq(vault.mandateProgress(o.mandateId).filled, 3_000e6);
        assertEq(state().volumeUsedUsd, 3_000e18);
        assertEq(vault.assetOf(address(usdc)).book.booked, usdc.balanceOf(address(vault)));
    }

    function test_attack_donationMovesNothing() public {
        VaultState memory before = state();
        weth.mint(address(vault), 1_000_000e18);
        checkpoint();
        VaultState memory s = state();
        assertEq(s.peakUsd, before.peakUsd);
        assertEq(s.netAssetValueUsd, before.netAssetValueUsd);
        assertTrue(s.checkpointFresh);
    }

    /// @notice A grain of dust ahead of every order would keep the checkpoint stale for ever: only the owner deposits, and
    /// what others send leaves the checkpoint as fresh as it was.
    function test_attack_dustAheadOfEveryOrder() public {
        for (uint256 i = 0; i < 3; i++) {
            usdc.mint(stranger, 2);
            vm.startPrank(stranger);
            usdc.approve(address(vault), 1);
            expectRefusal(Refusal.Unauthorized, uint160(stranger));
            vault.deposit(address(usdc), 1);
            usdc.transfer(address(vault), 1);
            vm.stopPrank();
            run(m, 3_000e6);
            pass(60);
        }
    }

    function test_attack_donatedInputCannotBeSold() public {
        m.sell = address(dai);
        open(m);
        dai.mint(address(vault), 10_000e18);
        Order memory o = orderFor(m, 1_000e6);
        o.minimumOut = 1e18;
        expectRefusal(Refusal.InsufficientBalance, 0);
        vm.prank(executor);
        vault.execute(m, o, oneLeg(1_000e6), noVoucher(), "");
    }

    function test_attack_feeOnTransferInput() public {
        usdc.setFee(100);
        Order memory o = orderFor(m, 3_000e6);
        expectRefusal(Refusal.TransferFailed, uint160(address(usdc)));
        vm.prank(executor);
        vault.execute(m, o, oneLeg(3_000e6), noVoucher(), "");
    }

    function test_attack_feeOnTransferOutputCountsAsWhatArrives() public {
        weth.setFee(100);
        Order memory o = orderFor(m, 3_000e6);
        vm.prank(executor);
        vm.expectPartialRevert(bytes4(keccak256("Refused(uint8,uint256)")));
        vault.execute(m, o, oneLeg(3_000e6), noVoucher(), "");
    }

    function test_attack_tokenThatTakesMoreThanItIsTold() public {
        GreedyListener greedy = new GreedyListener(usdc, address(vault));
        usdc.setNotified(address(greedy));
        hostile.behave(HostilePool.Manner.PaysFairly, 1e18);
        expectStopped(3_000e6, Refusal.Overspent, 3_000e6 + 1);
    }

    /// @notice Two orders signed for the same slice: whichever comes second is dead.
    function test_attack_bothOrdersForOneSlice() public {
        Order memory first = orderFor(m, 3_000e6);
        Order memory second = orderFor(m, 4_000e6);
        vm.startPrank(executor);
        vault.execute(m, first, oneLeg(3_000e6), noVoucher(), "");
        vm.warp(block.timestamp + 60);
        expectRefusal(Refusal.WrongExecutionIndex, 1);
        vault.execute(m, second, oneLeg(4_000e6), noVoucher(), "");
    }

    /// @notice Splitting a large order below the review limit ends at the volume meter.
    function test_attack_splittingBelowTheReviewLimit() public {
        m.total = 10_000_000e6;
        m.minimumInterval = 0;
        open(m);
        uint256 sold = 0;
        for (uint256 i = 0; i < 10; i++) {
            hostile.behave(HostilePool.Manner.PaysFairly, 17e18);
            Order memory o = orderFor(m, 50_000e6);
            vm.prank(executor);
            try vault.execute(m, o, hostileLeg(50_000e6), noVoucher(), "") {
                sold += 50_000;
            } catch {}
        }
        assertEq(sold * 1e18, VOLUME_CAPACITY);
    }

    /// @notice Moving the pool does not move the bound: the sandwiched trade is refused.
    function test_attack_sandwich() public {
        usdc.mint(address(router), 10_000_000e6);
        router.swap(address(usdc), address(weth), stranger, oneLeg(10_000_000e6));
        Order memory o = orderFor(m, 30_000e6);
        vm.prank(executor);
        vm.expectPartialRevert(bytes4(keccak256("Refused(uint8,uint256)")));
        vault.execute(m, o, oneLeg(30_000e6), noVoucher(), "");
    }

    function test_attack_strangerResetsWithoutSignatures() public {
        trip();
        BreakerReset memory r = resetTo(stranger);
        expectRefusal(Refusal.BadSignature, 0);
        vm.prank(stranger);
        vault.resetBreaker(r, new ReviewerSignature[](0));
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
