// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Leg, Venue} from "./Types.sol";
import {Refusal, Refused} from "./Refusal.sol";
import {TokenMove} from "./guards/TokenMove.sol";
import {TransientLock} from "./guards/TransientLock.sol";
import {IRouter} from "./interfaces/IRouter.sol";
import {IUniswapV2Pair} from "./interfaces/IUniswapV2Pair.sol";
import {IUniswapV3Pool, IUniswapV3SwapCallback} from "./interfaces/IUniswapV3Pool.sol";

/// @title Swaps legs directly on the pools
/// @notice Stateless, without an administrator, and never given an allowance. The caller sends exactly the sum of the
/// legs before it calls; every leg is spent whole or the call reverts, so nothing stays here. Pools are not trusted:
/// each gets its leg once, and what comes of it is for the caller to measure.
contract Router is IRouter, IUniswapV3SwapCallback, TransientLock {
    uint256 private constant PIPS = 1_000_000;
    uint160 private constant LOWEST_SQRT_PRICE = 4295128740;
    uint160 private constant HIGHEST_SQRT_PRICE = 1461446703485210103287273052203988822378723970341;

    // The one payment that a v3 pool may collect, cleared before it is made.
    address private transient expectedPool;
    address private transient expectedToken;
    uint256 private transient expectedAmount;

    /// @inheritdoc IRouter
    function swap(address sell, address buy, address recipient, Leg[] calldata legs) external lock {
        for (uint256 i = 0; i < legs.length; i++) {
            if (legs[i].venue == Venue.UniswapV2) swapPair(sell, buy, recipient, legs[i]);
            else swapPool(sell, buy, recipient, legs[i]);
        }
    }

    /// @dev The input goes straight to the pair; its own balance says what arrived.
    function swapPair(address sell, address buy, address recipient, Leg calldata leg) private {
        bool zeroForOne = sell < buy;
        (uint256 reserveIn, uint256 reserveOut) = reserves(leg.pool, zeroForOne);
        TokenMove.push(sell, leg.pool, leg.amountIn);
        uint256 balance = TokenMove.balanceOf(sell, leg.pool);
        uint256 arrived = balance > reserveIn ? balance - reserveIn : 0;
        if (arrived > type(uint112).max || leg.feePips >= PIPS) fail(leg.pool);
        uint256 afterFee = arrived * (PIPS - leg.feePips);
        uint256 denominator = reserveIn * PIPS + afterFee;
        if (denominator == 0) fail(leg.pool);
        uint256 out = afterFee * reserveOut / denominator;
        (uint256 out0, uint256 out1) = zeroForOne ? (uint256(0), out) : (out, uint256(0));
        callPool(leg.pool, abi.encodeCall(IUniswapV2Pair.swap, (out0, out1, recipient, "")));
    }

    function reserves(address pair, bool zeroForOne) private view returns (uint256 reserveIn, uint256 reserveOut) {
        (bool done, bytes memory answer) = pair.staticcall(abi.encodeCall(IUniswapV2Pair.getReserves, ()));
        if (!done || answer.length < 96) fail(pair);
        (uint256 reserve0, uint256 reserve1) = abi.decode(answer, (uint256, uint256));
        if (reserve0 > type(uint112).max || reserve1 > type(uint112).max) fail(pair);
        return zeroForOne ? (reserve0, reserve1) : (reserve1, reserve0);
    }

    function swapPool(address sell, address buy, address recipient, Leg calldata leg) private {
        if (leg.amountIn > uint256(type(int256).max)) fail(leg.pool);
        bool zeroForOne = sell < buy;
        expectedPool = leg.pool;
        expectedToken = sell;
        expectedAmount = leg.amountIn;
        uint160 limit = zeroForOne ? LOWEST_SQRT_PRICE : HIGHEST_SQRT_PRICE;
        callPool(
            leg.pool, abi.encodeCall(IUniswapV3Pool.swap, (recipient, zeroForOne, int256(leg.amountIn), limit, ""))
        );
        // A pool that did not collect leaves the leg here: then the whole order must not have been.
        if (expectedPool != address(0)) fail(leg.pool);
    }

    /// @inheritdoc IUniswapV3SwapCallback
    function uniswapV3SwapCallback(int256 amount0Delta, int256 amount1Delta, bytes calldata) external {
        if (msg.sender != expectedPool) revert Refused(Refusal.Unauthorized, uint160(msg.sender));
        expectedPool = address(0);
        int256 owed = amount0Delta > 0 ? amount0Delta : amount1Delta;
        // Less than the leg means that the pool ran out of liquidity on the way.
        if (owed < 0 || uint256(owed) != expectedAmount) fail(msg.sender);
        TokenMove.push(expectedToken, msg.sender, expectedAmount);
    }

    function callPool(address pool, bytes memory data) private {
        if (pool.code.length == 0) fail(pool);
        (bool done, bytes memory answer) = pool.call(data);
        if (done) return;
        // Our own refusals (a second callback, a failed payment) keep their reason; a pool's are not ours to decode.
        if (answer.length == 68 && bytes4(answer) == Refused.selector) {
            assembly ("memory-safe") {
                revert(add(answer, 0x20), 68)
            }
        }
        fail(pool);
    }

    function fail(address pool) private pure {
        revert Refused(Refusal.TransferFailed, uint160(pool));
    }
}
