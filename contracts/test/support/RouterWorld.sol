// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Leg, Venue} from "../../src/Types.sol";
import {Refusal, Refused} from "../../src/Refusal.sol";
import {IRouter} from "../../src/interfaces/IRouter.sol";
import {IUniswapV2Pair} from "../../src/interfaces/IUniswapV2Pair.sol";
import {IUniswapV3Pool, IUniswapV3SwapCallback} from "../../src/interfaces/IUniswapV3Pool.sol";
import {PoolKey, SwapParameters} from "../../src/interfaces/IUniswapV4PoolManager.sol";
import {Deployment} from "./Deployment.sol";
import {MockToken} from "./MockToken.sol";
import {IV4Minter, PlainUnlocker, UniswapV4} from "./UniswapV4.sol";

/// @notice The same price and depth in each version of Uniswap.
struct Market {
    MockToken a;
    MockToken b;
    uint256 depthA;
    uint256 depthB;
    address pair;
    address pool;
    PoolKey key; // 0.05 %, in the manager
}

/// @title A router alone, beside genuine pools of tokens with 6, 8 and 18 decimals
abstract contract RouterWorld is UniswapV4, IUniswapV3SwapCallback {
    uint160 internal constant LOWEST = 4295128740;
    uint160 internal constant HIGHEST = 1461446703485210103287273052203988822378723970341;

    MockToken internal usdc;
    MockToken internal wbtc;
    MockToken internal weth;
    Market[3] internal markets;
    IV4Minter internal manager;
    PlainUnlocker internal unlocker;
    IRouter internal router;
    address internal recipient = makeAddr("recipient");

    function setUp() public virtual {
        usdc = new MockToken(6);
        wbtc = new MockToken(8);
        weth = new MockToken(18);
        router = IRouter(Deployment.create("Router.sol:Router", ""));
        deployUniswap();
        manager = deployManager();
        unlocker = new PlainUnlocker(manager);
        fill(markets[0], usdc, 60_000_000e6, weth, 20_000e18);
        fill(markets[1], usdc, 60_000_000e6, wbtc, 1_000e8);
        fill(markets[2], wbtc, 1_000e8, weth, 20_000e18);
    }

    function fill(Market storage m, MockToken a, uint256 depthA, MockToken b, uint256 depthB) internal {
        (m.a, m.b, m.depthA, m.depthB) = (a, b, depthA, depthB);
        m.pair = fillPair(a, depthA, b, depthB);
        m.pool = fillPool(a, depthA, b, depthB, 500, 0);
        m.key = keyOf(a, b, 500, 10, address(0));
        fillManaged(manager, m, m.key, 0);
    }

    function fillManaged(IV4Minter at, Market storage m, PoolKey memory key, int24 reach) internal {
        (uint256 amount0, uint256 amount1) = m.a < m.b ? (m.depthA, m.depthB) : (m.depthB, m.depthA);
        fillKey(at, key, amount0, amount1, reach);
    }

    // --- legs ---

    function pairLeg(Market storage m, uint256 amountIn) internal view returns (Leg memory) {
        return Leg(Venue.UniswapV2, m.pair, 3000, 0, address(0), amountIn);
    }

    function poolLeg(address pool, uint256 amountIn) internal pure returns (Leg memory) {
        return Leg(Venue.UniswapV3, pool, 0, 0, address(0), amountIn);
    }

    function managedLeg(address at, PoolKey memory key, uint256 amountIn) internal pure returns (Leg memory) {
        return Leg(Venue.UniswapV4, at, key.fee, key.tickSpacing, key.hooks, amountIn);
    }

    /// @notice A leg on one of the market's genuine pools.
    function legOf(Market storage m, uint8 venue, uint256 amountIn) internal view returns (Leg memory) {
        if (venue % 3 == 0) return pairLeg(m, amountIn);
        if (venue % 3 == 1) return poolLeg(m.pool, amountIn);
        return managedLeg(address(manager), m.key, amountIn);
    }

    function only(Leg memory leg) internal pure returns (Leg[] memory legs) {
        legs = new Leg[](1);
        legs[0] = leg;
    }

    // --- orders ---

    /// @notice Sell token, buy token and an amount between a millionth of the pool and ten times the pool.
    function side(Market storage m, bool reverse, uint256 amount)
        internal
        view
        returns (MockToken sell, MockToken buy, uint256 amountIn)
    {
        (sell, buy) = reverse ? (m.b, m.a) : (m.a, m.b);
        uint256 depth = reverse ? m.depthB : m.depthA;
        amountIn = bound(amount, depth / 1e6, depth * 10);
    }

    /// @notice What the legs that sell `sell` spend.
    function pay(MockToken sell, Leg[] memory legs) internal {
        uint256 total = 0;
        bool sells = true;
        for (uint256 i = 0; i < legs.length; i++) {
            bool head = legs[i].venue == Venue.Section;
            if (head) sells = legs[i].pool == address(sell);
            if (sells && !head) total += legs[i].amountIn;
        }
        sell.mint(address(router), total);
    }

    /// @notice What the recipient got; nothing stays in the router, and it allowed nobody anything.
    function swap(MockToken sell, MockToken buy, Leg[] memory legs) internal returns (uint256) {
        uint256 before = buy.balanceOf(recipient);
        pay(sell, legs);
        uint256 received = router.swap(address(sell), address(buy), recipient, legs);
        assertNothingStays(sell, buy);
        // A token that takes a fee brings less than the router sent.
        assertGe(received, buy.balanceOf(recipient) - before, "received");
        return buy.balanceOf(recipient) - before;
    }

    function assertNothingStays(MockToken sell, MockToken buy) internal view {
        assertEq(sell.balanceOf(address(router)), 0, "input left");
        assertEq(buy.balanceOf(address(router)), 0, "output left");
        assertFalse(sell.everApproved(address(router)), "allowance");
        assertFalse(buy.everApproved(address(router)), "allowance");
    }

    function expectRefusal(Refusal reason, uint256 detail) internal {
        vm.expectRevert(abi.encodeWithSelector(Refused.selector, reason, detail));
    }

    function assertRefused(MockToken sell, MockToken buy, Leg[] memory legs, Refusal reason, uint256 detail) internal {
        pay(sell, legs);
        expectRefusal(reason, detail);
        router.swap(address(sell), address(buy), recipient, legs);
    }

    // --- what the pools themselves give ---

    /// @notice The constant product with the fee of three in a thousand, as the pair's own periphery states it.
    function quotePair(Market storage m, MockToken sell, MockToken buy, uint256 amountIn)
        internal
        view
        returns (uint256)
    {
        (uint256 reserve0, uint256 reserve1,) = IUniswapV2Pair(m.pair).getReserves();
        (uint256 reserveIn, uint256 reserveOut) = sell < buy ? (reserve0, reserve1) : (reserve1, reserve0);
        return amountIn * 997 * reserveOut / (reserveIn * 1000 + amountIn * 997);
    }

    function quotePool(address pool, MockToken sell, MockToken buy, uint256 amountIn) internal returns (uint256) {
        uint256 snapshot = vm.snapshotState();
        bool zeroForOne = sell < buy;
        (int256 amount0, int256 amount1) =
            IUniswapV3Pool(pool).swap(address(this), zeroForOne, int256(amountIn), zeroForOne ? LOWEST : HIGHEST, "");
        vm.revertToState(snapshot);
        return uint256(-(zeroForOne ? amount1 : amount0));
    }

    function quoteManaged(PlainUnlocker at, PoolKey memory key, MockToken sell, MockToken buy, uint256 amountIn)
        internal
        returns (uint256)
    {
        uint256 snapshot = vm.snapshotState();
        bool zeroForOne = sell < buy;
        (int128 amount0, int128 amount1) =
            at.swap(key, SwapParameters(zeroForOne, -int256(amountIn), zeroForOne ? LOWEST : HIGHEST));
        vm.revertToState(snapshot);
        return uint128(zeroForOne ? amount1 : amount0);
    }

    function uniswapV3SwapCallback(int256 amount0, int256 amount1, bytes calldata) external {
        if (amount0 > 0) MockToken(IUniswapV3Pool(msg.sender).token0()).mint(msg.sender, uint256(amount0));
        if (amount1 > 0) MockToken(IUniswapV3Pool(msg.sender).token1()).mint(msg.sender, uint256(amount1));
    }
}
