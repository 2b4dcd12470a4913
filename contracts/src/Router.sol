// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Leg, Venue} from "./Types.sol";
import {Refusal, refuse} from "./Refusal.sol";
import {TokenMove} from "./guards/TokenMove.sol";
import {IRouter} from "./interfaces/IRouter.sol";
import {IUniswapV3SwapCallback} from "./interfaces/IUniswapV3Pool.sol";
import {IUniswapV4UnlockCallback, PoolKey} from "./interfaces/IUniswapV4PoolManager.sol";
import {ExpectedPayment} from "./router/ExpectedPayment.sol";
import {ManagerCall} from "./router/ManagerCall.sol";
import {PoolCall} from "./router/PoolCall.sol";
import {Sections} from "./router/Sections.sol";
import {StaticPool} from "./router/StaticPool.sol";

/// @title Swaps legs directly on the pools
/// @notice Stateless, without an administrator, and never given an allowance. The caller sends exactly the sum of the
/// legs that sell its token before it calls; every leg is spent whole or the call reverts, so nothing of what the order
/// sells or buys stays here. What stays of a token on the way, where the legs do not plan to sell all of it, is nobody's:
/// the next order that comes through that token takes it along. No pool is trusted, nor a manager, nor a token: each pool
/// gets its leg once, and what comes of it is for the caller to measure.
contract Router is IRouter, IUniswapV3SwapCallback, IUniswapV4UnlockCallback {
    uint256 private constant PIPS = 1_000_000;
    // One inside what v3 and v4 pools can express: no limit at all.
    uint256 private constant LOWEST_SQRT_PRICE = 4295128740;
    uint256 private constant HIGHEST_SQRT_PRICE = 1461446703485210103287273052203988822378723970341;

    /// @inheritdoc IRouter
    /// @dev Pools pay here, where nothing else ever comes in: what reaches the recipient meanwhile is not taken for output.
    /// What somebody left here before is theirs no longer: it goes along, as a gift to the recipient.
    function swap(address sell, address buy, address recipient, Leg[] calldata legs)
        external
        returns (uint256 received)
    {
        ExpectedPayment.requireIdle();
        (address sold, address bought) = (sell, buy);
        uint256 rest = Sections.DIRECT;
        for (uint256 i = 0; i < legs.length; i++) {
            (Leg calldata leg, uint256 venue) = legAt(legs, i);
            if (venue > uint256(Venue.UniswapV4)) {
                (sold, bought, rest) = Sections.open(leg, sell, buy);
                continue;
            }
            uint256 amountIn = leg.amountIn;
            if (rest != Sections.DIRECT) (amountIn, rest) = Sections.share(sold, rest, amountIn);
            if (venue == uint256(Venue.UniswapV3)) swapPool(sold, bought, leg, amountIn);
            else if (venue == uint256(Venue.UniswapV2)) swapPair(sold, bought, leg, amountIn);
            else swapManaged(sold, bought, leg, amountIn);
        }
        received = TokenMove.balanceOf(buy, address(this));
        TokenMove.push(buy, recipient, received);
        ExpectedPayment.finish();
    }

    /// @dev Without asking again whether it is there. The venue is as it lies in calldata: whether one that is no pool's is a
    /// head's is for `open` to see.
    function legAt(Leg[] calldata legs, uint256 i) private pure returns (Leg calldata leg, uint256 venue) {
        assembly ("memory-safe") {
            leg := add(legs.offset, mul(i, 0xc0))
            venue := calldataload(leg)
        }
    }

    /// @dev The input goes straight to the pair. Where less arrives (a fee on transfer), the pair refuses the output.
    function swapPair(address sell, address buy, Leg calldata leg, uint256 amountIn) private {
        ExpectedPayment.runAlone();
        address pair = leg.pool;
        uint256 feePips = leg.feePips;
        if (amountIn > type(uint112).max || feePips >= PIPS) PoolCall.fail(pair);
        bool zeroForOne = sell < buy;
        (uint256 reserveIn, uint256 reserveOut) = PoolCall.reserves(pair);
        if (!zeroForOne) (reserveIn, reserveOut) = (reserveOut, reserveIn);
        TokenMove.push(sell, pair, amountIn);
        uint256 out;
        // 112 bits each for amount and reserves, 20 for a million: 244 at most.
        unchecked {
            uint256 afterFee = amountIn * (PIPS - feePips);
            uint256 denominator = reserveIn * PIPS + afterFee;
            if (denominator == 0) PoolCall.fail(pair);
            out = afterFee * reserveOut / denominator;
        }
        (uint256 out0, uint256 out1) = zeroForOne ? (uint256(0), out) : (out, uint256(0));
        PoolCall.swapPair(pair, out0, out1, address(this));
    }

    function swapPool(address sell, address buy, Leg calldata leg, uint256 amountIn) private {
        address pool = leg.pool;
        if (amountIn > ExpectedPayment.LARGEST) PoolCall.fail(pool);
        bool zeroForOne = sell < buy;
        ExpectedPayment.expect(pool, ExpectedPayment.BY_POOL, sell, amountIn);
        PoolCall.swapPool(pool, address(this), zeroForOne, amountIn, limit(zeroForOne));
        // A pool that did not collect leaves the leg here: then the whole order must not have been.
        if (!ExpectedPayment.collected()) PoolCall.fail(pool);
    }

    /// @inheritdoc IUniswapV3SwapCallback
    function uniswapV3SwapCallback(int256 amount0Delta, int256 amount1Delta, bytes calldata) external {
        (address token, uint256 amount) = ExpectedPayment.collect(ExpectedPayment.BY_POOL);
        int256 owed = amount0Delta > 0 ? amount0Delta : amount1Delta;
        // Less than the leg means that the pool ran out of liquidity on the way.
        if (owed != int256(amount)) PoolCall.fail(msg.sender);
        TokenMove.push(token, msg.sender, amount);
    }

    function swapManaged(address sell, address buy, Leg calldata leg, uint256 amountIn) private {
        address manager = leg.pool;
        if (amountIn > ExpectedPayment.LARGEST) PoolCall.fail(manager);
        PoolKey memory key = PoolKey(sell, buy, leg.feePips, leg.tickSpacing, leg.hooks);
        if (sell > buy) (key.currency0, key.currency1) = (buy, sell);
        requireStatic(key);
        ExpectedPayment.expect(manager, ExpectedPayment.BY_MANAGER, sell, amountIn);
        ManagerCall.unlock(manager, key);
        if (!ExpectedPayment.collected()) PoolCall.fail(manager);
    }

    /// @dev Nobody may change between plan and trade what a pool gives, other than by trading.
    function requireStatic(PoolKey memory key) private pure {
        if (key.currency0 == address(0)) refuse(Refusal.VenueRefused, 0);
        if (key.fee & StaticPool.DYNAMIC_FEE != 0) refuse(Refusal.VenueRefused, key.fee);
        if (uint160(key.hooks) & StaticPool.SWAP_HOOKS != 0) refuse(Refusal.VenueRefused, uint160(key.hooks));
    }

    /// @inheritdoc IUniswapV4UnlockCallback
    /// @dev Only what is said to the manager itself is taken from `data`, which it could have made up.
    function unlockCallback(bytes calldata data) external returns (bytes memory) {
        (address token, uint256 amount) = ExpectedPayment.collect(ExpectedPayment.BY_MANAGER);
        if (data.length != ManagerCall.KEY_SIZE) PoolCall.fail(msg.sender);
        address buy = address(bytes20(data[12:32]));
        bool zeroForOne = token == buy;
        if (zeroForOne) buy = address(bytes20(data[44:64]));
        int256 delta = ManagerCall.swap(data, zeroForOne, amount, limit(zeroForOne));
        (int128 owed, int128 due) = (int128(delta >> 128), int128(delta));
        if (!zeroForOne) (owed, due) = (due, owed);
        // Less than the leg means that the pool ran out of liquidity on the way.
        if (owed != -int256(amount) || due < 0) PoolCall.fail(msg.sender);
        ManagerCall.sync(token);
        TokenMove.push(token, msg.sender, amount);
        ManagerCall.settle();
        ManagerCall.take(buy, address(this), uint128(due));
        return "";
    }

    function limit(bool zeroForOne) private pure returns (uint256) {
        return zeroForOne ? LOWEST_SQRT_PRICE : HIGHEST_SQRT_PRICE;
    }
}
