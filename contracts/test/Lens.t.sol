// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../src/Types.sol";
import {ILens, PoolHistory, PoolQuery, PoolState, TickView} from "../src/interfaces/ILens.sol";
import {IUniswapV3Pool} from "../src/interfaces/IUniswapV3Pool.sol";
import {Lens} from "../src/Lens.sol";
import {IV3Minter} from "./support/Uniswap.sol";
import {World} from "./support/World.sol";

contract BurningPool {
    fallback() external {
        while (true) {}
    }
}

/// @notice Answers like a v3 pool until the ticks are asked for.
contract HalfPool {
    address public immutable token0 = address(1);
    address public immutable token1 = address(2);
    uint24 public immutable fee = 500;
    int24 public immutable tickSpacing = 10;
    uint128 public immutable liquidity = 1;

    function slot0() external pure returns (uint160, int24, uint16, uint16, uint16, uint8, bool) {
        return (1 << 96, 0, 0, 1, 1, 0, true);
    }

    function observe(uint32[] calldata) external pure returns (uint256) {
        return 7;
    }
}

/// @title Everything a tick needs, whatever the pools are like
contract LensTest is World {
    ILens private lens = ILens(makeAddr("anywhere"));
    uint32[] private ages;

    function setUp() public override {
        super.setUp();
        // As an eth_call with overridden code uses it: at any address, never constructed.
        vm.etch(address(lens), type(Lens).runtimeCode);
        ages = [uint32(3600), 1800, 600, 60, 0];
    }

    function see(Venue venue, address at, uint8 words) private view returns (PoolState memory) {
        PoolQuery[] memory queries = new PoolQuery[](1);
        queries[0] = PoolQuery(venue, at, words);
        PoolState[] memory pools = lens.observe(address(vault), 0, queries, address(0), new uint32[](0)).pools;
        assertEq(pools.length, 1);
        assertEq(pools[0].pool, at);
        assertEq(uint256(pools[0].venue), uint256(venue));
        return pools[0];
    }

    function pastOf(address at) private view returns (PoolHistory memory) {
        return lens.observe(address(vault), 0, new PoolQuery[](0), at, ages).history;
    }

    function test_view_isTheVaultsAndTheBlocks() public {
        Mandate memory m = sellUsdc();
        bytes32 id = open(m);
        run(m, 1_000e6);
        vm.deal(executor, 3 ether);
        vm.fee(11 gwei);
        TickView memory seen = lens.observe(address(vault), id, new PoolQuery[](0), address(0), ages);
        assertEq(seen.chainId, block.chainid);
        assertEq(seen.blockNumber, block.number);
        assertEq(seen.timestamp, block.timestamp);
        assertEq(seen.baseFeePerGas, 11 gwei);
        assertEq(seen.executorBalance, 3 ether);
        assertEq(keccak256(abi.encode(seen.vault)), keccak256(abi.encode(vault.state())));
        assertEq(keccak256(abi.encode(seen.assets)), keccak256(abi.encode(vault.assets())));
        assertEq(keccak256(abi.encode(seen.mandate)), keccak256(abi.encode(vault.mandateProgress(id))));
        assertEq(seen.mandate.filled, 1_000e6);
    }

    function test_sweep_readsManyMandates() public {
        Mandate memory m = sellUsdc();
        bytes32[] memory ids = new bytes32[](3);
        ids[0] = open(m);
        run(m, 1_000e6);
        ids[1] = open(sellUsdc());
        (uint64 at, VaultState memory s, MandateProgress[] memory progress) = lens.sweep(address(vault), ids);
        assertEq(at, block.timestamp);
        assertEq(keccak256(abi.encode(s)), keccak256(abi.encode(vault.state())));
        assertEq(progress[0].filled, 1_000e6);
        assertTrue(progress[1].open && progress[1].filled == 0);
        assertFalse(progress[2].open);
    }

    function test_pair_hasItsReserves() public view {
        PoolState memory p = see(Venue.UniswapV2, pair, 0);
        assertTrue(p.exists);
        (address t0, address t1) = usdc < weth ? (address(usdc), address(weth)) : (address(weth), address(usdc));
        assertEq(p.token0, t0);
        assertEq(p.token1, t1);
        (uint256 r0, uint256 r1) = usdc < weth ? (15_000_000e6, 5_000e18) : (5_000e18, uint256(15_000_000e6));
        assertEq(p.reserve0, r0);
        assertEq(p.reserve1, r1);
    }

    function test_pool_hasItsPriceAndLiquidity() public view {
        PoolState memory p = see(Venue.UniswapV3, pool, 1);
        (uint160 price, int24 tick,,,,,) = IUniswapV3Pool(pool).slot0();
        assertTrue(p.exists);
        assertEq(p.sqrtPriceX96, price);
        assertEq(p.tick, tick);
        assertEq(p.feePips, 500);
        assertEq(p.tickSpacing, 10);
        assertEq(p.liquidity, IUniswapV3Pool(pool).liquidity());
        assertTrue(p.tickLower <= tick && tick <= p.tickUpper);
    }

    /// @notice Every initialised tick in the window, with its net liquidity, in ascending order, and no other.
    function testFuzz_pool_ticksAreCompleteInTheWindow(uint8 words, uint256 seed) public {
        words = uint8(bound(words, 0, 4));
        address fresh = fillPool(usdc, 3_000_000e6, dai, 3_000_000e18, 3000, 600);
        for (uint256 i = 0; i < 6; i++) {
            seed = uint256(keccak256(abi.encode(seed)));
            addLiquidity(fresh, int24(int256(60 + seed % 40_000)), uint128(1e12 + seed % 1e15));
        }
        PoolState memory p = see(Venue.UniswapV3, fresh, words);
        assertTrue(p.exists);
        assertTrue(p.tickLower <= p.tick && p.tick <= p.tickUpper);
        uint256 found = 0;
        for (int24 tick = (p.tickLower / 60) * 60 - 60; tick <= p.tickUpper; tick += 60) {
            if (tick < p.tickLower) continue;
            (, int128 net,,,,,, bool initialized) = IUniswapV3Pool(fresh).ticks(tick);
            if (!initialized) continue;
            assertEq(p.ticks[found].index, tick);
            assertEq(p.ticks[found].liquidityNet, net);
            found++;
        }
        assertEq(p.ticks.length, found);
    }

    /// @notice Just below zero the current word is the one before the first: division must round down.
    function test_pool_windowHoldsATickJustBelowZero() public {
        (uint256 amountDai, uint256 amountWeth) =
            dai < weth ? (1_000_000e18, 999_950e18) : (999_950e18, uint256(1_000_000e18));
        PoolState memory p = see(Venue.UniswapV3, fillPool(dai, amountDai, weth, amountWeth, 3000, 0), 0);
        assertEq(p.tick, -1);
        assertEq(p.tickLower, -256 * 60);
        assertEq(p.tickUpper, -1);
    }

    function test_pool_wholeRangeStaysWithinTheTicks() public view {
        PoolState memory p = see(Venue.UniswapV3, secondPool, 255);
        assertEq(p.tickLower, -887272);
        assertEq(p.tickUpper, 887272);
        assertEq(p.ticks.length, 2);
        assertEq(p.ticks[0].liquidityNet, int128(p.liquidity));
        assertEq(p.ticks[1].liquidityNet, -int128(p.liquidity));
    }

    function expectMissing(Venue venue, address at) private view {
        PoolState memory p = see(venue, at, 2);
        assertFalse(p.exists);
        assertEq(p.token0, address(0));
        assertEq(p.ticks.length, 0);
        assertEq(p.sqrtPriceX96 + p.reserve0 + p.liquidity, 0);
    }

    function test_whatIsNoPool_doesNotExist() public {
        address[5] memory others =
            [address(0), stranger, address(usdc), address(new BurningPool()), address(new HalfPool())];
        for (uint256 i = 0; i < others.length; i++) {
            expectMissing(Venue.UniswapV2, others[i]);
            expectMissing(Venue.UniswapV3, others[i]);
            assertEq(pastOf(others[i]).secondsAgo.length, 0);
        }
        expectMissing(Venue.UniswapV3, pair);
        expectMissing(Venue.UniswapV2, pool);
    }

    function test_history_leavesOutWhatThePoolCannotReach() public {
        address fresh = fillPool(usdc, 3_000_000e6, weth, 1_000e18, 10000, 0);
        IV3Minter(fresh).increaseObservationCardinalityNext(10);
        assertEq(pastOf(fresh).secondsAgo.length, 1); // only now
        vm.warp(block.timestamp + 60);
        assertEq(pastOf(fresh).secondsAgo.length, 2);
        vm.warp(block.timestamp + 1740);
        PoolHistory memory past = pastOf(fresh);
        assertEq(past.secondsAgo.length, 4);
        assertEq(past.secondsAgo[0], 1800);
        assertEq(past.secondsAgo[3], 0);
        assertEq(past.tickCumulatives.length, 4);
        (, int24 tick,,,,,) = IUniswapV3Pool(fresh).slot0();
        assertEq(past.tickCumulatives[3] - past.tickCumulatives[0], int56(tick) * 1800);
        vm.warp(block.timestamp + 1800);
        assertEq(pastOf(fresh).secondsAgo.length, 5);
    }

    function test_history_emptyWithoutAPool() public view {
        assertEq(pastOf(address(0)).secondsAgo.length, 0);
    }
}
