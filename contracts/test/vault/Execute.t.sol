// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {Doors} from "../support/Doors.sol";

/// @title Who may execute, and every reason for which a slice is not due
contract ExecuteTest is Doors {
    Mandate private m;
    bytes32 private id;

    function setUp() public override {
        super.setUp();
        m = sellUsdc();
        id = open(m);
    }

    function execution(Order memory o) private view returns (bytes memory) {
        return abi.encodeCall(IVault.execute, (m, o, oneLeg(o.amountIn), noVoucher(), ""));
    }

    function expectRefused(Order memory o, Refusal reason, uint256 detail) private {
        assertRefused(executor, execution(o), reason, detail);
    }

    // --- who may ---

    function testFuzz_execute_isTheExecutors(address random, uint8 pick) public {
        address caller = outsider(random, pick);
        vm.assume(caller != executor);
        bytes memory data = execution(orderFor(m, 1_000e6));
        assertRefused(caller, data, Refusal.NotExecutor, uint160(caller));
        assertRefused(owner, data, Refusal.NotExecutor, uint160(owner));
        assertRefused(guardian, data, Refusal.NotExecutor, uint160(guardian));
        passes(executor, data);
    }

    function test_executorKey_isPowerlessFromItsExpiryOn() public {
        VaultConfiguration memory c = configuration();
        uint64 expiry = uint64(block.timestamp + 10 minutes);
        c.executorExpiry = expiry;
        vault = deploy(c);
        fund();
        open(m);
        pass(10 minutes - 1);
        run(m, 1_000e6);
        pass(1);
        expectRefused(orderFor(m, 1_000e6), Refusal.ExecutorExpired, expiry);
    }

    function testFuzz_order_isOfThisEpoch(uint32 epoch) public {
        vm.assume(epoch != 1);
        Order memory o = orderFor(m, 1_000e6);
        o.epoch = epoch;
        expectRefused(o, Refusal.WrongEpoch, 1);
    }

    /// @notice The mandate itself goes on where it was.
    function test_order_ofAnOlderEpochIsDead() public {
        run(m, 1_000e6);
        trip();
        executor = makeAddr("new executor");
        reset(resetTo(executor));
        wethFeed.set(3_000e8);
        checkpoint();
        Order memory o = orderFor(m, 1_000e6);
        o.epoch = 1;
        expectRefused(o, Refusal.WrongEpoch, 2);
        run(m, 1_000e6);
        assertEq(vault.mandateProgress(id).filled, 2_000e6);
        assertEq(vault.mandateProgress(id).executionCount, 2);
    }

    function test_gate_refusesByItsBit() public {
        passes(guardian, abi.encodeCall(IVault.pause, ()));
        expectRefused(orderFor(m, 1_000e6), Refusal.Paused, 0);
        passes(owner, abi.encodeCall(IVault.unpause, ()));
        run(m, 1_000e6);
        wethFeed.set(100e8);
        checkpoint();
        expectRefused(orderFor(m, 1_000e6), Refusal.Suspended, 0);
        pass(11 minutes);
        checkpoint();
        expectRefused(orderFor(m, 1_000e6), Refusal.Tripped, 0);
        vault = deploy(configuration());
        expectRefused(orderFor(m, 1_000e6), Refusal.NotSealed, 0);
    }

    // --- the order by itself ---

    function testFuzz_deadline_isWithinFiveMinutes(uint64 deadline) public {
        Order memory o = orderFor(m, 1_000e6);
        o.deadline = uint64(bound(deadline, 0, block.timestamp - 1));
        expectRefused(o, Refusal.DeadlinePassed, o.deadline);
        o.deadline = uint64(bound(deadline, block.timestamp + 301, type(uint64).max));
        expectRefused(o, Refusal.DeadlineTooFar, o.deadline);
        o.deadline = uint64(bound(deadline, block.timestamp, block.timestamp + 300));
        passes(executor, execution(o));
    }

    function test_deadline_toTheSecond() public {
        Order memory o = orderFor(m, 1_000e6);
        o.deadline = uint64(block.timestamp - 1);
        expectRefused(o, Refusal.DeadlinePassed, o.deadline);
        o.deadline = uint64(block.timestamp + 301);
        expectRefused(o, Refusal.DeadlineTooFar, o.deadline);
        o.deadline = uint64(block.timestamp);
        passes(executor, execution(o));
        pass(60);
        o = orderFor(m, 1_000e6);
        o.deadline = uint64(block.timestamp + 300);
        passes(executor, execution(o));
    }

    function testFuzz_index_isTheNumberOfExecutions(uint32 index) public {
        Order memory o = orderFor(m, 1_000e6);
        for (uint32 count = 0; count < 3; count++) {
            o.deadline = uint64(block.timestamp);
            o.executionIndex = index == count ? type(uint32).max : index;
            expectRefused(o, Refusal.WrongExecutionIndex, count);
            o.executionIndex = count;
            passes(executor, execution(o));
            pass(60);
        }
        o.deadline = uint64(block.timestamp);
        expectRefused(o, Refusal.WrongExecutionIndex, 3);
    }

    function testFuzz_model_isActive(bytes32 model) public {
        vm.assume(model != MODEL);
        Order memory o = orderFor(m, 1_000e6);
        o.modelId = model;
        expectRefused(o, Refusal.ModelInactive, uint256(model));
        passes(guardian, abi.encodeCall(IVault.retireModel, (MODEL)));
        expectRefused(orderFor(m, 1_000e6), Refusal.ModelInactive, uint256(MODEL));
    }

    function refuseLegs(Leg[] memory legs, uint256 detail) private {
        bytes memory data = abi.encodeCall(IVault.execute, (m, orderFor(m, 1_000e6), legs, noVoucher(), ""));
        assertRefused(executor, data, Refusal.LegsMismatch, detail);
    }

    function manyLegs(uint256 count) private view returns (Leg[] memory legs) {
        legs = new Leg[](count);
        for (uint256 i = 0; i < count; i++) {
            legs[i] = oneLeg(i == 0 ? 1_000e6 - (count - 1) * 10e6 : 10e6)[0];
        }
    }

    function test_legs_addUpToTheOrder() public {
        refuseLegs(new Leg[](0), 0);
        refuseLegs(oneLeg(1_000e6 - 1), 1);
        refuseLegs(oneLeg(1_000e6 + 1), 1_000e6 + 1);
        Leg[] memory legs = threeLegs(1_000e6);
        legs[1].amountIn = 0;
        refuseLegs(legs, 0);
        legs[1].amountIn = 250e6 + 1;
        refuseLegs(legs, 250e6);
        // Two that add up only because a sum of 256 bits forgets what is above them.
        legs = manyLegs(2);
        (legs[0].amountIn, legs[1].amountIn) = (type(uint256).max, 1_000e6 + 1);
        refuseLegs(legs, type(uint256).max);
    }

    function test_legs_areAtMostSixteen() public {
        refuseLegs(manyLegs(17), 17);
        bytes memory data = abi.encodeCall(IVault.execute, (m, orderFor(m, 1_000e6), manyLegs(16), noVoucher(), ""));
        passes(executor, data);
    }

    // --- the mandate ---

    function test_mandate_isOpen() public {
        Mandate memory other = sellUsdc();
        Order memory o = orderFor(other, 1_000e6);
        bytes memory data = abi.encodeCall(IVault.execute, (other, o, oneLeg(1_000e6), noVoucher(), ""));
        assertRefused(executor, data, Refusal.MandateUnknown, uint256(o.mandateId));
        passes(treasurer, abi.encodeCall(IVault.closeMandate, (id)));
        expectRefused(orderFor(m, 1_000e6), Refusal.MandateClosed, 0);
    }

    function test_mandate_hasTheTermsThatWereOpened() public {
        Order memory o = orderFor(m, 1_000e6);
        m.slippageBps = 200;
        expectRefused(o, Refusal.MandateUnknown, uint256(id));
        m.slippageBps = 100;
        m.salt++;
        expectRefused(o, Refusal.MandateUnknown, uint256(id));
        m.salt--;
        passes(executor, execution(o));
    }

    function test_mandate_runsFromItsStartThroughItsEnd() public {
        m.start = uint64(block.timestamp + 10);
        m.end = uint64(block.timestamp + 100);
        open(m);
        pass(9);
        expectRefused(orderFor(m, 1_000e6), Refusal.MandateNotStarted, m.start);
        pass(1);
        run(m, 1_000e6);
        pass(90);
        run(m, 1_000e6);
        pass(1);
        expectRefused(orderFor(m, 1_000e6), Refusal.MandateEnded, m.end);
    }

    function test_slice_isNeitherZeroNorAboveTheLargest() public {
        m.maximumSlice = 40_000e6;
        open(m);
        expectRefused(orderFor(m, 0), Refusal.SliceTooLarge, 40_000e6);
        expectRefused(orderFor(m, 40_000e6 + 1), Refusal.SliceTooLarge, 40_000e6);
        Order memory o = orderFor(m, 1_000e6);
        o.amountIn = type(uint256).max;
        expectRefused(o, Refusal.SliceTooLarge, 40_000e6);
        run(m, 40_000e6);
    }

    function test_slice_waitsForTheInterval() public {
        run(m, 1_000e6);
        uint256 next = block.timestamp + 60;
        pass(59);
        expectRefused(orderFor(m, 1_000e6), Refusal.TooSoon, next);
        pass(1);
        run(m, 1_000e6);
    }

    function test_slices_addUpToTheTotalAtMost() public {
        run(m, 50_000e6);
        pass(60);
        run(m, 49_000e6);
        pass(60);
        expectRefused(orderFor(m, 1_000e6 + 1), Refusal.MandateExceeded, 1_000e6);
        run(m, 1_000e6);
        assertEq(vault.mandateProgress(id).filled, m.total);
        pass(60);
        expectRefused(orderFor(m, 1), Refusal.MandateExceeded, 0);
    }

    function test_slices_areAtMostSoMany() public {
        m.maximumExecutions = 2;
        open(m);
        run(m, 1_000e6);
        pass(60);
        run(m, 1_000e6);
        pass(60);
        expectRefused(orderFor(m, 1_000e6), Refusal.ExecutionsExhausted, 2);
    }

    function test_worstPrice_toTheUnit() public {
        m.worstPrice = 1e36 * uint256(1e12) / 3_015; // half a per cent under the fair one, per base unit
        open(m);
        Order memory o = orderFor(m, 3_000e6);
        uint256 least = (3_000e6 * m.worstPrice + 1e36 - 1) / 1e36;
        o.minimumOut = least - 1;
        expectRefused(o, Refusal.WorstPrice, least);
        o.minimumOut = least;
        passes(executor, execution(o));
    }
}
