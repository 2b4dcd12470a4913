// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal, Refused} from "../../src/Refusal.sol";
import {HostilePool} from "../support/HostilePools.sol";
import {World} from "../support/World.sol";

/// @title A stolen executor key, an open mandate and a pool of the thief's own
abstract contract Attack is World {
    HostilePool internal hostile;
    Mandate internal m;

    function setUp() public virtual override {
        super.setUp();
        hostile = new HostilePool(usdc, weth);
        hostile.returnTo(address(vault));
        m = sellUsdc();
        open(m);
    }

    function through(address pool_, uint256 amountIn) internal pure returns (Leg[] memory legs) {
        legs = new Leg[](1);
        legs[0] = Leg(Venue.UniswapV3, pool_, 0, 0, address(0), amountIn);
    }

    function steal(Order memory o, Leg[] memory legs) internal returns (uint256) {
        vm.prank(executor);
        return vault.execute(m, o, legs, noVoucher(), "");
    }

    /// @notice Whether the order went through, and the reason where it did not.
    function trySteal(Order memory o, Leg[] memory legs) internal returns (bool done, Refusal reason) {
        vm.prank(executor);
        try vault.execute(m, o, legs, noVoucher(), "") {
            return (true, Refusal.None);
        } catch (bytes memory answer) {
            assertEq(bytes4(answer), Refused.selector, "refused for a reason");
            uint256 code;
            assembly ("memory-safe") {
                code := mload(add(answer, 0x24))
            }
            return (false, Refusal(code));
        }
    }

    /// @notice Refused, and nothing moved.
    function expectStopped(Order memory o, Leg[] memory legs, Refusal reason, uint256 detail) internal {
        uint256 before = usdc.balanceOf(address(vault));
        expectRefusal(reason, detail);
        steal(o, legs);
        assertEq(usdc.balanceOf(address(vault)), before);
    }
}
