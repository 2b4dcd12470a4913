// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../src/Types.sol";
import {ILens, PoolHistory, PoolQuery, PoolState, TickView} from "../src/interfaces/ILens.sol";
import {IUniswapV3Pool} from "../src/interfaces/IUniswapV3Pool.sol";
import {Lens} from "../src/Lens.sol";
import {Refusal} from "../src/Refusal.sol";
import {VaultReading} from "../src/VaultReading.sol";
import {IVault} from "../src/interfaces/IVault.sol";
import {MockToken} from "./support/MockToken.sol";
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

    function observe(uint32[] calldata) external pure virtual returns (uint256) {
        return 7;
    }
}

/// @notice A pool by its looks, with nonsense for a history.
contract ForgetfulPool is HalfPool {
    function tickBitmap(int16) external pure returns (uint256) {
        return 0;
    }
}

/// @notice A pool by its looks, with a longer history than was asked for.
contract EndlessPool is HalfPool {
    function tickBitmap(int16) external pure returns (uint256) {
        return 0;
    }

    function observe(uint32[] calldata) external pure override returns (uint256) {
        assembly {
            mstore(0x00, 0x40)
            mstore(0x20, 0x60)
            mstore(0x40, 1000)
            return(0x00, 40000)
        }
    }
}

/// @notice A pool by its looks, with one tick whose net liquidity can be any word.
contract UntidyPool is HalfPool {
    int256 private immutable net;

    constructor(int256 net_) {
        net = net_;
    }

    function tickBitmap(int16) external pure returns (uint256) {
        return 1;
    }

    function ticks(int24) external view returns (uint256, int256, uint256, uint256, int256, uint256, uint256, bool) {
        return (1, net, 0, 0, 0, 0, 0, true);
    }
}

