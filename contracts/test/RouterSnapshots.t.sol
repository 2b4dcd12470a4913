// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Leg, Venue} from "../src/Types.sol";
import {IRouter} from "../src/interfaces/IRouter.sol";
import {PoolKey} from "../src/interfaces/IUniswapV4PoolManager.sol";
import {Deployment} from "./support/Deployment.sol";
import {MockToken} from "./support/MockToken.sol";
import {IV4Minter, UniswapV4} from "./support/UniswapV4.sol";

/// @title What the router's hop costs, each call as a transaction of its own
/// forge-config: default.isolate = true
contract RouterSnapshots is UniswapV4 {
    MockToken private usdc;
    MockToken private weth;
    IRouter private router;
    address private recipient = makeAddr("recipient");
    Leg[] private three;
    Leg private managed;

    function setUp() public {
        usdc = new MockToken(6);
        weth = new MockToken(18);
        router = IRouter(Deployment.create("Router.sol:Router", ""));
        deployUniswap();
        three.push(
            Leg(Venue.UniswapV3, fillPool(usdc, 60_000_000e6, weth, 20_000e18, 500, 0), 500, 0, address(0), 10_000e6)
        );
        three.push(
            Leg(Venue.UniswapV3, fillPool(usdc, 60_000_000e6, weth, 20_000e18, 3000, 0), 3000, 0, address(0), 10_000e6)
        );
        three.push(Leg(Venue.UniswapV2, fillPair(usdc, 60_000_000e6, weth, 20_000e18), 3000, 0, address(0), 10_000e6));
        IV4Minter manager = deployManager();
        PoolKey memory key = keyOf(usdc, weth, 500, 10, address(0));
        (uint256 amount0, uint256 amount1) =
            usdc < weth ? (uint256(60_000_000e6), uint256(20_000e18)) : (uint256(20_000e18), uint256(60_000_000e6));
        fillKey(manager, key, amount0, amount1, 0);
        managed = Leg(Venue.UniswapV4, address(manager), 500, 10, address(0), 10_000e6);
        // The last base unit never moves, so no balance is written for the first time.
        usdc.mint(address(router), 1);
        weth.mint(recipient, 1);
    }

    function legs(uint256 count) private view returns (Leg[] memory list) {
        list = new Leg[](count);
        for (uint256 i = 0; i < count; i++) {
            list[i] = three[i];
        }
    }

    function measure(string memory name, Leg[] memory list) private {
        usdc.mint(address(router), 10_000e6 * list.length);
        router.swap(address(usdc), address(weth), recipient, list);
        usdc.mint(address(router), 10_000e6 * list.length);
        router.swap(address(usdc), address(weth), recipient, list);
        vm.snapshotGasLastCall("router-gas", name);
    }

    function test_oneV3() public {
        measure("one v3 leg", legs(1));
    }

    function test_three() public {
        measure("two v3 legs and one v2", legs(3));
    }

    function test_v2() public {
        Leg[] memory list = new Leg[](1);
        list[0] = three[2];
        measure("one v2 leg", list);
    }

    function test_v4() public {
        Leg[] memory list = new Leg[](1);
        list[0] = managed;
        measure("one v4 leg", list);
    }
}
