// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Verdict} from "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {FeedWord, FeedWordBits} from "../../src/guards/FeedWord.sol";
import {TwapWord, TwapWordBits} from "../../src/guards/TwapWord.sol";
import {IPriceOracle, PriceQuery} from "../../src/interfaces/IPriceOracle.sol";
import {IUniswapV3Pool} from "../../src/interfaces/IUniswapV3Pool.sol";
import {Deployment} from "../support/Deployment.sol";
import {MockFeed} from "../support/MockFeed.sol";
import {MockToken} from "../support/MockToken.sol";
import {IV3Minter, Uniswap} from "../support/Uniswap.sol";
import {TickMath} from "@uniswap/v4-core/src/libraries/TickMath.sol";

/// @title A genuine v3 pool with a history, two feeds and the oracle that is asked about them
abstract contract PricedPool is Uniswap {
    uint256 internal constant START = 1_790_000_000;
    uint32 internal constant PERIOD = 30 minutes;

    IPriceOracle internal oracle;
    MockToken internal usdc;
    MockToken internal weth;
    MockFeed internal usdcFeed;
    MockFeed internal wethFeed;
    address internal pool;

    function setUp() public virtual {
        vm.warp(START);
        oracle = oracleWith(address(0), 0);
        deployUniswap();
        usdc = new MockToken(6);
        weth = new MockToken(18);
        usdcFeed = new MockFeed(8, 1e8);
        wethFeed = new MockFeed(8, 3_000e8);
        pool = fillPool(usdc, 60_000_000e6, weth, 20_000e18, 500, 0);
    }

    function oracleWith(address sequencerFeed, uint256 grace) internal returns (IPriceOracle) {
        return IPriceOracle(Deployment.create("PriceOracle.sol:PriceOracle", abi.encode(sequencerFeed, grace)));
    }

    // --- questions ---

    function usdcWord() internal view returns (FeedWord) {
        return FeedWordBits.pack(address(usdcFeed), 1 days, 8, 0.95e18, 1.05e18);
    }

    function wethWord() internal view returns (FeedWord) {
        return FeedWordBits.pack(address(wethFeed), 1 hours, 8, 100e18, 100_000e18);
    }

    function twapWord(uint16 bandBps) internal view returns (TwapWord) {
        return TwapWordBits.pack(pool, bandBps, 50, 18, 6, 0, address(weth) < address(usdc));
    }

    function usdcQuery() internal view returns (PriceQuery memory query) {
        query.feed = usdcWord();
    }

    /// @notice WETH by feed and pool, within one per cent.
    function wethQuery(uint16 hint) internal view returns (PriceQuery memory) {
        return PriceQuery(wethWord(), twapWord(100), usdcWord(), hint);
    }

    function expectReason(Verdict memory v, Refusal reason) internal pure {
        assertEq(uint256(v.reason), uint256(reason), "reason");
        assertEq(v.low | v.high | v.feed, 0, "a refusal names no price");
    }

    function expectPrice(Verdict memory v) internal pure {
        assertEq(uint256(v.reason), uint256(Refusal.None), "reason");
        assertTrue(v.low > 0 && v.low <= v.feed && v.feed <= v.high && v.high <= type(uint96).max, "in order");
    }

    // --- time and trades ---

    /// @notice Time passes and feeds stay fresh.
    function pass(uint256 duration) internal {
        vm.warp(vm.getBlockTimestamp() + duration);
        usdcFeed.set(usdcFeed.answer());
        wethFeed.set(wethFeed.answer());
    }

    function tickNow() internal view returns (int24 tick) {
        (, tick,,,,,) = IUniswapV3Pool(pool).slot0();
    }

    /// @notice Somebody trades until the pool's tick is the given one.
    function moveTo(int24 tick) internal {
        (uint160 root,,,,,,) = IUniswapV3Pool(pool).slot0();
        uint160 target = TickMath.getSqrtPriceAtTick(tick);
        if (root == target) return;
        IUniswapV3Pool(pool).swap(address(this), target < root, type(int128).max, target, "");
    }

    function uniswapV3SwapCallback(int256 amount0, int256 amount1, bytes calldata) external {
        if (amount0 > 0) MockToken(IUniswapV3Pool(msg.sender).token0()).mint(msg.sender, uint256(amount0));
        if (amount1 > 0) MockToken(IUniswapV3Pool(msg.sender).token1()).mint(msg.sender, uint256(amount1));
    }

    /// @notice So many trades, one a block, half a minute apart, each moving the tick a little.
    function trade(uint256 times) internal {
        for (uint256 i = 0; i < times; i++) {
            pass(30);
            moveTo(tickNow() + (i % 2 == 0 ? int24(20) : -int24(20)));
        }
    }

    function grow(uint16 cardinality) internal {
        IV3Minter(pool).increaseObservationCardinalityNext(cardinality);
    }

    // --- what the pool itself says ---

    function ring() internal view returns (uint16 newest, uint16 cardinality) {
        (,, newest, cardinality,,,) = IUniswapV3Pool(pool).slot0();
    }

    function ageOf(uint256 index) internal view returns (uint32) {
        (uint32 at,,,) = IUniswapV3Pool(pool).observations(index);
        unchecked {
            return uint32(vm.getBlockTimestamp()) - at;
        }
    }

    /// @notice The pool's own mean, rounded towards negative infinity. Reverts where its ring does not reach back.
    function observedTick() internal view returns (int24) {
        uint32[] memory ages = new uint32[](2);
        ages[0] = PERIOD;
        (int56[] memory cumulatives,) = IUniswapV3Pool(pool).observe(ages);
        int56 change = cumulatives[1] - cumulatives[0];
        int24 mean = int24(change / int32(PERIOD));
        return change % int32(PERIOD) < 0 ? mean - 1 : mean;
    }

    /// @notice Every place of the ring is looked at, from the newest backwards.
    function exactHint() internal view returns (bool found, uint16 hint) {
        (uint256 index, uint256 cardinality) = ring();
        for (uint256 back = 0; back < cardinality; back++) {
            uint256 place = (index + cardinality - back) % cardinality;
            (,,, bool initialized) = IUniswapV3Pool(pool).observations(place);
            if (!initialized) return (false, 0);
            if (ageOf(place) >= PERIOD) return (true, uint16(place));
        }
    }
}
