// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Leg, Venue} from "../src/Types.sol";
import {Refusal} from "../src/Refusal.sol";
import {IUniswapV2Pair} from "../src/interfaces/IUniswapV2Pair.sol";
import {MockToken} from "./support/MockToken.sol";
import {HostilePair, HostilePool} from "./support/HostilePools.sol";
import {World} from "./support/World.sol";

/// @title Legs are swapped whole, straight on the pools, and nothing stays
contract RouterTest is World {
    HostilePool private hostile;

    function setUp() public override {
        super.setUp();
        hostile = new HostilePool(usdc, weth);
    }

    function swap(MockToken sell, MockToken buy, Leg[] memory legs) private returns (uint256) {
        uint256 total = 0;
        for (uint256 i = 0; i < legs.length; i++) {
            total += legs[i].amountIn;
        }
        uint256 before = buy.balanceOf(stranger);
        sell.mint(address(router), total);
        router.swap(address(sell), address(buy), stranger, legs);
        assertEq(sell.balanceOf(address(router)), 0, "input left");
        assertEq(buy.balanceOf(address(router)), 0, "output left");
        return buy.balanceOf(stranger) - before;
    }

    function leg(Venue venue, address at, uint24 fee, uint256 amountIn) private pure returns (Leg[] memory legs) {
        legs = new Leg[](1);
        legs[0] = Leg(venue, at, fee, amountIn);
    }

    function expectPoolRefused(HostilePool.Manner manner) private {
        hostile.behave(manner, 1e18);
        usdc.mint(address(router), 3_001e6);
        expectRefusal(Refusal.TransferFailed, uint160(address(hostile)));
        router.swap(address(usdc), address(weth), stranger, leg(Venue.UniswapV3, address(hostile), 0, 3_000e6));
    }

    /// @notice The constant product with the fee of three in a thousand, as the pair's own periphery states it.
    function quoted(MockToken sell, MockToken buy, uint256 amountIn) private view returns (uint256) {
        (uint256 reserve0, uint256 reserve1,) = IUniswapV2Pair(pair).getReserves();
        (uint256 reserveIn, uint256 reserveOut) = sell < buy ? (reserve0, reserve1) : (reserve1, reserve0);
        return amountIn * 997 * reserveOut / (reserveIn * 1000 + amountIn * 997);
    }

    function testFuzz_pair_givesTheMostItAllows(uint256 amountIn, bool reverse) public {
        (MockToken sell, MockToken buy) = reverse ? (weth, usdc) : (usdc, weth);
        amountIn = bound(amountIn, 1e9, 1e30);
        uint256 expected = quoted(sell, buy, amountIn);
        assertEq(swap(sell, buy, leg(Venue.UniswapV2, pair, 3000, amountIn)), expected);
    }

    function test_pair_wrongFeeIsRefusedByThePair() public {
        usdc.mint(address(router), 3_000e6);
        expectRefusal(Refusal.TransferFailed, uint160(pair));
        router.swap(address(usdc), address(weth), stranger, leg(Venue.UniswapV2, pair, 2999, 3_000e6));
    }

    function test_pair_refusesAFeeOfEverything() public {
        usdc.mint(address(router), 3_000e6);
        expectRefusal(Refusal.TransferFailed, uint160(pair));
        router.swap(address(usdc), address(weth), stranger, leg(Venue.UniswapV2, pair, 1_000_000, 3_000e6));
    }

    function test_pair_absurdReservesAreRefused() public {
        HostilePair liar = new HostilePair();
        liar.lie(type(uint256).max, 1);
        usdc.mint(address(router), 3_000e6);
        expectRefusal(Refusal.TransferFailed, uint160(address(liar)));
        router.swap(address(usdc), address(weth), stranger, leg(Venue.UniswapV2, address(liar), 3000, 3_000e6));
        liar.lie(0, 0);
        router.swap(address(usdc), address(weth), stranger, leg(Venue.UniswapV2, address(liar), 3000, 3_000e6));
        assertEq(usdc.balanceOf(address(router)), 0);
    }

    function testFuzz_pool_takesTheWholeLeg(uint256 amountIn, bool reverse) public {
        (MockToken sell, MockToken buy) = reverse ? (weth, usdc) : (usdc, weth);
        amountIn = bound(amountIn, 1e9, reverse ? 1e22 : 1e14);
        assertGt(swap(sell, buy, leg(Venue.UniswapV3, pool, 500, amountIn)), 0);
    }

    function test_threeLegs() public {
        assertGt(swap(usdc, weth, threeLegs(100_000e6)), 33e18);
    }

    function test_pool_thatRunsDryIsRefused() public {
        address narrow = fillPool(usdc, 1_000_000e6, dai, 1_000_000e18, 500, 100);
        usdc.mint(address(router), 100_000e6);
        expectRefusal(Refusal.TransferFailed, uint160(narrow));
        router.swap(address(usdc), address(dai), stranger, leg(Venue.UniswapV3, narrow, 500, 100_000e6));
    }

    function test_pool_collectsExactlyTheLegAndOnce() public {
        expectPoolRefused(HostilePool.Manner.CollectsMore);
        expectPoolRefused(HostilePool.Manner.CollectsLess);
        expectPoolRefused(HostilePool.Manner.CollectsNothing);
        hostile.behave(HostilePool.Manner.CollectsTwice, 1e18);
        usdc.mint(address(router), 6_000e6);
        expectRefusal(Refusal.Unauthorized, uint160(address(hostile)));
        router.swap(address(usdc), address(weth), stranger, leg(Venue.UniswapV3, address(hostile), 0, 3_000e6));
    }

    function test_callback_isOnlyForThePoolBeingPaid() public {
        usdc.mint(address(router), 1e6);
        expectRefusal(Refusal.Unauthorized, uint160(address(this)));
        router.uniswapV3SwapCallback(1e6, -1, "");
        vm.prank(pool);
        expectRefusal(Refusal.Unauthorized, uint160(pool));
        router.uniswapV3SwapCallback(1e6, -1, "");
    }

    function test_reentry_isRefused() public {
        Leg[] memory legs = leg(Venue.UniswapV3, address(hostile), 0, 3_000e6);
        hostile.reenter(
            address(router), abi.encodeCall(router.swap, (address(usdc), address(weth), address(hostile), legs))
        );
        usdc.mint(address(router), 6_000e6);
        expectRefusal(Refusal.Locked, 0);
        router.swap(address(usdc), address(weth), stranger, legs);
    }

    function test_noPool_isRefused() public {
        usdc.mint(address(router), 3_000e6);
        expectRefusal(Refusal.TransferFailed, uint160(stranger));
        router.swap(address(usdc), address(weth), stranger, leg(Venue.UniswapV3, stranger, 0, 3_000e6));
        vm.expectRevert();
        router.swap(address(usdc), address(weth), stranger, leg(Venue.UniswapV2, stranger, 3000, 3_000e6));
    }

    function test_unpaidRouter_refuses() public {
        expectRefusal(Refusal.TransferFailed, uint160(address(usdc)));
        router.swap(address(usdc), address(weth), stranger, leg(Venue.UniswapV3, pool, 500, 3_000e6));
    }
}
