// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Refusal, Refused} from "../../src/Refusal.sol";
import {OracleBound, Quote} from "../../src/guards/OracleBound.sol";
import {Test} from "forge-std/Test.sol";

/// @title The bound holds to the unit, for tokens of 6, 8 and 18 decimals
contract OracleBoundTest is Test {
    function requireAbove(uint256 worth, uint256 amountOut, uint256 bps) external pure {
        OracleBound.requireAbove(worth, amountOut, bps);
    }

    function requireWithinCap(Quote memory q, uint256 valueUsd, uint256 capUsd) external pure {
        OracleBound.requireWithinCap(q, valueUsd, capUsd);
    }

    function expectRefusal(Refusal reason, uint256 detail) private {
        vm.expectRevert(abi.encodeWithSelector(Refused.selector, reason, detail));
    }

    function unit(uint8 pick) private pure returns (uint256) {
        return [1e6, 1e8, 1e18][pick % 3];
    }

    function quote(uint96 priceIn, uint96 priceOut, uint8 units) private pure returns (Quote memory) {
        vm.assume(priceIn > 1e9 && priceOut > 1e9);
        return Quote(priceIn, priceOut, unit(units % 16), unit(units / 16), 255);
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

    function testFuzz_boundIsExact(uint256 worth, uint16 bps) public {
        bps = uint16(bound(bps, 1, 1_000));
        worth = bound(worth, 1, type(uint256).max / 10_000);
        uint256 least = (worth * (10_000 - bps) + 9_999) / 10_000;
        this.requireAbove(worth, least, bps);
        expectRefusal(Refusal.BelowOracleBound, least);
        this.requireAbove(worth, least - 1, bps);
    }

    function test_aBoundOfZeroForbids() public {
        expectRefusal(Refusal.BelowOracleBound, 0);
        this.requireAbove(1, 1_000, 0);
    }

    /// @notice Worth of the input rounded up, worth of the output rounded down: whatever is lost in digits was lost in trade.
    function testFuzz_lossRoundsAgainstTheTrade(
        uint96 spent,
        uint96 received,
        uint96 priceIn,
        uint96 priceOut,
        uint8 units
    ) public pure {
        Quote memory q = quote(priceIn, priceOut, units);
        uint256 given = (uint256(spent) * q.priceIn + q.unitIn - 1) / q.unitIn;
        uint256 got = uint256(received) * q.priceOut / q.unitOut;
        assertEq(OracleBound.valueUsd(q, spent), given);
        assertEq(OracleBound.lossUsd(q, given, received), given > got ? given - got : 0);
    }

    function test_valueAndLossToTheUnit() public pure {
        Quote memory q = Quote(1e18 + 1, 3e18, 1e6, 1e18, 255);
        assertEq(OracleBound.valueUsd(q, 1), 1e12 + 1);
        assertEq(OracleBound.lossUsd(q, 3e18 + 3, 1e18), 3);
        assertEq(OracleBound.lossUsd(q, 3e18 + 3, 1e18 + 1), 0);
        assertEq(OracleBound.lossUsd(q, 3e18 + 3, 2e18), 0, "a gain is no credit");
    }

    function testFuzz_capShrinksWithTheFactor(uint256 capUsd, uint8 factor) public {
        capUsd = bound(capUsd, 0, 1e36);
        Quote memory q = Quote(1e18, 1e18, 1e6, 1e6, factor);
        uint256 cap = capUsd * factor / 255;
        this.requireWithinCap(q, cap, capUsd);
        expectRefusal(Refusal.SizeCapExceeded, cap);
        this.requireWithinCap(q, cap + 1, capUsd);
    }
}
