// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {World} from "./World.sol";

/// @notice A vault in the middle of an order, and a price that may fall below its drawdown limit.
abstract contract CrashWorld is World {
    // 1,000,000 USDC and 100 WETH at 3,000: 1.3 million. Ten per cent are 130,000: WETH below 1,700.
    int256 internal constant CRASH = 1_600e8;
    Mandate internal m;

    function setUp() public virtual override {
        super.setUp();
        m = sellUsdc();
        open(m);
    }

    function expectNoTrade(Refusal reason, uint256 detail) internal {
        Order memory o = orderFor(m, 1_000e6);
        expectRefusal(reason, detail);
        vm.prank(executor);
        vault.execute(m, o, oneLeg(1_000e6), noVoucher(), "");
    }

    function fall(int256 price) internal {
        wethFeed.set(price);
        checkpoint();
    }
}
