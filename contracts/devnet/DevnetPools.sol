// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

interface IDevnetToken {
    function mint(address to, uint256 amount) external;
    function transfer(address to, uint256 amount) external returns (bool);
}

interface IV2Pair {
    function token0() external view returns (address);
    function token1() external view returns (address);
    function getReserves() external view returns (uint112 reserve0, uint112 reserve1, uint32 at);
    function mint(address to) external returns (uint256 liquidity);
    function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes calldata data) external;
}

interface IV3Pool {
    function token0() external view returns (address);
    function token1() external view returns (address);
    function slot0() external view returns (uint160 sqrtPriceX96, int24 tick, uint16, uint16, uint16, uint8, bool);
    function mint(address to, int24 tickLower, int24 tickUpper, uint128 amount, bytes calldata data)
        external
        returns (uint256 amount0, uint256 amount1);
    function swap(address to, bool zeroForOne, int256 amountSpecified, uint160 sqrtPriceLimitX96, bytes calldata data)
        external
        returns (int256 amount0, int256 amount1);
}

/// @title Liquidity provider and arbitrageur of the local chain
/// @notice It mints what it pays (tokens are play money there) and spends WETH it was given. Anyone may call it: whoever
/// wants to move a pool in a test can.
contract DevnetPools {
    struct Position {
        int24 tickLower;
        int24 tickUpper;
        uint128 liquidity;
    }

    /// @notice Where a pool's price (token1 per token0, as a square root with 96 fractional bits) must lie.
    struct Band {
        address pool;
        bool constantProduct; // a v2 pair
        uint160 low;
        uint160 high;
    }

    address private immutable _weth;

    /// @dev The pool whose callback is being answered.
    address private transient _expected;

    error UnexpectedCallback();

    constructor(address weth) {
        _weth = weth;
    }

    /// @notice Adds positions to a v3 pool.
    function addPositions(address pool, Position[] calldata positions) external {
        _expected = pool;
        for (uint256 i; i < positions.length; ++i) {
            IV3Pool(pool)
                .mint(address(this), positions[i].tickLower, positions[i].tickUpper, positions[i].liquidity, "");
        }
        _expected = address(0);
    }

    /// @notice Adds liquidity to a v2 pair.
    function addReserves(address pair, uint256 amount0, uint256 amount1) external {
        _pay(IV2Pair(pair).token0(), pair, amount0);
        _pay(IV2Pair(pair).token1(), pair, amount1);
        IV2Pair(pair).mint(address(this));
    }

    /// @notice Trades each pool that left its band back to the nearer edge. Returns how many needed it.
    function arbitrage(Band[] calldata bands) external returns (uint256 moved) {
        for (uint256 i; i < bands.length; ++i) {
            if (bands[i].constantProduct ? _movePair(bands[i]) : _movePool(bands[i])) ++moved;
        }
    }

    function _movePool(Band calldata band) private returns (bool) {
        (uint160 price,,,,,,) = IV3Pool(band.pool).slot0();
        if (price >= band.low && price <= band.high) return false;
        _expected = band.pool;
        bool down = price > band.high;
        IV3Pool(band.pool).swap(address(this), down, type(int128).max, down ? band.high : band.low, "");
        _expected = address(0);
        return true;
    }

    /// @dev The new input reserve is the old product's root over the target price's; the pair's 0.3 % comes on top.
    function _movePair(Band calldata band) private returns (bool) {
        (uint112 reserve0, uint112 reserve1,) = IV2Pair(band.pool).getReserves();
        uint256 root = FixedPointMathLib.sqrt(uint256(reserve0) * reserve1);
        uint256 low = FixedPointMathLib.fullMulDiv(root, 1 << 96, band.high); // reserve0 where the price is at its highest
        uint256 high = FixedPointMathLib.fullMulDiv(root, 1 << 96, band.low);
        if (reserve0 >= low && reserve0 <= high) return false;
        bool sellToken0 = reserve0 < low;
        uint256 input = sellToken0 ? reserve0 : reserve1;
        uint256 output = sellToken0 ? reserve1 : reserve0;
        uint256 target = sellToken0 ? low : FixedPointMathLib.fullMulDiv(root, band.low, 1 << 96);
        if (target <= input) return false;
        uint256 amountIn = FixedPointMathLib.fullMulDiv(target - input, 1000, 997);
        uint256 amountOut = (amountIn * 997 * output) / (input * 1000 + amountIn * 997);
        if (amountOut == 0) return false;
        _pay(sellToken0 ? IV2Pair(band.pool).token0() : IV2Pair(band.pool).token1(), band.pool, amountIn);
        IV2Pair(band.pool).swap(sellToken0 ? 0 : amountOut, sellToken0 ? amountOut : 0, address(this), "");
        return true;
    }

    function uniswapV3MintCallback(uint256 amount0, uint256 amount1, bytes calldata) external {
        _settle(int256(amount0), int256(amount1));
    }

    function uniswapV3SwapCallback(int256 amount0, int256 amount1, bytes calldata) external {
        _settle(amount0, amount1);
    }

    function _settle(int256 amount0, int256 amount1) private {
        if (msg.sender != _expected) revert UnexpectedCallback();
        if (amount0 > 0) _pay(IV3Pool(msg.sender).token0(), msg.sender, uint256(amount0));
        if (amount1 > 0) _pay(IV3Pool(msg.sender).token1(), msg.sender, uint256(amount1));
    }

    function _pay(address token, address to, uint256 amount) private {
        if (token == _weth) IDevnetToken(token).transfer(to, amount);
        else IDevnetToken(token).mint(to, amount);
    }
}
