// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {HostilePool} from "../support/HostilePools.sol";
import {MockToken} from "../support/MockToken.sol";
import {Doors} from "../support/Doors.sol";

/// @title A mandate without limits of its own, and a pool that pays to the unit what it is told
abstract contract ExactFills is Doors {
    HostilePool internal exact;
    Mandate internal m;
    bytes32 internal id;

    function setUp() public virtual override {
        super.setUp();
        trades(usdc, weth);
    }

    /// @notice From here on `sell` against `buy`.
    function trades(MockToken sell, MockToken buy) internal {
        exact = new HostilePool(sell, buy);
        m = sellUsdc();
        (m.sell, m.buy) = (address(sell), address(buy));
        m.total = 1e27;
        m.maximumSlice = 1e26;
        m.minimumInterval = 0;
        m.maximumExecutions = type(uint32).max;
        (m.slippageBps, m.poorFillBps, m.maximumPoorFills) = (200, 100, 255);
        id = open(m);
    }

    function through(address pool_, uint256 amountIn) internal pure returns (Leg[] memory legs) {
        legs = new Leg[](1);
        legs[0] = Leg(Venue.UniswapV3, pool_, 0, 0, address(0), amountIn);
    }

    /// @notice An order of `m` for `amountIn`, asking for at least `minimumOut`.
    function asking(uint256 amountIn, uint256 minimumOut) internal view returns (Order memory o) {
        o = orderFor(m, amountIn);
        o.minimumOut = minimumOut;
    }

    function call(Order memory o, Voucher memory v) internal view returns (bytes memory) {
        return abi.encodeCall(IVault.execute, (m, o, through(address(exact), o.amountIn), v, ""));
    }

    /// @notice The pool pays just the order's minimum.
    function fill(Order memory o) internal {
        exact.behave(HostilePool.Manner.PaysFairly, o.minimumOut);
        passes(executor, call(o, noVoucher()));
    }

    /// @notice The pool would pay just the order's minimum.
    function expectRefused(Order memory o, Refusal reason, uint256 detail) internal {
        exact.behave(HostilePool.Manner.PaysFairly, o.minimumOut);
        assertRefused(executor, call(o, noVoucher()), reason, detail);
    }

    function booked(MockToken token) internal view returns (uint256) {
        return vault.assetOf(address(token)).book.booked;
    }

    function ceil(uint256 numerator, uint256 denominator) internal pure returns (uint256) {
        return numerator / denominator + (numerator % denominator == 0 ? 0 : 1);
    }
}
