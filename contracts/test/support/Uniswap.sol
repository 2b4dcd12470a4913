// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "forge-std/Test.sol";
import {MockToken} from "./MockToken.sol";
import {IUniswapV3Pool} from "../../src/interfaces/IUniswapV3Pool.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

interface IV2Factory {
    function createPair(address a, address b) external returns (address);
}

interface IV2Minter {
    function mint(address to) external returns (uint256);
}

interface IV3Factory {
    function createPool(address a, address b, uint24 fee) external returns (address);
}

interface IV3Minter {
    function initialize(uint160 sqrtPriceX96) external;
    function mint(address recipient, int24 lower, int24 upper, uint128 amount, bytes calldata data)
        external
        returns (uint256, uint256);
    function increaseObservationCardinalityNext(uint16 next) external;
}

/// @title The genuine Uniswap v2 and v3, from the bytecode of their npm packages, and pools filled at a price
abstract contract Uniswap is Test {
    IV2Factory internal v2Factory;
    IV3Factory internal v3Factory;

    function deployUniswap() internal {
        string memory v2 = vm.readFile("../node_modules/@uniswap/v2-core/build/UniswapV2Factory.json");
        bytes memory v2Code = vm.parseBytes(string.concat("0x", vm.parseJsonString(v2, ".bytecode")));
        v2Factory = IV2Factory(create(abi.encodePacked(v2Code, abi.encode(address(this)))));
        string memory path = "../node_modules/@uniswap/v3-core/artifacts/contracts/UniswapV3Factory.sol/";
        string memory v3 = vm.readFile(string.concat(path, "UniswapV3Factory.json"));
        v3Factory = IV3Factory(create(vm.parseJsonBytes(v3, ".bytecode")));
    }

    function create(bytes memory code) internal returns (address deployed) {
        assembly {
            deployed := create(0, add(code, 0x20), mload(code))
        }
        require(deployed != address(0), "not deployed");
    }

    /// @notice A pair holding the two amounts.
    function fillPair(MockToken a, uint256 amountA, MockToken b, uint256 amountB) internal returns (address pair) {
        pair = v2Factory.createPair(address(a), address(b));
        a.mint(pair, amountA);
        b.mint(pair, amountB);
        IV2Minter(pair).mint(address(this));
    }

    /// @notice A pool at the price of the two amounts, with one position over [-reach, reach] around it that a v2 pair
    /// of these amounts would have as virtual reserves. `reach` in ticks; 0 is the whole range.
    function fillPool(MockToken a, uint256 amountA, MockToken b, uint256 amountB, uint24 fee, int24 reach)
        internal
        returns (address pool)
    {
        pool = v3Factory.createPool(address(a), address(b), fee);
        (uint256 amount0, uint256 amount1) = a < b ? (amountA, amountB) : (amountB, amountA);
        uint256 square = FixedPointMathLib.fullMulDiv(amount1, 2 ** 192, amount0);
        IV3Minter(pool).initialize(uint160(FixedPointMathLib.sqrt(square)));
        uint128 liquidity = uint128(FixedPointMathLib.sqrt(amount0 * amount1));
        addLiquidity(pool, reach, liquidity);
    }

    function addLiquidity(address pool, int24 reach, uint128 liquidity) internal {
        int24 spacing = IUniswapV3Pool(pool).tickSpacing();
        (, int24 tick,,,,,) = IUniswapV3Pool(pool).slot0();
        int24 lower = reach == 0 ? -(887272 / spacing) * spacing : (tick - reach) / spacing * spacing;
        int24 upper = reach == 0 ? (887272 / spacing) * spacing : (tick + reach) / spacing * spacing;
        IV3Minter(pool).mint(address(this), lower, upper, liquidity, "");
    }

    function uniswapV3MintCallback(uint256 amount0, uint256 amount1, bytes calldata) external {
        if (amount0 > 0) MockToken(IUniswapV3Pool(msg.sender).token0()).mint(msg.sender, amount0);
        if (amount1 > 0) MockToken(IUniswapV3Pool(msg.sender).token1()).mint(msg.sender, amount1);
    }
}
