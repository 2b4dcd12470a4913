// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {Vm} from "forge-std/Vm.sol";
import {World} from "../support/World.sol";

/// @title Mandates that refill, and mandates that latch
contract StandingMandatesTest is World {
    uint256 private constant REFILL = 12_000e6;
    uint32 private constant PERIOD = 6 hours;
    Mandate private m;
    bytes32 private id;

    function setUp() public override {
        super.setUp();
        m = sellUsdc();
        m.total = 50_000e6;
        m.maximumSlice = REFILL;
        m.refillAmount = REFILL;
        m.refillPeriod = PERIOD;
        m.minimumInterval = 0;
        m.maximumExecutions = 1_000;
        m.end = uint64(block.timestamp + 365 days);
        id = open(m);
    }

    function expectRefused(uint256 amountIn, Refusal reason, uint256 detail) private {
        Order memory o = orderFor(m, amountIn);
        expectRefusal(reason, detail);
        vm.prank(executor);
        vault.execute(m, o, oneLeg(amountIn), noVoucher(), "");
    }

    // --- refill ---

    function test_refill_givesBackByTheSecond() public {
        run(m, REFILL);
        expectRefused(1e6, Refusal.RefillExceeded, REFILL);
        pass(PERIOD / 4);
        checkpoint();
        expectRefused(REFILL / 4 + 1, Refusal.RefillExceeded, REFILL * 3 / 4);
        run(m, REFILL / 4);
        expectRefused(1e6, Refusal.RefillExceeded, REFILL);
        pass(PERIOD);
        checkpoint();
        run(m, REFILL);
    }

    /// @notice Whatever it is refilled with, over its life it sells no more than its total.
    function test_refill_endsWithTheTotal() public {
        for (uint256 i = 0; i < 4; i++) {
            run(m, REFILL);
            pass(PERIOD);
            checkpoint();
        }
        expectRefused(2_000e6 + 1, Refusal.MandateExceeded, 2_000e6);
        run(m, 2_000e6);
        pass(PERIOD);
        checkpoint();
        expectRefused(1e6, Refusal.MandateExceeded, 0);
        assertEq(vault.mandateProgress(id).filled, m.total);
    }

    /// @notice In any window W at most A + A * W / period: between every two slices of any sequence.
    /// forge-config: default.fuzz.runs = 32
    function testFuzz_refill_holdsInEveryWindow(uint256[12] memory amounts, uint32[12] memory waits) public {
        m.total = 1_000_000e6;
        m.salt = 99;
        id = open(m);
        uint256[12] memory at;
        uint256[12] memory sold;
        for (uint256 i = 0; i < 12; i++) {
            pass(waits[i] % PERIOD);
            checkpoint();
            uint256 amount = bound(amounts[i], 1e6, REFILL);
            Order memory o = orderFor(m, amount);
            vm.prank(executor);
            try vault.execute(m, o, oneLeg(amount), noVoucher(), "") {
                sold[i] = amount;
            } catch {}
            at[i] = block.timestamp;
            uint256 sum = 0;
            for (uint256 j = i + 1; j > 0; j--) {
                sum += sold[j - 1];
                assertLe(sum, REFILL + REFILL * (at[i] - at[j - 1]) / PERIOD);
            }
        }
        assertGt(vault.mandateProgress(id).filled, 0);
    }

    function test_refill_ofAOneOffMandateIsNone() public {
        Mandate memory once = sellUsdc();
        bytes32 other = open(once);
        run(once, 50_000e6);
        assertEq(abi.encode(vault.refillOf(other)), abi.encode(0));
    }

    // --- poor fills ---

    /// @notice A fill with `shortfallBps` below what the oracle says, out of a pool that is exact.
    function fill(uint256 shortfallBps) private returns (bool latched) {
        uint256 amountIn = 300e6;
        uint256 fair = 0.1e18;
        Order memory o = orderFor(m, amountIn);
        o.minimumOut = fair * (10_000 - m.slippageBps) / 10_000;
        ExactPool exact = new ExactPool(address(weth), fair * (10_000 - shortfallBps) / 10_000);
        weth.mint(address(exact), 1e18);
        Leg[] memory legs = oneLeg(amountIn);
        legs[0].pool = address(exact);
        vm.prank(executor);
        vault.execute(m, o, legs, noVoucher(), "");
        return vault.mandateProgress(id).latched;
    }

    function poorly() private {
        m.poorFillBps = 50;
        m.salt = 100;
        id = open(m);
    }

    function test_poorFills_inARowLatch() public {
        poorly();
        assertFalse(fill(51));
        assertFalse(fill(51));
        assertEq(vault.mandateProgress(id).poorFills, 2);
        vm.recordLogs();
        assertTrue(fill(51));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256 seen = 0;
        for (uint256 i = 0; i < logs.length; i++) {
            if (logs[i].topics[0] != IVault.MandateLatched.selector) continue;
            seen++;
            assertEq(logs[i].topics[1], id);
            assertEq(logs[i].data, abi.encode(3));
        }
        assertEq(seen, 1);
        expectRefused(300e6, Refusal.MandateLatched, 3);
    }

    /// @notice One that is exactly at the share is none, and a good one starts the count anew.
    function test_poorFills_aGoodOneForgives() public {
        poorly();
        assertFalse(fill(51));
        assertFalse(fill(51));
        assertFalse(fill(50));
        assertEq(vault.mandateProgress(id).poorFills, 0);
        assertFalse(fill(51));
        assertFalse(fill(51));
        assertTrue(fill(100));
    }

    function test_poorFills_theTreasurerEnablesAgain() public {
        poorly();
        for (uint256 i = 0; i < 3; i++) {
            fill(51);
        }
        address[4] memory others = [owner, guardian, executor, stranger];
        for (uint256 i = 0; i < 4; i++) {
            expectRefusal(Refusal.Unauthorized, uint160(others[i]));
            vm.prank(others[i]);
            vault.enableMandate(id);
        }
        vm.expectEmit(address(vault));
        emit IVault.MandateEnabled(id, treasurer);
        vm.prank(treasurer);
        vault.enableMandate(id);
        assertFalse(fill(51), "counted from the beginning");
        assertEq(vault.mandateProgress(id).poorFills, 1);
    }

    function test_newTreasurer_latchesWhatTheOldOneSigned() public {
        change(abi.encodeCall(IVault.setTreasurer, (stranger)));
        checkpoint();
        expectRefused(300e6, Refusal.MandateLatched, 0);
        vm.prank(stranger);
        vault.enableMandate(id);
        run(m, 300e6);
    }
}

/// @notice Takes what it is given and pays what it was told to.
contract ExactPool {
    address private immutable buy;
    uint256 private immutable pays;

    constructor(address buy_, uint256 pays_) {
        (buy, pays) = (buy_, pays_);
    }

    function swap(address recipient, bool zeroForOne, int256 amount, uint160, bytes calldata)
        external
        returns (int256 delta0, int256 delta1)
    {
        (delta0, delta1) = zeroForOne ? (amount, -int256(pays)) : (-int256(pays), amount);
        (bool done,) = msg.sender
            .call(abi.encodeWithSignature("uniswapV3SwapCallback(int256,int256,bytes)", delta0, delta1, bytes("")));
        require(done, "not paid");
        (done,) = buy.call(abi.encodeWithSignature("transfer(address,uint256)", recipient, pays));
        require(done, "does not pay");
    }
}
