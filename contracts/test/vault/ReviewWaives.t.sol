// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {Vouchers} from "./Vouchers.sol";

/// @title A voucher waives the automatic limit and nothing else: each other guard refuses a reviewed order as any other
contract ReviewWaivesTest is Vouchers {
    function expectRefused(Order memory o, Refusal reason, uint256 detail) private {
        expectRefused(o, voucherFor(m, o, 7), reason, detail);
        assertFalse(vault.voucherUsed(7));
    }

    function lower(Limits memory limits) private {
        passes(guardian, abi.encodeCall(IVault.lowerLimits, (limits)));
    }

    function test_sizeCap() public {
        expectRefused(orderFor(m, 150_000e6 + 1), Refusal.SizeCapExceeded, SIZE_CAP);
        Order memory o = orderFor(m, 150_000e6);
        execute(o, voucherFor(m, o, 7));
    }

    function test_volumeMeter() public {
        Order memory o = orderFor(m, 120_000e6);
        execute(o, voucherFor(m, o, 6));
        expectRefused(orderFor(m, 120_000e6), Refusal.VolumeExceeded, 240_000e18);
        o = orderFor(m, 80_000e6);
        execute(o, voucherFor(m, o, 7));
    }

    function test_lossMeter() public {
        Limits memory limits = defaultLimits();
        limits.lossCapacityUsd = 539e18;
        lower(limits);
        expectRefused(order(), Refusal.LossExceeded, 540e18);
    }

    function test_oracleBound() public {
        Order memory o = order();
        o.minimumOut = 19.8e18 - 1;
        expectRefused(o, Refusal.BelowOracleBound, 19.8e18);
    }

    function test_worstPrice() public {
        m.worstPrice = 0.332e45; // 19.92 for 60,000
        open(m);
        Order memory o = order();
        o.minimumOut = 19.92e18 - 1;
        expectRefused(o, Refusal.WorstPrice, 19.92e18);
    }

    function test_sliceTotalIntervalAndCount() public {
        m.maximumSlice = LARGE - 1;
        open(m);
        expectRefused(order(), Refusal.SliceTooLarge, LARGE - 1);
        (m.maximumSlice, m.total) = (LARGE, 100_000e6);
        (m.minimumInterval, m.maximumExecutions) = (60, 2);
        open(m);
        Order memory o = order();
        execute(o, voucherFor(m, o, 6));
        expectRefused(order(), Refusal.TooSoon, block.timestamp + 60);
        pass(60);
        expectRefused(order(), Refusal.MandateExceeded, 40_000e6);
        execute(orderFor(m, 1e6), noVoucher());
        pass(60);
        m.total = 1_000_000e6;
        m.maximumExecutions = 1;
        open(m);
        o = order();
        execute(o, voucherFor(m, o, 8));
        pass(60);
        expectRefused(order(), Refusal.ExecutionsExhausted, 1);
    }

    function test_refill() public {
        (m.refillAmount, m.refillPeriod, m.maximumSlice) = (LARGE, 1 days, LARGE);
        open(m);
        execute(orderFor(m, 1e6), noVoucher());
        expectRefused(order(), Refusal.RefillExceeded, 1e6);
    }

    function test_orderItself() public {
        Order memory o = order();
        o.deadline = uint64(block.timestamp - 1);
        expectRefused(o, Refusal.DeadlinePassed, o.deadline);
        o = order();
        o.executionIndex = 1;
        expectRefused(o, Refusal.WrongExecutionIndex, 0);
        o = order();
        o.epoch = 2;
        expectRefused(o, Refusal.WrongEpoch, 1);
        o = order();
        o.modelId = keccak256("another");
        expectRefused(o, Refusal.ModelInactive, uint256(o.modelId));
        o = order();
        bytes memory data = abi.encodeCall(IVault.execute, (m, o, oneLeg(LARGE - 1), voucherFor(m, o, 7), ""));
        assertRefused(executor, data, Refusal.LegsMismatch, 1);
    }

    function test_executor() public {
        Order memory o = order();
        bytes memory data = call(o, voucherFor(m, o, 7));
        for (uint256 i = 0; i < reviewers.length; i++) {
            assertRefused(reviewers[i], data, Refusal.NotExecutor, uint160(reviewers[i]));
        }
        passes(guardian, abi.encodeCall(IVault.dropExecutor, ()));
        expectRefused(o, Refusal.NotExecutor, uint160(executor));
    }

    function test_mandateClosedOrLatched() public {
        bytes32 id = vault.mandateDigest(m);
        change(abi.encodeCall(IVault.setTreasurer, (stranger)));
        checkpoint();
        expectRefused(order(), Refusal.MandateLatched, 0);
        passes(guardian, abi.encodeCall(IVault.closeMandate, (id)));
        expectRefused(order(), Refusal.MandateClosed, 0);
    }

    function test_pauseSuspensionAndTrip() public {
        passes(guardian, abi.encodeCall(IVault.pause, ()));
        expectRefused(order(), Refusal.Paused, 0);
        passes(owner, abi.encodeCall(IVault.unpause, ()));
        wethFeed.set(100e8);
        checkpoint();
        expectRefused(order(), Refusal.Suspended, 0);
        pass(11 minutes);
        checkpoint();
        expectRefused(order(), Refusal.Tripped, 0);
    }

    function test_checkpointAndPrices() public {
        uint256 at = state().checkpointAt;
        give(usdc, 1e6);
        expectRefused(order(), Refusal.CheckpointStale, at);
        checkpoint();
        wethFeed.kill();
        expectRefused(order(), Refusal.PriceUnavailable, uint160(address(weth)));
        passes(guardian, abi.encodeCall(IVault.quarantine, (address(weth))));
        checkpoint();
        expectRefused(order(), Refusal.AssetQuarantined, uint160(address(weth)));
    }

    function test_funds() public {
        vm.prank(owner);
        vault.withdraw(address(usdc), 940_000e6 + 1, owner);
        checkpoint();
        expectRefused(order(), Refusal.InsufficientBalance, LARGE - 1);
    }

    /// @notice The outcome is measured against the order, whatever reviewers put up with.
    function test_outcome() public {
        Order memory o = order();
        Voucher memory v = unsigned(o);
        v.minimumOut = 0;
        v.signatures = reviewed(digestOf(o, v), 2);
        bytes memory data = call(o, v);
        exact.behave(exact.manner(), o.minimumOut - 1);
        assertRefused(executor, data, Refusal.OutputTooLow, o.minimumOut - 1);
        execute(o, v);
    }
}
