// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Venue} from "../../src/Types.sol";
import {ILens, PoolQuery, PoolState, TickInfo} from "../../src/interfaces/ILens.sol";
import {IUniswapV3Pool, IUniswapV3SwapCallback} from "../../src/interfaces/IUniswapV3Pool.sol";
import {PoolKey, SwapParameters} from "../../src/interfaces/IUniswapV4PoolManager.sol";
import {Lens} from "../../src/Lens.sol";
import {MockToken} from "./MockToken.sol";
import {IV3Minter} from "./Uniswap.sol";
import {IV4Minter, LiquidityParameters, PlainUnlocker, UniswapV4} from "./UniswapV4.sol";
import {World} from "./World.sol";
import {IPoolManager} from "@uniswap/v4-core/src/interfaces/IPoolManager.sol";
import {StateLibrary} from "@uniswap/v4-core/src/libraries/StateLibrary.sol";
import {TickMath} from "@uniswap/v4-core/src/libraries/TickMath.sol";
import {PoolId} from "@uniswap/v4-core/src/types/PoolId.sol";

interface IV3Burner {
    function burn(int24 lower, int24 upper, uint128 amount) external returns (uint256, uint256);
}

/// @notice A genuine pool of DAI and WETH, of v3 or of v4.
struct Spot {
    bool managed;
    address pool; // v4: the manager
    PoolKey key; // v3: only fee and spacing count
}

/// @title A lens beside a vault and genuine pools of v3 and v4
abstract contract LensWorld is World, UniswapV4, IUniswapV3SwapCallback {
    ILens internal lens = ILens(makeAddr("anywhere"));
    IV4Minter internal manager;
    PlainUnlocker internal unlocker;

    function setUp() public virtual override {
        super.setUp();
        vm.etch(address(lens), type(Lens).runtimeCode);
        manager = deployManager();
        unlocker = new PlainUnlocker(manager);
    }

    // --- pools ---

    /// @notice A pool at the price of `tick`, without liquidity. v3 has its own spacings.
    function spotAt(bool managed, uint24 fee, int24 spacing, int24 tick) internal returns (Spot memory spot) {
        spot.managed = managed;
        spot.key = keyOf(dai, weth, fee, spacing, address(0));
        uint160 root = TickMath.getSqrtPriceAtTick(tick);
        if (managed) {
            spot.pool = address(manager);
            manager.initialize(spot.key, root);
        } else {
            spot.pool = v3Factory.createPool(address(dai), address(weth), fee);
            IV3Minter(spot.pool).initialize(root);
        }
    }

    /// @notice Mints, or burns where `liquidity` is negative.
    function provide(Spot memory spot, int24 lower, int24 upper, int256 liquidity) internal {
        if (spot.managed) unlocker.addLiquidity(spot.key, LiquidityParameters(lower, upper, liquidity, 0));
        else if (liquidity < 0) IV3Burner(spot.pool).burn(lower, upper, uint128(uint256(-liquidity)));
        else IV3Minter(spot.pool).mint(address(this), lower, upper, uint128(uint256(liquidity)), "");
    }

    /// @notice Trades as much of an exact input as the pool takes until the price is at the limit.
    function trade(Spot memory spot, bool down, uint256 amount, uint160 limit) internal {
        if (spot.managed) unlocker.swap(spot.key, SwapParameters(down, -int256(amount), limit));
        else IUniswapV3Pool(spot.pool).swap(address(this), down, int256(amount), limit, "");
    }

    function trade(Spot memory spot, bool down, uint256 amount) internal {
        trade(spot, down, amount, down ? TickMath.MIN_SQRT_PRICE + 1 : TickMath.MAX_SQRT_PRICE - 1);
    }

    function uniswapV3SwapCallback(int256 amount0, int256 amount1, bytes calldata) external {
        if (amount0 > 0) MockToken(IUniswapV3Pool(msg.sender).token0()).mint(msg.sender, uint256(amount0));
        if (amount1 > 0) MockToken(IUniswapV3Pool(msg.sender).token1()).mint(msg.sender, uint256(amount1));
    }

    // --- what they say themselves ---

    function idOf(Spot memory spot) internal pure returns (PoolId) {
        return PoolId.wrap(keccak256(abi.encode(spot.key)));
    }

    function priceOf(Spot memory spot) internal view returns (uint160 root, int24 tick) {
        if (spot.managed) (root, tick,,) = StateLibrary.getSlot0(IPoolManager(spot.pool), idOf(spot));
        else (root, tick,,,,,) = IUniswapV3Pool(spot.pool).slot0();
    }

    function liquidityOf(Spot memory spot) internal view returns (uint128) {
        if (spot.managed) return StateLibrary.getLiquidity(IPoolManager(spot.pool), idOf(spot));
        return IUniswapV3Pool(spot.pool).liquidity();
    }

    function tickAt(Spot memory spot, int24 tick) internal view returns (bool initialised, int128 net) {
        uint128 gross;
        if (spot.managed) (gross, net) = StateLibrary.getTickLiquidity(IPoolManager(spot.pool), idOf(spot), tick);
        else (gross, net,,,,,,) = IUniswapV3Pool(spot.pool).ticks(tick);
        initialised = gross != 0;
    }

    // --- the lens ---

    function asking(Spot memory spot, uint256 amount0, uint256 amount1, uint8 words)
        internal
        pure
        returns (PoolQuery memory query)
    {
        (query.venue, query.pool) = (spot.managed ? Venue.UniswapV4 : Venue.UniswapV3, spot.pool);
        (query.token0, query.token1) = (spot.key.currency0, spot.key.currency1);
        (query.feePips, query.tickSpacing, query.hooks) = (spot.key.fee, spot.key.tickSpacing, spot.key.hooks);
        (query.amount0, query.amount1, query.words) = (amount0, amount1, words);
    }

    function see(PoolQuery memory query) internal view returns (PoolState memory) {
        PoolQuery[] memory queries = new PoolQuery[](1);
        queries[0] = query;
        PoolState[] memory pools = lens.observe(address(vault), 0, 0, queries, new uint32[](0), 0).pools;
        assertEq(pools.length, 1);
        assertEq(pools[0].pool, query.pool);
        assertEq(uint256(pools[0].venue), uint256(query.venue));
        return pools[0];
    }

    function expectMissing(PoolQuery memory query) internal view {
        PoolState memory nothing;
        (nothing.venue, nothing.pool) = (query.venue, query.pool);
        assertEq(abi.encode(see(query)), abi.encode(nothing));
    }

    /// @notice The same as an earlier answer, if nothing has changed since.
    function knowing(PoolQuery memory query, PoolState memory earlier) internal pure returns (PoolQuery memory) {
        (query.knownLower, query.knownUpper) = (earlier.tickLower, earlier.tickUpper);
        query.knownTicks = digestOf(earlier.ticks);
        return query;
    }

    /// @notice As the interface defines it.
    function digestOf(TickInfo[] memory ticks) internal pure returns (bytes32) {
        bytes memory packed;
        for (uint256 i = 0; i < ticks.length; i++) {
            packed = abi.encodePacked(packed, ticks[i].index, ticks[i].liquidityNet);
        }
        return keccak256(packed);
    }

    // --- bitmap words ---

    function floorTo(int24 tick, int24 step) internal pure returns (int24) {
        int24 rest = tick % step;
        return tick - (rest < 0 ? rest + step : rest);
    }

    /// @notice The first tick of the word that lies `words` words from the one that `tick` is in.
    function wordStart(int24 tick, int24 spacing, int24 words) internal pure returns (int24) {
        return floorTo(tick, 256 * spacing) + words * 256 * spacing;
    }
}