/// @notice Every tick initialised, and 150 kB with every answer.
contract BloatedPool {
    fallback() external {
        uint256 word = 1; // token0, tickSpacing, liquidity, ticks
        if (msg.sig == IUniswapV3Pool.token1.selector) word = 2;
        if (msg.sig == IUniswapV3Pool.fee.selector) word = 500;
        if (msg.sig == IUniswapV3Pool.slot0.selector) word = 1 << 96;
        if (msg.sig == IUniswapV3Pool.tickBitmap.selector) word = type(uint256).max;
        assembly {
            mstore(0x00, word)
            mstore(0x20, 0)
            return(0x00, 150000)
        }
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
        queries[0] = asking(venue, at, words);
        PoolState[] memory pools = lens.observe(address(vault), 0, 0, queries, new uint32[](0), 0).pools;
        assertEq(pools.length, 1);
        assertEq(pools[0].pool, at);
        assertEq(uint256(pools[0].venue), uint256(venue));
        return pools[0];
    }

    /// @notice About a pair or a v3 pool, as far as `words` go.
    function asking(Venue venue, address at, uint8 words) private pure returns (PoolQuery memory query) {
        (query.venue, query.pool, query.words) = (venue, at, words);
        (query.amount0, query.amount1) = (type(uint256).max, type(uint256).max);
    }

    function pastOf(address at) private view returns (PoolHistory memory) {
        address[] memory one = new address[](1);
        one[0] = at;
        return pastOf(one);
    }

    function pastOf(address[] memory pools) private view returns (PoolHistory memory) {
        PoolQuery[] memory queries = new PoolQuery[](pools.length);
        for (uint256 i = 0; i < pools.length; i++) {
            queries[i] = asking(pools[i] == pair ? Venue.UniswapV2 : Venue.UniswapV3, pools[i], 0);
        }
        return lens.observe(address(vault), 0, 0, queries, ages, queries.length).history;
    }

    function test_view_isTheVaultsAndTheBlocks() public {
        Mandate memory m = sellUsdc();
        bytes32 id = open(m);
        run(m, 1_000e6);
        vm.deal(executor, 3 ether);
        vm.fee(11 gwei);
        TickView memory seen = lens.observe(address(vault), id, MODEL, new PoolQuery[](0), ages, 0);
        assertEq(seen.chainId, block.chainid);
        assertEq(seen.blockNumber, block.number);
        assertEq(seen.timestamp, block.timestamp);
        assertEq(seen.baseFeePerGas, 11 gwei);
        assertEq(seen.executorBalance, 3 ether);
        assertEq(keccak256(abi.encode(seen.vault)), keccak256(abi.encode(state())));
        assertEq(keccak256(abi.encode(seen.assets)), keccak256(abi.encode(VaultReading.assetsOf(vault))));
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
        assertEq(keccak256(abi.encode(s)), keccak256(abi.encode(state())));
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
            assertEq(pastOf(others[i]).pool, address(0));
        }
        expectMissing(Venue.UniswapV3, pair);
        expectMissing(Venue.UniswapV2, pool);
    }

    function testFuzz_tick_thatNoPoolHolds_isNone(int256 net) public {
        (int256 least, int256 most) = (type(int128).min, type(int128).max);
        PoolQuery[] memory queries = new PoolQuery[](1);
        (queries[0].venue, queries[0].pool) = (Venue.UniswapV3, address(new UntidyPool(net)));
        PoolState memory p = lens.observe(address(vault), 0, 0, queries, new uint32[](0), 0).pools[0];
        assertEq(p.exists, least <= net && net <= most);
        queries[0].pool = address(new UntidyPool(int128(net)));
        p = lens.observe(address(vault), 0, 0, queries, new uint32[](0), 0).pools[0];
        assertEq(p.ticks[0].liquidityNet, int128(net));
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

    function test_history_isTheDeepestPools() public {
        address[] memory pools = new address[](4);
        (pools[0], pools[1], pools[2], pools[3]) = (pair, secondPool, pool, stranger);
        assertEq(pastOf(pools).pool, pool);
        (pools[1], pools[2]) = (pools[2], pools[1]);
        assertEq(pastOf(pools).pool, pool);
        (pools[0], pools[1]) = (address(new ForgetfulPool()), address(new ForgetfulPool()));
        (pools[2], pools[3]) = (pair, stranger);
        assertEq(pastOf(pools).pool, pools[0], "the first of equals");
    }

    function test_history_emptyWithoutAPool() public {
        assertEq(pastOf(new address[](0)).pool, address(0));
        assertEq(pastOf(pair).pool, address(0));
        assertEq(pastOf(pair).secondsAgo.length, 0);
        address empty = v3Factory.createPool(address(usdc), address(dai), 500);
        IV3Minter(empty).initialize(1 << 96);
        assertEq(pastOf(empty).pool, address(0), "no liquidity, no price to speak of");
    }

    function test_history_emptyUnlessAskedFor() public view {
        PoolQuery[] memory queries = new PoolQuery[](1);
        queries[0] = asking(Venue.UniswapV3, pool, 0);
        PoolHistory memory past = lens.observe(address(vault), 0, 0, queries, new uint32[](0), 0).history;
        assertEq(past.pool, address(0));
        assertEq(past.secondsAgo.length + past.tickCumulatives.length, 0);
    }

    /// @notice However deep the pools of other pairs are.
    function test_history_isOfThePairsPools() public view {
        PoolQuery[] memory queries = new PoolQuery[](2);
        queries[0] = asking(Venue.UniswapV2, pair, 0);
        queries[1] = asking(Venue.UniswapV3, pool, 0);
        assertEq(lens.observe(address(vault), 0, 0, queries, ages, 0).history.pool, address(0));
        assertEq(lens.observe(address(vault), 0, 0, queries, ages, 1).history.pool, address(0));
        assertEq(lens.observe(address(vault), 0, 0, queries, ages, 2).history.pool, pool);
        assertEq(lens.observe(address(vault), 0, 0, queries, ages, type(uint256).max).history.pool, pool);
    }

    function test_history_emptyWhereThePoolAnswersNonsense() public {
        address at = address(new ForgetfulPool());
        PoolHistory memory past = pastOf(at);
        assertEq(past.pool, at);
        assertEq(past.secondsAgo.length + past.tickCumulatives.length, 0);
    }

    /// @notice Whatever such pools answer, the others are read, with the gas that a public provider grants.
    function test_bloatedPools_leaveTheOthersReadable() public {
        PoolQuery[] memory queries = new PoolQuery[](4);
        queries[0] = asking(Venue.UniswapV3, address(new BloatedPool()), 1);
        queries[1] = queries[0];
        queries[2] = asking(Venue.UniswapV2, queries[0].pool, 0);
        queries[3] = asking(Venue.UniswapV3, pool, 1);
        TickView memory seen = lens.observe{gas: 50_000_000}(address(vault), 0, 0, queries, ages, queries.length);
        assertFalse(seen.pools[0].exists || seen.pools[1].exists);
        assertTrue(seen.pools[3].exists);
        assertEq(seen.history.pool, pool);
        assertGt(seen.history.secondsAgo.length, 0);
    }

    function test_endlessHistory_leavesThePoolsReadable() public {
        PoolQuery[] memory queries = new PoolQuery[](1);
        queries[0] = asking(Venue.UniswapV3, address(new EndlessPool()), 1);
        TickView memory seen = lens.observe{gas: 50_000_000}(address(vault), 0, 0, queries, ages, queries.length);
        assertTrue(seen.pools[0].exists);
        assertEq(seen.history.secondsAgo.length, 0);
    }

    function test_tokenOutOfOrder_leavesTheRestReadable() public {
        usdc.setBalances(MockToken.Balances.Revert);
        TickView memory seen = lens.observe(address(vault), 0, 0, new PoolQuery[](0), ages, 0);
        assertEq(uint256(seen.assets[0].verdict.reason), uint256(Refusal.TransferFailed));
        assertEq(seen.assets[3].balance, 100e18);
    }
}
