// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {Meter} from "../../src/guards/DrainingMeter.sol";
import {HostilePool} from "../support/HostilePools.sol";
import {ExactFills} from "./ExactFills.sol";

/// @title A standing mandate sells what has refilled, and over its life no more than its total
contract StandingMandatesTest is ExactFills {
    uint256 private constant REFILL = 1_200e6;
    uint32 private constant PERIOD = 40 minutes;
    uint256 private constant STEPS = 14;

    uint256[STEPS] private at;
    uint256[STEPS] private sold;

    function setUp() public override {
        super.setUp();
        stand(REFILL, PERIOD);
    }

    function stand(uint256 refill, uint32 period) private {
        (m.total, m.maximumSlice, m.refillAmount, m.refillPeriod) = (refill * 5, refill, refill, period);
        id = open(m);
    }

    function sell(uint256 amountIn) private {
        fill(orderFor(m, amountIn));
    }

    function expectFull(uint256 amountIn, uint256 used) private {
        expectRefused(orderFor(m, amountIn), Refusal.RefillExceeded, used);
    }

    function wait(uint256 duration) private {
        pass(duration);
        checkpoint();
    }

    // --- edges ---

    function test_refill_isThereAtOnceAndOnlyOnce() public {
        sell(REFILL - 1);
        expectFull(2, REFILL - 1);
        sell(1);
        expectFull(1, REFILL);
        wait(10 * PERIOD);
        sell(REFILL);
        expectFull(1, REFILL);
    }

    /// @notice To the unit and to the second; half a unit that has refilled is none.
    function testFuzz_refill_givesBackByTheSecond(uint32 period, uint256 refill, uint32 elapsed) public {
        refill = bound(refill, 1e6, 10_000e6);
        period = uint32(bound(period, 1, 365 days));
        m.salt++;
        m.end = type(uint64).max;
        stand(refill, period);
        sell(refill);
        elapsed = uint32(bound(elapsed, 0, period < 14 days ? period : 14 days));
        wait(elapsed);
        uint256 back = refill * elapsed / period;
        if (back < refill) expectFull(back + 1, refill - back);
        if (back == 0) return;
        sell(back);
        expectFull(1, refill);
    }

    function test_refill_lastsForTheTotal() public {
        for (uint256 i = 0; i < 4; i++) {
            sell(REFILL);
            wait(PERIOD);
        }
        sell(REFILL / 2);
        wait(PERIOD);
        expectRefused(orderFor(m, REFILL / 2 + 1), Refusal.MandateExceeded, REFILL / 2);
        sell(REFILL / 2);
        wait(PERIOD);
        expectRefused(orderFor(m, 1), Refusal.MandateExceeded, 0);
        assertEq(vault.mandateProgress(id).filled, m.total);
    }

    /// @notice Slice, interval and count hold beside the refill.
    function test_refill_waivesNothing() public {
        m.maximumSlice = REFILL / 2;
        m.minimumInterval = 60;
        m.maximumExecutions = 2;
        id = open(m);
        expectRefused(orderFor(m, REFILL / 2 + 1), Refusal.SliceTooLarge, REFILL / 2);
        sell(REFILL / 2);
        expectRefused(orderFor(m, REFILL / 2), Refusal.TooSoon, block.timestamp + 60);
        wait(PERIOD);
        sell(REFILL / 2);
        wait(PERIOD);
        expectRefused(orderFor(m, REFILL / 2), Refusal.ExecutionsExhausted, 2);
    }

    /// @notice The smallest there is: one unit, one second.
    function test_refill_ofOneUnitASecond() public {
        m.salt++;
        stand(1, 1);
        fill(asking(1, 333_333_334));
        expectRefused(asking(1, 333_333_334), Refusal.RefillExceeded, 1);
        pass(1);
        fill(asking(1, 333_333_334));
    }

    // --- what the meter holds ---

    function test_meter_chargesWhatTradesAndNothingElse() public {
        sell(500e6);
        assertEq(abi.encode(vault.refillOf(id)), abi.encode(500e6 | (block.timestamp << 216)));
        Meter was = vault.refillOf(id);
        pass(60);
        Order memory o = orderFor(m, 500e6);
        exact.behave(HostilePool.Manner.PaysFairly, o.minimumOut - 1);
        assertRefused(executor, call(o, noVoucher()), Refusal.OutputTooLow, o.minimumOut - 1);
        assertEq(abi.encode(vault.refillOf(id)), abi.encode(was));
        sell(500e6);
        // 500 - 30 drained in a minute, and 500 more.
        assertEq(abi.encode(vault.refillOf(id)), abi.encode(970e6 | (block.timestamp << 216)));
    }

    function test_meter_isTheMandatesOwn() public {
        sell(REFILL);
        m.salt++;
        bytes32 first = id;
        id = open(m);
        sell(REFILL);
        assertEq(abi.encode(vault.refillOf(id)), abi.encode(vault.refillOf(first)));
        (m.refillAmount, m.refillPeriod) = (0, 0);
        id = open(m);
        sell(REFILL);
        assertEq(abi.encode(vault.refillOf(id)), abi.encode(0), "a one-off mandate has none");
    }

    /// @notice Latching, enabling and a reset leave it as it is.
    function test_meter_survivesATripAndAReset() public {
        sell(REFILL);
        Meter was = vault.refillOf(id);
        trip();
        executor = makeAddr("new executor");
        reset(resetTo(executor));
        wethFeed.set(3_000e8);
        checkpoint();
        vm.prank(treasurer);
        vault.enableMandate(id);
        assertEq(abi.encode(vault.refillOf(id)), abi.encode(was));
        uint256 back = REFILL * 11 minutes / PERIOD;
        expectFull(back + 1, REFILL - back);
        sell(back);
    }

    // --- any sequence ---

    /// @notice In any window W at most A + A * W / period, and never more than the total; and what is refused would have broken
    /// the one or the other, but for a unit of rounding for each execution.
    function testFuzz_refill_holdsInEveryWindow(uint256[STEPS] memory amounts, uint32[STEPS] memory waits) public {
        for (uint256 i = 0; i < STEPS; i++) {
            wait(waits[i] % 3 == 0 ? 0 : waits[i] % (PERIOD / 2));
            uint256 amount = bound(amounts[i], 1e6, REFILL);
            at[i] = block.timestamp;
            if (attempt(amount)) sold[i] = amount;
            else assertTrue(breaks(i, amount), "refused for nothing");
            assertFalse(breaks(i, 0), "let through too much");
        }
        assertLe(vault.mandateProgress(id).filled, m.total);
    }

    function attempt(uint256 amount) private returns (bool done) {
        Order memory o = orderFor(m, amount);
        exact.behave(HostilePool.Manner.PaysFairly, o.minimumOut);
        (done,) = knock(executor, call(o, noVoucher()));
    }

    /// @notice Whether `more` at step `i` is too much for the total or for a window that ends there.
    function breaks(uint256 i, uint256 more) private view returns (bool) {
        uint256 sum = more;
        for (uint256 j = i + 1; j > 0; j--) {
            sum += sold[j - 1];
            uint256 most = REFILL + REFILL * (at[i] - at[j - 1]) / PERIOD;
            if (sum + (more == 0 ? 0 : STEPS) > most) return true;
        }
        return sum > m.total;
    }
}
