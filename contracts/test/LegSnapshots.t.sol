// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../src/Types.sol";
import {IUniswapV3Pool, IUniswapV3SwapCallback} from "../src/interfaces/IUniswapV3Pool.sol";
import {MockToken} from "./support/MockToken.sol";
import {IV4Minter, UniswapV4} from "./support/UniswapV4.sol";
import {World} from "./support/World.sol";

/// @title What one more leg costs an order, and one more tick crossed
/// @notice Differences between whole transactions of the vault, calldata and all, each the second of its kind, so that no word is
/// written for the first time. The agent plans with these figures (shared/chain/generated/leg-gas.ts).
/// forge-config: default.isolate = true
contract LegSnapshots is World, UniswapV4, IUniswapV3SwapCallback {
    uint256 private constant SLICE = 10_000e6;
    /// @notice Ticks on each side of the price at which liquidity changes.
    int24 private constant TICKS = 8;

    Mandate private mandate;
    address private fine; // v3, 0.01 %
    Leg private managed;

    function setUp() public override {
        super.setUp();
        mandate = sellUsdc();
        mandate.maximumExecutions = 100;
        open(mandate);
        (bool enabled,) = address(v3Factory).call(abi.encodeWithSignature("enableFeeAmount(uint24,int24)", 100, 1));
        assertTrue(enabled, "no such fee");
        fine = fillPool(usdc, 60_000_000e6, weth, 20_000e18, 100, 0);
        for (int24 reach = 1; reach <= TICKS; reach++) {
            addLiquidity(fine, reach, 1e12);
        }
        IV4Minter manager = deployManager();
        (uint256 amount0, uint256 amount1) =
            usdc < weth ? (uint256(60_000_000e6), uint256(20_000e18)) : (uint256(20_000e18), uint256(60_000_000e6));
        fillKey(manager, keyOf(usdc, weth, 500, 10, address(0)), amount0, amount1, 0);
        managed = Leg(Venue.UniswapV4, address(manager), 500, 10, address(0), SLICE / 2);
    }

    /// @notice Gas of a whole transaction through these legs.
    function gasOf(Leg[] memory legs) private returns (uint256 used) {
        uint256 amountIn = 0;
        for (uint256 i = 0; i < legs.length; i++) {
            amountIn += legs[i].amountIn;
        }
        pass(10 minutes);
        checkpoint();
        pass(1 minutes);
        Order memory o = orderFor(mandate, amountIn);
        vm.prank(executor);
        vault.execute(mandate, o, legs, noVoucher(), "");
        used = vm.lastCallGas().gasTotalUsed;
    }

    function alone() private view returns (Leg[] memory legs) {
        legs = new Leg[](1);
        legs[0] = Leg(Venue.UniswapV3, pool, 500, 0, address(0), SLICE / 2);
    }

    function beside(Leg memory other) private view returns (Leg[] memory legs) {
        legs = new Leg[](2);
        legs[0] = alone()[0];
        legs[1] = other;
    }

    function measure(string memory name, Leg memory other) private {
        gasOf(beside(other));
        gasOf(alone());
        uint256 without = gasOf(alone());
        vm.snapshotValue("leg-gas", name, gasOf(beside(other)) - without);
    }

    function test_v2() public {
        measure("UniswapV2", Leg(Venue.UniswapV2, pair, 3000, 0, address(0), SLICE / 2));
    }

    function test_v3() public {
        measure("UniswapV3", Leg(Venue.UniswapV3, secondPool, 3000, 0, address(0), SLICE / 2));
    }

    function test_v4() public {
        measure("UniswapV4", managed);
    }

    function test_crossing() public {
        // There and back once, so that every tick has been crossed in both directions.
        gasOf(through(SLICE));
        moveBack();
        uint256 without = gasOf(through(1e6));
        (, int24 before,,,,,) = IUniswapV3Pool(fine).slot0();
        uint256 crossing = gasOf(through(SLICE));
        (, int24 later,,,,,) = IUniswapV3Pool(fine).slot0();
        uint256 ticks = uint256(int256(later > before ? later - before : before - later));
        assertGe(ticks, 3, "too few ticks");
        assertLe(ticks, uint256(int256(TICKS)), "beyond the last tick");
        vm.snapshotValue("leg-gas", "crossing", (crossing - without) / ticks);
    }

    function through(uint256 amountIn) private view returns (Leg[] memory legs) {
        legs = new Leg[](1);
        legs[0] = Leg(Venue.UniswapV3, fine, 100, 0, address(0), amountIn);
    }

    /// @notice Past where it was, so that the next trade starts with no tick behind its back.
    function moveBack() private {
        bool zeroForOne = weth < usdc;
        uint160 limit = zeroForOne ? 4295128740 : 1461446703485210103287273052203988822378723970341;
        IUniswapV3Pool(fine).swap(address(this), zeroForOne, 3.4e18, limit, "");
    }

    function uniswapV3SwapCallback(int256 owed0, int256 owed1, bytes calldata) external {
        if (owed0 > 0) MockToken(IUniswapV3Pool(msg.sender).token0()).mint(msg.sender, uint256(owed0));
        if (owed1 > 0) MockToken(IUniswapV3Pool(msg.sender).token1()).mint(msg.sender, uint256(owed1));
    }
}
