// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "../src/interfaces/IERC20.sol";
import {IUniswapV3Pool} from "../src/interfaces/IUniswapV3Pool.sol";
import {IUniswapV2Pair} from "../src/interfaces/IUniswapV2Pair.sol";

/// @title Everybody else in the gas bench's market: provides liquidity, trades without any guard
contract BenchTrader {
    function mint(address pool, int24 lower, int24 upper, uint128 liquidity) external {
        (bool done,) = pool.call(
            abi.encodeWithSignature(
                "mint(address,int24,int24,uint128,bytes)", address(this), lower, upper, liquidity, bytes("")
            )
        );
        require(done, "not minted");
    }

    /// @notice Moves a pool to a price.
    function push(address pool, bool zeroForOne, uint160 sqrtPriceX96) external {
        IUniswapV3Pool(pool).swap(address(this), zeroForOne, 1e30, sqrtPriceX96, "");
    }

    function swapPool(address pool, bool zeroForOne, uint256 amountIn) external {
        uint160 limit = zeroForOne ? 4295128740 : 1461446703485210103287273052203988822378723970341;
        IUniswapV3Pool(pool).swap(address(this), zeroForOne, int256(amountIn), limit, "");
    }

    function swapPair(address pair, address sell, bool zeroForOne, uint256 amountIn) external {
        (uint256 reserve0, uint256 reserve1,) = IUniswapV2Pair(pair).getReserves();
        (uint256 reserveIn, uint256 reserveOut) = zeroForOne ? (reserve0, reserve1) : (reserve1, reserve0);
        uint256 out = amountIn * 997 * reserveOut / (reserveIn * 1000 + amountIn * 997);
        IERC20(sell).transfer(pair, amountIn);
        IUniswapV2Pair(pair).swap(zeroForOne ? 0 : out, zeroForOne ? out : 0, address(this), "");
    }

    function uniswapV3SwapCallback(int256 delta0, int256 delta1, bytes calldata) external {
        pay(delta0, delta1);
    }

    function uniswapV3MintCallback(uint256 owed0, uint256 owed1, bytes calldata) external {
        pay(int256(owed0), int256(owed1));
    }

    function pay(int256 owed0, int256 owed1) private {
        if (owed0 > 0) IERC20(IUniswapV3Pool(msg.sender).token0()).transfer(msg.sender, uint256(owed0));
        if (owed1 > 0) IERC20(IUniswapV3Pool(msg.sender).token1()).transfer(msg.sender, uint256(owed1));
    }
}

/// @title The aggregator behind a proxied price feed: three words are read for an answer
contract BenchAggregator {
    uint256 private access = 1;
    uint256 private round = 7;
    uint256 private stored;

    constructor(uint256 answer) {
        set(answer);
    }

    function set(uint256 answer) public {
        stored = (answer << 64) | block.timestamp;
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        require(access != 0, "no access");
        uint256 word = stored;
        return (uint80(round), int256(word >> 64), uint64(word), uint64(word), uint80(round));
    }
}

/// @title A proxied price feed as mainnet has it: two words of its own, then the aggregator
contract BenchFeed {
    address private controller;
    BenchAggregator public aggregator;
    uint8 public constant decimals = 8;

    constructor(uint256 answer) {
        aggregator = new BenchAggregator(answer);
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        require(controller == address(0), "no access");
        return aggregator.latestRoundData();
    }
}

/// @title Stands at the address of the ERC-2470 factory, through which Zodiac Roles stores its conditions
contract BenchSingletonFactory {
    function deploy(bytes memory initCode, bytes32 salt) external returns (address created) {
        assembly ("memory-safe") {
            created := create2(0, add(initCode, 0x20), mload(initCode), salt)
        }
    }
}
