// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {Doors} from "../support/Doors.sol";

/// @title Slices through tokens on the way: measured by what is sold and bought, whatever lies between
contract ExecuteSectionsTest is Doors {
    uint256 private constant SLICE = 30_000e6;

    Mandate private m;
    address private intoWbtc; // v2
    address private outOfWbtc; // v3, 0.05 %
    address private wbtcToDai; // v3, 0.3 %
    address private daiToWeth; // v2
    Leg[] private route;

    function setUp() public override {
        super.setUp();
        intoWbtc = fillPair(usdc, 60_000_000e6, wbtc, 1_000e8);
        outOfWbtc = fillPool(wbtc, 1_000e8, weth, 20_000e18, 500, 0);
        wbtcToDai = fillPool(wbtc, 1_000e8, dai, 60_000_000e18, 3000, 0);
        daiToWeth = fillPair(dai, 60_000_000e18, weth, 20_000e18);
        m = sellUsdc();
        open(m);
    }

    function head(address sold, address bought, uint256 planned) private {
        route.push(Leg(Venue.Section, sold, 0, 0, bought, planned));
    }

    function leg(Venue venue, address at, uint256 amountIn) private {
        route.push(Leg(venue, at, 3000, 0, address(0), amountIn));
    }

    function execution(Order memory o) private view returns (bytes memory) {
        return abi.encodeCall(IVault.execute, (m, o, route, noVoucher(), ""));
    }

    /// @dev A third straight, the rest to WBTC, of which a third goes on through DAI.
    function threeHops() private {
        leg(Venue.UniswapV3, pool, SLICE / 3);
        head(address(usdc), address(wbtc), 0);
        leg(Venue.UniswapV2, intoWbtc, SLICE - SLICE / 3);
        head(address(wbtc), address(dai), 3);
        leg(Venue.UniswapV3, wbtcToDai, 1);
        head(address(wbtc), address(weth), 2);
        leg(Venue.UniswapV3, outOfWbtc, 2);
        head(address(dai), address(weth), 1);
        leg(Venue.UniswapV2, daiToWeth, 1);
    }

    function trade(Order memory o) private returns (uint256 out) {
        vm.prank(executor);
        return vault.execute(m, o, route, noVoucher(), "");
    }

    function order() private view returns (Order memory o) {
        o = orderFor(m, SLICE);
        o.minimumOut = 9.9e18;
    }

    function test_threeHops_areMeasuredLikeADirectTrade() public {
        threeHops();
        uint256 out = trade(order());
        assertGe(out, 9.9e18);
        assertEq(usdc.balanceOf(address(vault)), 1_000_000e6 - SLICE);
        assertEq(weth.balanceOf(address(vault)), 100e18 + out);
        assertEq(vault.assetOf(address(usdc)).book.booked, 1_000_000e6 - SLICE);
        assertEq(vault.assetOf(address(weth)).book.booked, 100e18 + out);
        assertEq(state().lossUsedUsd, SLICE * 1e12 - out * 3_000);
        assertEq(
            usdc.balanceOf(address(router)) + weth.balanceOf(address(router)) + wbtc.balanceOf(address(router))
                + dai.balanceOf(address(router)),
            0
        );
    }

    /// @notice The order's minimum holds to the unit after three hops too.
    function test_threeHops_oneUnitShort() public {
        threeHops();
        Order memory o = order();
        uint256 before = vm.snapshotState();
        uint256 out = trade(o);
        vm.revertToState(before);
        o.minimumOut = out + 1;
        assertRefused(executor, execution(o), Refusal.OutputTooLow, out);
        o.minimumOut = out;
        assertEq(trade(o), out);
    }

    /// @notice What legs leave of a token on the way is as lost as any bad price: the minimum decides.
    function testFuzz_rest_countsAsNotReceived(uint256 planned) public {
        planned = bound(planned, 1_050, 1_000_000);
        head(address(usdc), address(wbtc), 0);
        leg(Venue.UniswapV2, intoWbtc, SLICE);
        head(address(wbtc), address(weth), planned);
        leg(Venue.UniswapV3, outOfWbtc, 1_000);
        (bool done,) = knock(executor, execution(order()));
        assertFalse(done);
        route[2].amountIn = 1_000;
        trade(order());
    }

    // --- what adds up ---

    function testFuzz_legs_ofEverySectionThatSellsTheOrders(uint256 first, uint256 second) public {
        first = bound(first, 1e6, SLICE / 3);
        second = bound(second, 1e6, SLICE / 3);
        leg(Venue.UniswapV3, pool, first);
        head(address(usdc), address(wbtc), 0);
        leg(Venue.UniswapV2, intoWbtc, second);
        head(address(wbtc), address(weth), 5);
        leg(Venue.UniswapV3, outOfWbtc, 5);
        head(address(usdc), address(weth), 0);
        leg(Venue.UniswapV2, pair, SLICE - first - second - 1);
        assertRefused(executor, execution(order()), Refusal.LegsMismatch, 1);
        route[6].amountIn += 2;
        assertRefused(executor, execution(order()), Refusal.LegsMismatch, SLICE - first - second + 1);
        route[6].amountIn -= 1;
        trade(order());
    }

    function test_leg_onTheWayThatPlansNothing() public {
        threeHops();
        route[8].amountIn = 0;
        assertRefused(executor, execution(order()), Refusal.LegsMismatch, 0);
    }

    function test_entries_areSixteenAtMost() public {
        threeHops();
        for (uint256 i = 9; i < 16; i++) {
            head(address(dai), address(weth), i);
        }
        uint256 before = vm.snapshotState();
        trade(order());
        vm.revertToState(before);
        head(address(dai), address(weth), 0);
        assertRefused(executor, execution(order()), Refusal.LegsMismatch, 17);
    }

    // --- what the router refuses ---

    function test_section_thatTouchesTheOrdersTokens() public {
        leg(Venue.UniswapV3, pool, SLICE);
        head(address(weth), address(usdc), 1);
        assertRefused(executor, execution(order()), Refusal.LegsMismatch, uint160(address(weth)));
        route[1].pool = address(wbtc);
        assertRefused(executor, execution(order()), Refusal.LegsMismatch, uint160(address(usdc)));
        route[1].hooks = address(wbtc);
        assertRefused(executor, execution(order()), Refusal.LegsMismatch, uint160(address(wbtc)));
    }

    function test_section_thatPlansLessThanItsLegs() public {
        threeHops();
        route[3].amountIn = 0;
        assertRefused(executor, execution(order()), Refusal.LegsMismatch, 1);
    }
}
