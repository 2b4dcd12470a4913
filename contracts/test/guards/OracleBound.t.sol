// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Refused} from "../../src/Refusal.sol";
import {OracleBound, Quote} from "../../src/guards/OracleBound.sol";
import {Test} from "forge-std/Test.sol";

/// @title The bound holds to the unit, for tokens of 6, 8 and 18 decimals
contract OracleBoundTest is Test {
    function requireAbove(Quote memory q, uint256 amountIn, uint256 amountOut, uint256 bps) external pure {
        OracleBound.requireAbove(q, amountIn, amountOut, bps);
    }

    function unit(uint8 pick) private pure returns (uint256) {
        return [1e6, 1e8, 1e18][pick % 3];
    }

    function quote(uint96 priceIn, uint96 priceOut, uint8 units) private pure returns (Quote memory) {
        vm.assume(priceIn > 1e9 && priceOut > 1e9);
        return Quote(priceIn, priceOut, unit(units % 16), unit(units / 16));
    }

    /// @notice worth is the smallest integer that is not less than the exact quotient.
    function testFuzz_worthRoundsAgainstTheTrade(uint96 amountIn, uint96 priceIn, uint96 priceOut, uint8 units)
        public
        pure
    {
        Quote memory q = quote(priceIn, priceOut, units);
        uint256 exact = uint256(amountIn) * q.priceIn; // over unitIn * priceOut / unitOut
        vm.assume(exact < type(uint256).max / 1e18);
        uint256 worth = OracleBound.worth(q, amountIn);
        uint256 divisor = q.priceOut * q.unitIn;
        vm.assume(worth < type(uint256).max / divisor);
        assertGe(worth * divisor, exact * q.unitOut);
        if (worth > 0) assertLt((worth - 1) * divisor, exact * q.unitOut);
    }

    function testFuzz_boundIsExact(uint96 amountIn, uint96 priceIn, uint96 priceOut, uint8 units, uint16 bps) public {
        Quote memory q = quote(priceIn, priceOut, units);
        bps = uint16(bound(bps, 1, 1_000));
        uint256 worth = OracleBound.worth(q, amountIn);
        vm.assume(worth > 0 && worth < type(uint256).max / 10_000);
        uint256 least = (worth * (10_000 - bps) + 9_999) / 10_000;
        this.requireAbove(q, amountIn, least, bps);
        vm.expectPartialRevert(Refused.selector);
        this.requireAbove(q, amountIn, least - 1, bps);
    }

    function test_aBoundOfZeroForbids() public {
        vm.expectPartialRevert(Refused.selector);
        this.requireAbove(Quote(1e18, 1e18, 1e6, 1e6), 1, 1_000, 0);
    }

    function test_valueRoundsUp() public pure {
        assertEq(OracleBound.valueUsd(Quote(1e18 + 1, 1e18, 1e6, 1e18), 1), 1e12 + 1);
    }
}
