// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {
    IUniswapV4PoolManager,
    IUniswapV4UnlockCallback,
    PoolKey,
    SwapParameters
} from "../../src/interfaces/IUniswapV4PoolManager.sol";
import {MockToken} from "./MockToken.sol";
import {Uniswap} from "./Uniswap.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

struct LiquidityParameters {
    int24 tickLower;
    int24 tickUpper;
    int256 liquidityDelta;
    bytes32 salt;
}

interface IV4Minter is IUniswapV4PoolManager {
    function initialize(PoolKey calldata key, uint160 sqrtPriceX96) external returns (int24 tick);
    function modifyLiquidity(PoolKey calldata key, LiquidityParameters calldata parameters, bytes calldata hookData)
        external
        returns (int256 callerDelta, int256 feesAccrued);
}

/// @title Speaks to a manager with nothing of the router's: does one thing, mints what it owes, takes what is due
contract PlainUnlocker is IUniswapV4UnlockCallback {
    IV4Minter private immutable manager;

    constructor(IV4Minter manager_) {
        manager = manager_;
    }

    function swap(PoolKey calldata key, SwapParameters calldata parameters) external returns (int128, int128) {
        return run(key, abi.encodeCall(manager.swap, (key, parameters, "")));
    }

    function addLiquidity(PoolKey calldata key, LiquidityParameters calldata parameters) external {
        run(key, abi.encodeCall(manager.modifyLiquidity, (key, parameters, "")));
    }

    function run(PoolKey calldata key, bytes memory question) private returns (int128, int128) {
        bytes memory answer = manager.unlock(abi.encode(key.currency0, key.currency1, question));
        return abi.decode(answer, (int128, int128));
    }

    function unlockCallback(bytes calldata data) external returns (bytes memory) {
        require(msg.sender == address(manager), "not the manager");
        (address currency0, address currency1, bytes memory question) = abi.decode(data, (address, address, bytes));
        (bool done, bytes memory answer) = address(manager).call(question);
        if (!done) {
            assembly ("memory-safe") {
                revert(add(answer, 0x20), mload(answer))
            }
        }
        int256 delta = abi.decode(answer, (int256));
        (int128 amount0, int128 amount1) = (int128(delta >> 128), int128(delta));
        square(currency0, amount0);
        square(currency1, amount1);
        return abi.encode(amount0, amount1);
    }

    function square(address currency, int128 delta) private {
        if (delta > 0) manager.take(currency, address(this), uint128(delta));
        if (delta >= 0) return;
        manager.sync(currency);
        MockToken(currency).mint(address(manager), uint128(-delta));
        manager.settle();
    }
}

/// @title The genuine Uniswap v4, from the bytecode of its npm package, and pools filled at a price
abstract contract UniswapV4 is Uniswap {
    /// @notice A manager of its own each time, without a protocol fee.
    function deployManager() internal returns (IV4Minter) {
        bytes memory code = vm.getCode("../node_modules/@uniswap/v4-core/out/PoolManager.sol/PoolManager.json");
        return IV4Minter(create(abi.encodePacked(code, abi.encode(address(this)))));
    }

    function keyOf(MockToken a, MockToken b, uint24 fee, int24 tickSpacing, address hooks)
        internal
        pure
        returns (PoolKey memory)
    {
        (MockToken token0, MockToken token1) = a < b ? (a, b) : (b, a);
        return PoolKey(address(token0), address(token1), fee, tickSpacing, hooks);
    }

    /// @notice A pool at the price of the two amounts, with one position over [-reach, reach] around it that a v2 pair
    /// of these amounts would have as virtual reserves. `reach` in ticks; 0 is the whole range.
    function fillKey(IV4Minter manager, PoolKey memory key, uint256 amount0, uint256 amount1, int24 reach) internal {
        uint256 square = FixedPointMathLib.fullMulDiv(amount1, 2 ** 192, amount0);
        int24 tick = manager.initialize(key, uint160(FixedPointMathLib.sqrt(square)));
        int24 spacing = key.tickSpacing;
        int24 lower = reach == 0 ? -(887272 / spacing) * spacing : (tick - reach) / spacing * spacing;
        int24 upper = reach == 0 ? (887272 / spacing) * spacing : (tick + reach) / spacing * spacing;
        int256 liquidity = int256(FixedPointMathLib.sqrt(amount0 * amount1));
        new PlainUnlocker(manager).addLiquidity(key, LiquidityParameters(lower, upper, liquidity, 0));
    }
}
