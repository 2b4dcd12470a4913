// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Venue} from "../Types.sol";
import {ManagedPool} from "./ManagedPool.sol";
import {NoPool} from "./NoPool.sol";
import {TickWindowGrowth} from "./TickWindow.sol";
import {PoolQuery, PoolState} from "../interfaces/ILens.sol";
import {IUniswapV2Pair} from "../interfaces/IUniswapV2Pair.sol";
import {IUniswapV3Pool} from "../interfaces/IUniswapV3Pool.sol";
import {StaticQuestion} from "../oracle/StaticQuestion.sol";
import {TickMath} from "@uniswap/v4-core/src/libraries/TickMath.sol";

/// @title A pool as it stands; reverts where there is none
library PoolReading {
    /// @notice Widest spacing that v4 allows; v3's are half as wide.
    int256 private constant WIDEST_SPACING = 32767;
    uint256 private constant PIPS = 1_000_000;
    /// @notice The most a v4 manager lets the protocol take, pips.
    uint256 private constant MOST_PROTOCOL_FEE = 1000;

    function read(PoolQuery calldata query) internal view returns (PoolState memory pool) {
        pool.venue = query.venue;
        pool.pool = query.pool;
        if (query.venue == Venue.UniswapV2) readPair(query.pool, pool);
        else if (query.venue == Venue.UniswapV3) readPool(query, pool);
        else readManaged(query, pool);
        pool.exists = true;
    }

    function readPair(address pair, PoolState memory pool) private view {
        readTokens(pair, pool);
        uint256 answer = asked(pair, IUniswapV2Pair.getReserves.selector, 3 * 32);
        uint256 reserve0 = wordAt(answer, 0);
        uint256 reserve1 = wordAt(answer, 1);
        if (reserve0 > type(uint112).max || reserve1 > type(uint112).max) revert NoPool();
        pool.reserve0 = uint112(reserve0);
        pool.reserve1 = uint112(reserve1);
    }

    function readPool(PoolQuery calldata query, PoolState memory pool) private view {
        address at = query.pool;
        readTokens(at, pool);
        uint256 answer = asked(at, IUniswapV3Pool.slot0.selector, 7 * 32);
        setPrice(pool, wordAt(answer, 0), int256(wordAt(answer, 1)));
        uint256 fee = wordAt(asked(at, IUniswapV3Pool.fee.selector, 32), 0);
        int256 spacing = int256(wordAt(asked(at, IUniswapV3Pool.tickSpacing.selector, 32), 0));
        setTerms(pool, fee, spacing, wordAt(asked(at, IUniswapV3Pool.liquidity.selector, 32), 0));
        TickWindowGrowth.read(query, pool, 0);
    }

    function readManaged(PoolQuery calldata query, PoolState memory pool) private view {
        pool.id = ManagedPool.idOf(query);
        pool.token0 = query.token0;
        pool.token1 = query.token1;
        pool.hooks = query.hooks;
        uint256 slot = ManagedPool.slotOf(pool.id);
        (uint256 slot0, uint256 liquidity) = ManagedPool.head(query.pool, slot);
        setPrice(pool, uint160(slot0), int24(uint24(slot0 >> 160)));
        pool.protocolFee0 = uint16((slot0 >> 184) & 0xfff);
        pool.protocolFee1 = uint16((slot0 >> 196) & 0xfff);
        if (pool.protocolFee0 > MOST_PROTOCOL_FEE || pool.protocolFee1 > MOST_PROTOCOL_FEE) revert NoPool();
        // A static fee never leaves the key's.
        if (uint24(slot0 >> 208) != query.feePips) revert NoPool();
        setTerms(pool, query.feePips, query.tickSpacing, liquidity);
        TickWindowGrowth.read(query, pool, slot);
    }

    function readTokens(address at, PoolState memory pool) private view {
        uint256 token0 = wordAt(asked(at, IUniswapV2Pair.token0.selector, 32), 0);
        uint256 token1 = wordAt(asked(at, IUniswapV2Pair.token1.selector, 32), 0);
        if (token0 > type(uint160).max || token1 > type(uint160).max) revert NoPool();
        pool.token0 = address(uint160(token0));
        pool.token1 = address(uint160(token1));
    }

    /// @dev A price on a tick may belong to the one below: it was reached from above.
    function setPrice(PoolState memory pool, uint256 root, int256 tick) private pure {
        if (tick < TickMath.MIN_TICK || tick >= TickMath.MAX_TICK) revert NoPool();
        if (root < TickMath.getSqrtPriceAtTick(int24(tick))) revert NoPool();
        if (root > TickMath.getSqrtPriceAtTick(int24(tick + 1))) revert NoPool();
        pool.sqrtPriceX96 = uint160(root);
        pool.tick = int24(tick);
    }

    function setTerms(PoolState memory pool, uint256 fee, int256 spacing, uint256 liquidity) private pure {
        if (fee >= PIPS || liquidity > type(uint128).max || spacing < 1 || spacing > WIDEST_SPACING) revert NoPool();
        pool.feePips = uint24(fee);
        pool.tickSpacing = int24(spacing);
        pool.liquidity = uint128(liquidity);
    }

    function asked(address at, bytes4 selector, uint256 size) private view returns (uint256 answer) {
        bool done;
        (done, answer) = StaticQuestion.ask(at, selector, 0, size);
        if (!done) revert NoPool();
    }

    /// @dev Before anything else is asked or allocated.
    function wordAt(uint256 answer, uint256 index) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(answer, shl(5, index)))
        }
    }
}
