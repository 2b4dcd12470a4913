// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Leg, Venue} from "../src/Types.sol";
import {Refusal, Refused} from "../src/Refusal.sol";
import {IUniswapV3SwapCallback} from "../src/interfaces/IUniswapV3Pool.sol";
import {IUniswapV4UnlockCallback} from "../src/interfaces/IUniswapV4PoolManager.sol";
import {MockToken} from "./support/MockToken.sol";
import {HostileManager, HostilePair, HostilePool, Reentrant, ReentrantListener} from "./support/HostilePools.sol";
import {Market, RouterWorld} from "./support/RouterWorld.sol";

/// @title Whoever is traded with gets its leg, once, or the order has not been
contract RouterHostileTest is RouterWorld {
    HostilePool private pool;
    HostilePair private pair;
    HostileManager private impostor;
    ReentrantListener private listener;

    function setUp() public override {
        super.setUp();
        pool = new HostilePool(usdc, weth);
        pool.returnTo(recipient);
        pair = new HostilePair();
        pair.lie(1e12, 1e12);
        impostor = new HostileManager(usdc, weth);
        listener = new ReentrantListener();
    }

    function impostorLeg(uint256 amountIn) private view returns (Leg memory) {
        return managedLeg(address(impostor), markets[0].key, amountIn);
    }

    function hostileLeg(uint8 venue, uint256 amountIn) private view returns (Leg memory) {
        if (venue % 3 == 0) return Leg(Venue.UniswapV2, address(pair), 3000, 0, address(0), amountIn);
        if (venue % 3 == 1) return poolLeg(address(pool), amountIn);
        return impostorLeg(amountIn);
    }

    /// @notice With a second leg's input lying in the router, which is what there is to steal.
    function assertPoolRefused(HostilePool.Manner manner, uint256 amountIn, Refusal reason) private {
        pool.behave(manner, 1e18);
        Leg[] memory legs = new Leg[](2);
        legs[0] = poolLeg(address(pool), amountIn);
        legs[1] = poolLeg(markets[0].pool, amountIn + 1);
        assertRefused(usdc, weth, legs, reason, uint160(address(pool)));
    }

    function assertImpostorRefused(HostileManager.Manner manner, uint256 amountIn, Refusal reason) private {
        impostor.behave(manner, 1e18);
        Leg[] memory legs = new Leg[](2);
        legs[0] = impostorLeg(amountIn);
        legs[1] = managedLeg(address(manager), markets[0].key, amountIn + 1);
        assertRefused(usdc, weth, legs, reason, uint160(address(impostor)));
    }

    // --- pools ---

    function testFuzz_pool_collectsExactlyTheLegAndOnce(uint256 amount) public {
        uint256 amountIn = bound(amount, 1, 1e15);
        assertPoolRefused(HostilePool.Manner.CollectsMore, amountIn, Refusal.TransferFailed);
        assertPoolRefused(HostilePool.Manner.CollectsLess, amountIn, Refusal.TransferFailed);
        assertPoolRefused(HostilePool.Manner.CollectsNothing, amountIn, Refusal.TransferFailed);
        assertPoolRefused(HostilePool.Manner.CollectsNegative, amountIn, Refusal.TransferFailed);
        assertPoolRefused(HostilePool.Manner.CollectsTwice, amountIn, Refusal.Unauthorized);
        assertPoolRefused(HostilePool.Manner.CollectsAsManager, amountIn, Refusal.Unauthorized);
        assertPoolRefused(HostilePool.Manner.AnswersEndlessly, amountIn, Refusal.TransferFailed);
    }

    /// @notice Amounts up to the largest survive the packing to the last bit, beside any address.
    function testFuzz_pool_getsTheLegToTheLastUnit(uint256 amount, bool pays) public {
        uint256 amountIn = bound(amount, 1, 2 ** 127 - 1);
        pool.behave(pays ? HostilePool.Manner.PaysFairly : HostilePool.Manner.PaysNothing, 1e18);
        assertEq(swap(usdc, weth, only(poolLeg(address(pool), amountIn))), pays ? 1e18 : 0);
        assertEq(usdc.balanceOf(address(pool)), amountIn);
    }

    /// @notice A pool that gives nothing says so with a zero, on whichever side.
    function testFuzz_pool_thatOwesNothingIsPaidItsLeg(uint256 amount) public {
        uint256 amountIn = bound(amount, 1, 1e15);
        pool.behave(HostilePool.Manner.PaysFairly, 0);
        assertEq(swap(usdc, weth, only(poolLeg(address(pool), amountIn))), 0);
        HostilePool back = new HostilePool(weth, usdc);
        assertEq(swap(weth, usdc, only(poolLeg(address(back), amountIn))), 0);
        assertEq(usdc.balanceOf(address(pool)), amountIn);
        assertEq(weth.balanceOf(address(back)), amountIn);
    }

    // --- managers ---

    function testFuzz_manager_collectsExactlyTheLegAndOnce(uint256 amount) public {
        uint256 amountIn = bound(amount, 2, 1e15);
        assertImpostorRefused(HostileManager.Manner.CallsBackNever, amountIn, Refusal.TransferFailed);
        assertImpostorRefused(HostileManager.Manner.CallsBackTwice, amountIn, Refusal.Unauthorized);
        assertImpostorRefused(HostileManager.Manner.CallsBackAsPool, amountIn, Refusal.Unauthorized);
        assertImpostorRefused(HostileManager.Manner.OwesMore, amountIn, Refusal.TransferFailed);
        assertImpostorRefused(HostileManager.Manner.OwesLess, amountIn, Refusal.TransferFailed);
        assertImpostorRefused(HostileManager.Manner.OwesTheOtherCurrency, amountIn, Refusal.TransferFailed);
        assertImpostorRefused(HostileManager.Manner.IsOwedTheOutput, amountIn, Refusal.TransferFailed);
        assertImpostorRefused(HostileManager.Manner.AnswersNothing, amountIn, Refusal.TransferFailed);
        assertImpostorRefused(HostileManager.Manner.AnswersEndlessly, amountIn, Refusal.TransferFailed);
        assertImpostorRefused(HostileManager.Manner.CutsDataShort, amountIn, Refusal.TransferFailed);
    }

    function testFuzz_manager_getsTheLegToTheLastUnit(uint256 amount, uint128 due, bool pays) public {
        uint256 amountIn = bound(amount, 1, 2 ** 127 - 1);
        due = uint128(bound(due, 0, 2 ** 127 - 1));
        impostor.behave(pays ? HostileManager.Manner.PaysFairly : HostileManager.Manner.PaysNothing, due);
        assertEq(swap(usdc, weth, only(impostorLeg(amountIn))), pays ? due : 0);
        assertEq(usdc.balanceOf(address(impostor)), amountIn);
        assertEq(impostor.paid(), address(router), "first to the router");
    }

    /// @notice What a manager makes up reaches nobody but itself: it is paid the leg of the sold token, or nothing.
    function testFuzz_manager_madeUpDataMovesNothingElse(uint256 amount) public {
        uint256 amountIn = bound(amount, 1, 1e15);
        // In those currencies the sold token is none, so currency 1 counts as sold.
        impostor.behave(HostileManager.Manner.MakesUpCurrencies, 1e18);
        swap(usdc, weth, only(impostorLeg(amountIn)));
        assertEq(usdc.balanceOf(address(impostor)), amountIn);
    }

    // --- pairs ---

    function testFuzz_pair_absurdReservesAreRefused(uint256 reserve0, uint256 reserve1, uint256 amount) public {
        vm.assume(reserve0 > type(uint112).max || reserve1 > type(uint112).max);
        pair.lie(reserve0, reserve1);
        Leg[] memory legs = only(hostileLeg(0, bound(amount, 0, 1e15)));
        assertRefused(usdc, weth, legs, Refusal.TransferFailed, uint160(address(pair)));
    }

    /// @notice Whatever it says it holds, no arithmetic fails.
    function testFuzz_pair_getsTheLegToTheLastUnit(uint112 reserve0, uint112 reserve1, uint112 amountIn) public {
        pair.lie(reserve0, reserve1);
        Leg[] memory legs = only(hostileLeg(0, amountIn));
        if (amountIn == 0 && (usdc < weth ? reserve0 : reserve1) == 0) {
            assertRefused(usdc, weth, legs, Refusal.TransferFailed, uint160(address(pair)));
            return;
        }
        assertEq(swap(usdc, weth, legs), 0);
        assertEq(usdc.balanceOf(address(pair)), amountIn);
    }

    /// @notice Not even a pair that would take anything gets more than a pair can count, or a leg that is all fee.
    function testFuzz_pair_getsNoMoreThanPairsCount(uint256 amount, uint24 fee) public {
        Leg memory leg = hostileLeg(0, bound(amount, uint256(type(uint112).max) + 1, type(uint256).max / 2));
        assertRefused(usdc, weth, only(leg), Refusal.TransferFailed, uint160(address(pair)));
        (leg.amountIn, leg.feePips) = (3_000e6, uint24(bound(fee, 1_000_000, type(uint24).max)));
        assertRefused(usdc, weth, only(leg), Refusal.TransferFailed, uint160(address(pair)));
        leg.feePips = 1_000_000;
        assertRefused(usdc, weth, only(leg), Refusal.TransferFailed, uint160(address(pair)));
    }

    function test_pair_twoWordsOrNothingAreNoReserves() public {
        pair.lie(0, 0);
        Leg[] memory legs = only(hostileLeg(0, 0));
        assertRefused(usdc, weth, legs, Refusal.TransferFailed, uint160(address(pair)));
        pair.beBrief();
        legs[0].amountIn = 3_000e6;
        assertRefused(usdc, weth, legs, Refusal.TransferFailed, uint160(address(pair)));
    }

    // --- doors ---

    function testFuzz_callbacks_areClosedOutsideALeg(address caller, int256 amount0, int256 amount1, bytes memory data)
        public
    {
        // An order before in this transaction leaves nothing behind.
        swap(usdc, weth, only(poolLeg(markets[0].pool, 3_000e6)));
        swap(usdc, weth, only(managedLeg(address(manager), markets[0].key, 3_000e6)));
        usdc.mint(address(router), 1e6);
        address[4] memory callers = [caller, markets[0].pool, address(manager), address(0)];
        for (uint256 i = 0; i < 4; i++) {
            vm.prank(callers[i]);
            expectRefusal(Refusal.Unauthorized, uint160(callers[i]));
            IUniswapV3SwapCallback(address(router)).uniswapV3SwapCallback(amount0, amount1, data);
            vm.prank(callers[i]);
            expectRefusal(Refusal.Unauthorized, uint160(callers[i]));
            IUniswapV4UnlockCallback(address(router)).unlockCallback(data);
        }
        assertEq(usdc.balanceOf(address(router)), 1e6);
    }

    /// @notice What somebody inside an order may ask the router: another order, or to be paid.
    function questionOf(uint8 question, uint256 amountIn) private view returns (bytes memory) {
        if (question % 3 == 0) {
            Leg[] memory legs = only(poolLeg(markets[0].pool, 1));
            return abi.encodeCall(router.swap, (address(usdc), address(weth), address(this), legs));
        }
        if (question % 3 == 1) {
            return abi.encodeCall(IUniswapV3SwapCallback.uniswapV3SwapCallback, (int256(amountIn), -1, ""));
        }
        return abi.encodeCall(IUniswapV4UnlockCallback.unlockCallback, (new bytes(160)));
    }

    /// @notice Every place inside an order where foreign code runs after, or without, its own payment.
    function strikerAt(uint8 door) private returns (Reentrant, uint8 venue) {
        if (door == 0) {
            pair.beStriking();
            return (pair, 0);
        }
        if (door == 1) {
            pool.behave(HostilePool.Manner.Reenters, 0);
            return (pool, 1);
        }
        if (door < 7) {
            impostor.strikeAt(HostileManager.Stage(door));
            return (impostor, 2);
        }
        // Listeners are told of the sold token's way in, or of the bought one's way out of the genuine pool.
        (door < 10 ? usdc : weth).setNotified(address(listener));
        return (listener, door % 3 + 3);
    }

    function legAt(uint8 venue, uint256 amountIn) private view returns (Leg memory) {
        return venue < 3 ? hostileLeg(venue, amountIn) : legOf(markets[0], venue - 3, amountIn);
    }

    function testFuzz_reentry_isRefusedAtEveryDoor(uint8 door, uint8 question, uint256 amount) public {
        uint256 amountIn = bound(amount, 60e6, 1e12);
        (Reentrant striker, uint8 venue) = strikerAt(door % 13);
        bytes memory asked = questionOf(question, amountIn);
        striker.aim(address(router), asked, false);
        Leg[] memory legs = new Leg[](2);
        legs[0] = legAt(venue, amountIn);
        legs[1] = poolLeg(markets[1].pool, amountIn);
        bool order = question % 3 == 0;
        // Genuine pools turn a failed transfer into a failure of their own.
        pay(usdc, legs);
        (bool done, bytes memory answer) =
            address(router).call(abi.encodeCall(router.swap, (address(usdc), address(weth), recipient, legs)));
        assertFalse(done);
        if (venue < 3) {
            uint256 detail = order ? 0 : uint160(address(striker));
            Refusal reason = order ? Refusal.Locked : Refusal.Unauthorized;
            assertEq(answer, abi.encodeWithSelector(Refused.selector, reason, detail));
        } else {
            assertEq(bytes4(answer), Refused.selector);
        }
        assertEq(usdc.balanceOf(address(router)), amountIn * 2);
    }

    /// @notice Who asks and takes the refusal gets no further, and the order is as if it had not asked.
    function testFuzz_reentry_changesNothing(uint8 door, uint8 question, uint256 amount) public {
        uint256 amountIn = bound(amount, 60e6, 1e12);
        (Reentrant striker, uint8 venue) = strikerAt(door % 13);
        striker.aim(address(router), questionOf(question, amountIn), true);
        Leg[] memory legs = new Leg[](2);
        legs[0] = legAt(venue, amountIn);
        legs[1] = pairLeg(markets[0], amountIn);
        swap(usdc, weth, legs);
        assertGt(striker.attempts(), 0);
        assertFalse(striker.cameThrough());
        if (venue < 3) assertEq(usdc.balanceOf(legs[0].pool), amountIn);
    }

    /// @notice A manager may call back whenever it likes, but only once, and never into another order.
    function testFuzz_reentry_beforeTheCallback(uint8 question, uint256 amount) public {
        uint256 amountIn = bound(amount, 60e6, 1e12);
        impostor.strikeAt(HostileManager.Stage.Unlock);
        impostor.aim(address(router), questionOf(question, amountIn), true);
        pay(usdc, only(impostorLeg(amountIn)));
        pay(usdc, only(impostorLeg(amountIn)));
        (bool done,) = address(router)
            .call(abi.encodeCall(router.swap, (address(usdc), address(weth), recipient, only(impostorLeg(amountIn)))));
        assertEq(done, question % 3 != 2);
        assertEq(usdc.balanceOf(address(router)), done ? amountIn : amountIn * 2);
    }

    // --- anything at all ---

    /// @notice Every order ends with nothing in the router, or has not been.
    function testFuzz_anyOrder_leavesNothingOrReverts(uint8[5] memory picks, uint8[5] memory manners, uint256 amount)
        public
    {
        Leg[] memory legs = new Leg[](1 + picks[0] % 5);
        pool.behave(HostilePool.Manner(manners[0] % 11), manners[1]);
        impostor.behave(HostileManager.Manner(manners[2] % 13), manners[3]);
        for (uint256 i = 0; i < legs.length; i++) {
            uint256 amountIn = bound(uint256(keccak256(abi.encode(amount, i))), 60e6, 1e13);
            legs[i] = legAt(picks[i] % 6, amountIn);
        }
        pay(usdc, legs);
        uint256 before = usdc.balanceOf(address(router));
        (bool done, bytes memory answer) =
            address(router).call(abi.encodeCall(router.swap, (address(usdc), address(weth), recipient, legs)));
        if (done) {
            assertNothingStays(usdc, weth);
        } else {
            assertEq(bytes4(answer), Refused.selector);
            assertEq(usdc.balanceOf(address(router)), before);
        }
    }
}
