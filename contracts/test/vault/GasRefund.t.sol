// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {Vm} from "forge-std/Vm.sol";
import {World} from "../support/World.sol";

/// @title The executor gets its gas back, inside a quota, and never at the cost of a trade
contract GasRefundTest is World {
    uint256 private constant PRICE = 10 gwei;
    uint256 private constant QUOTA = 20e18;
    Mandate private m;

    function setUp() public override {
        super.setUp();
        m = sellUsdc();
        m.total = 1_000_000e6;
        m.minimumInterval = 0;
        open(m);
        vm.deal(address(vault), 1 ether);
        vm.fee(9 gwei);
        vm.txGasPrice(PRICE);
    }

    function configuration() internal view override returns (VaultConfiguration memory c) {
        c = super.configuration();
        c.limits.refundCapacityUsd = QUOTA;
        c.assets[3].source = feedSource(wethFeed, 1, 100_000e18);
    }

    function trade(uint256 amountIn, Leg[] memory legs) private {
        Order memory o = orderFor(m, amountIn);
        vm.prank(executor);
        assertGe(vault.execute(m, o, legs, noVoucher(), ""), o.minimumOut);
    }

    /// @notice What came back for a trade, in wei.
    function refundOf(uint256 amountIn) private returns (uint256) {
        uint256 tank = address(vault).balance;
        trade(amountIn, oneLeg(amountIn));
        return tank - address(vault).balance;
    }

    function test_isCountedAndTold() public {
        vm.recordLogs();
        uint256 paid = refundOf(3_000e6);
        assertGt(paid, 0);
        assertEq(address(vault).balance, 1 ether - paid);
        uint256 valueUsd = paid * 3_000;
        assertEq(state().refundUsedUsd, valueUsd);
        uint256 seen = 0;
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256 lossUsd = valueUsd;
        for (uint256 i = 0; i < logs.length; i++) {
            if (logs[i].topics[0] == IVault.Executed.selector) {
                (,,,,, uint256 traded) =
                    abi.decode(logs[i].data, (uint256, uint256, uint256, uint256, uint256, uint256));
                lossUsd += traded;
            }
            if (logs[i].topics[0] != IVault.GasRefunded.selector) continue;
            seen++;
            assertEq(logs[i].topics[1], bytes32(uint256(uint160(executor))));
            assertEq(logs[i].data, abi.encode(paid, valueUsd));
        }
        assertEq(seen, 1);
        assertEq(state().lossUsedUsd, lossUsd, "it is a loss like any other");
    }

    function test_quotaIsKeptToTheUnit() public {
        uint256 paid = refundOf(3_000e6);
        uint256 last = paid;
        while (paid != 0) {
            last = paid;
            paid = refundOf(3_000e6);
        }
        uint256 used = state().refundUsedUsd;
        assertLe(used, QUOTA);
        assertGt(used + last * 3_000, QUOTA);
        assertEq(refundOf(3_000e6), 0, "the trade goes through, unpaid");
        assertEq(state().refundUsedUsd, used);
        pass(1 days);
        checkpoint();
        assertGt(refundOf(3_000e6), 0);
    }

    function test_noMoreThanTwentyBasisPointsOfTheTrade() public {
        assertEq(refundOf(300e6), uint256(0.6e18) / 3_000);
    }

    function test_tipAboveThreeGweiIsTheExecutorsOwn() public {
        refundOf(30_000e6);
        uint256 snapshot = vm.snapshotState();
        vm.txGasPrice(12 gwei);
        uint256 most = refundOf(30_000e6);
        vm.revertToState(snapshot);
        vm.txGasPrice(500 gwei);
        assertApproxEqRel(refundOf(30_000e6), most, 0.001e18);
    }

    // --- what is skipped, and never undoes the trade ---

    function test_emptyTank() public {
        vm.deal(address(vault), 1);
        assertEq(refundOf(3_000e6), 0);
        assertEq(state().refundUsedUsd, 0);
    }

    function test_unknownNativePrice() public {
        // A vault whose wrapped native token is not among its assets.
        VaultConfiguration memory c = configuration();
        c.wrappedNative = address(router);
        vault = deploy(c);
        fund();
        open(m);
        vm.deal(address(vault), 1 ether);
        assertEq(refundOf(3_000e6), 0);
    }

    function test_fullLossMeter() public {
        Limits memory limits = configuration().limits;
        limits.lossCapacityUsd = 4e18;
        vm.prank(guardian);
        vault.lowerLimits(limits);
        // 3,000 USD lose 1.5 in fees and 0.15 in price; a refund of several dollars does not fit any more.
        assertEq(refundOf(3_000e6), 0);
        assertLt(state().lossUsedUsd, 4e18);
    }

    function test_receiverThatRefusesOrBurnsGas() public {
        vm.etch(executor, hex"fe");
        uint256 used = state().refundUsedUsd;
        assertEq(refundOf(3_000e6), 0);
        // What could not be paid is charged all the same: nothing is written after the call.
        assertGt(state().refundUsedUsd, used);
    }

    function test_zeroQuotaPaysNothing() public {
        Limits memory limits = configuration().limits;
        limits.refundCapacityUsd = 0;
        vm.prank(guardian);
        vault.lowerLimits(limits);
        assertEq(refundOf(3_000e6), 0);
    }
}
