// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Mandate, MandateProgress, Order} from "../../src/Types.sol";
import {Refusal, Refused} from "../../src/Refusal.sol";
import {AssetBook} from "../../src/guards/AssetBook.sol";
import {Meter} from "../../src/guards/DrainingMeter.sol";
import {MandateTerms} from "../../src/guards/MandateTerms.sol";
import {Test} from "forge-std/Test.sol";

/// @title A mandate's own terms, apart from the vault
contract MandateTermsTest is Test {
    using MandateTerms for Mandate;
    using MandateTerms for MandateProgress;

    uint256 private constant LARGEST = type(uint112).max / 2; // 2^111 - 1

    function setUp() public {
        vm.warp(1_790_000_000);
    }

    // --- doors to the library, whose arguments lie in calldata ---

    function sane(Mandate calldata m, uint16 maximumSlippageBps) external view {
        m.requireSane(maximumSlippageBps);
    }

    function idOf(Mandate calldata m, address vault) external view returns (bytes32) {
        return m.id(vault);
    }

    function unused(bool open, bool closed) external pure {
        MandateTerms.requireUnused(open, closed);
    }

    function live(Mandate calldata m, bytes32 id, MandateProgress memory p, uint8 treasurerEpoch) external view {
        m.requireLive(id, p, treasurerEpoch);
    }

    function slice(Mandate calldata m, uint256 amountIn, MandateProgress memory p) external view {
        m.requireSlice(amountIn, p);
    }

    function refill(Mandate calldata m, Meter meter, uint256 amountIn) external view returns (Meter) {
        return m.requireRefill(meter, amountIn);
    }

    function worst(Mandate calldata m, Order calldata o) external pure {
        m.requireWorstPrice(o);
    }

    function poor(Mandate calldata m, uint256 received, uint256 worth) external pure returns (bool) {
        return m.isPoor(received, worth);
    }

    function expectRefusal(Refusal reason, uint256 detail) private {
        vm.expectRevert(abi.encodeWithSelector(Refused.selector, reason, detail));
    }

    function expectInsane(Mandate memory m, uint256 detail) private {
        expectRefusal(Refusal.MandateInvalid, detail);
        this.sane(m, 200);
    }

    function terms() private view returns (Mandate memory m) {
        m.sell = address(1);
        m.buy = address(2);
        m.total = 1_000;
        m.maximumSlice = 100;
        m.start = uint64(block.timestamp);
        m.end = uint64(block.timestamp + 1);
        m.minimumInterval = 60;
        m.maximumExecutions = 3;
        m.worstPrice = 1;
        m.slippageBps = 200;
        m.poorFillBps = 200;
        m.maximumPoorFills = 1;
    }

    // --- opening ---

    function test_sane_atEachEdge() public view {
        Mandate memory m = terms();
        this.sane(m, 200);
        (m.total, m.maximumSlice) = (LARGEST, LARGEST);
        m.minimumInterval = 365 days;
        m.maximumExecutions = type(uint32).max;
        m.worstPrice = type(uint192).max;
        m.maximumPoorFills = type(uint8).max;
        this.sane(m, 200);
        (m.refillAmount, m.refillPeriod) = (LARGEST, 365 days);
        this.sane(m, 200);
        (m.total, m.maximumSlice, m.refillAmount, m.refillPeriod) = (1, 1, 1, 1);
        (m.minimumInterval, m.maximumExecutions, m.slippageBps, m.poorFillBps) = (0, 1, 1, 1);
        this.sane(m, 200);
        assertEq(AssetBook.LARGEST_AMOUNT, LARGEST);
        assertEq(MandateTerms.LONGEST_INTERVAL, 365 days);
    }

    function test_insane_amounts() public {
        Mandate memory m = terms();
        m.buy = m.sell;
        expectInsane(m, 1);
        m = terms();
        m.total = 0;
        expectInsane(m, 0);
        m.total = LARGEST + 1;
        expectInsane(m, LARGEST + 1);
        m = terms();
        m.maximumSlice = 0;
        expectInsane(m, 0);
        m.maximumSlice = 1_001;
        expectInsane(m, 1_001);
    }

    function test_insane_refill() public {
        Mandate memory m = terms();
        m.refillAmount = 1;
        expectInsane(m, 1); // an amount without a period
        m.refillPeriod = 365 days + 1;
        m.refillAmount = 100;
        expectInsane(m, 365 days + 1);
        m.refillPeriod = 1;
        m.refillAmount = 99;
        expectInsane(m, 99); // less than a slice
        m.refillAmount = 1_001;
        expectInsane(m, 1_001); // more than the total
    }

    function test_insane_times() public {
        Mandate memory m = terms();
        m.start = m.end;
        expectInsane(m, m.start);
        m = terms();
        m.start = uint64(block.timestamp - 1);
        m.end = uint64(block.timestamp);
        expectRefusal(Refusal.MandateEnded, m.end);
        this.sane(m, 200);
        m = terms();
        m.minimumInterval = 365 days + 1;
        expectInsane(m, 365 days + 1);
    }

    function test_insane_bounds() public {
        Mandate memory m = terms();
        m.maximumExecutions = 0;
        expectInsane(m, 0);
        m = terms();
        m.worstPrice = 0;
        expectInsane(m, 0);
        m.worstPrice = uint256(type(uint192).max) + 1;
        expectInsane(m, m.worstPrice);
        m = terms();
        m.slippageBps = 0;
        expectInsane(m, 0);
        m.slippageBps = 201;
        expectInsane(m, 201);
        m = terms();
        m.poorFillBps = 0;
        expectInsane(m, 0);
        m.poorFillBps = 201;
        expectInsane(m, 201);
        m = terms();
        m.maximumPoorFills = 0;
        expectInsane(m, 0);
    }

    function test_unused_onlyWhatIsNeitherOpenNorClosed() public {
        this.unused(false, false);
        expectRefusal(Refusal.MandateExists, 0);
        this.unused(true, false);
        expectRefusal(Refusal.MandateClosed, 0);
        this.unused(false, true);
        expectRefusal(Refusal.MandateClosed, 0);
        this.unused(true, true);
    }

    /// @notice Any other word of the terms, another vault or another chain make another id.
    function testFuzz_id_bindsEveryWord(uint8 word, uint256 change) public {
        Mandate memory m = terms();
        bytes32 id = this.idOf(m, address(this));
        assertTrue(this.idOf(m, address(1)) != id);
        bytes memory call_ = abi.encodeCall(this.idOf, (m, address(this)));
        change = bound(change, 1, 100);
        uint256 at = 0x24 + uint256(word % 17) * 32;
        assembly ("memory-safe") {
            mstore(add(call_, at), xor(mload(add(call_, at)), change))
        }
        (bool done, bytes memory answer) = address(this).call(call_);
        // What is no value of its type is refused before it is hashed, or hashed to something else.
        if (done) assertTrue(abi.decode(answer, (bytes32)) != id);
        vm.chainId(2);
        assertTrue(this.idOf(m, address(this)) != id);
    }

    // --- executing ---

    function test_live_opensClosesLatchesAndEnds() public {
        Mandate memory m = terms();
        bytes32 id = this.idOf(m, address(this));
        MandateProgress memory p;
        expectRefusal(Refusal.MandateUnknown, uint256(id));
        this.live(m, id, p, 0);
        p.open = true;
        this.live(m, id, p, 0);
        m.salt = 1;
        expectRefusal(Refusal.MandateUnknown, uint256(id));
        this.live(m, id, p, 0);
        m.salt = 0;
        p.poorFills = 4;
        expectRefusal(Refusal.MandateLatched, 4); // signed by the treasurer before
        this.live(m, id, p, 1);
        p.latched = true;
        expectRefusal(Refusal.MandateLatched, 4);
        this.live(m, id, p, 0);
        p.latched = false;
        p.closed = true;
        expectRefusal(Refusal.MandateClosed, 0);
        this.live(m, id, p, 0);
    }

    function test_live_fromStartToEnd() public {
        Mandate memory m = terms();
        (m.start, m.end) = (1_790_000_100, 1_790_000_200);
        bytes32 id = this.idOf(m, address(this));
        MandateProgress memory p;
        p.open = true;
        vm.warp(m.start - 1);
        expectRefusal(Refusal.MandateNotStarted, m.start);
        this.live(m, id, p, 0);
        vm.warp(m.start);
        this.live(m, id, p, 0);
        vm.warp(m.end);
        this.live(m, id, p, 0);
        vm.warp(m.end + 1);
        expectRefusal(Refusal.MandateEnded, m.end);
        this.live(m, id, p, 0);
    }

    function test_slice_atEachEdge() public {
        Mandate memory m = terms();
        MandateProgress memory p;
        expectRefusal(Refusal.SliceTooLarge, 100);
        this.slice(m, 0, p);
        expectRefusal(Refusal.SliceTooLarge, 100);
        this.slice(m, 101, p);
        this.slice(m, 1, p);
        this.slice(m, 100, p);
        p.lastExecution = uint40(block.timestamp - 59);
        expectRefusal(Refusal.TooSoon, block.timestamp + 1);
        this.slice(m, 100, p);
        p.lastExecution = uint40(block.timestamp - 60);
        this.slice(m, 100, p);
        p.filled = 901;
        expectRefusal(Refusal.MandateExceeded, 99);
        this.slice(m, 100, p);
        this.slice(m, 99, p);
        p.executionCount = 2;
        this.slice(m, 99, p);
        p.executionCount = 3;
        expectRefusal(Refusal.ExecutionsExhausted, 3);
        this.slice(m, 99, p);
    }

    /// @notice Before the first execution there is nothing to wait for, not even at the beginning of time.
    function test_slice_theFirstNeverWaits() public {
        Mandate memory m = terms();
        MandateProgress memory p;
        m.minimumInterval = 365 days;
        vm.warp(1 days);
        this.slice(m, 100, p);
    }

    function test_refill_givesBackOverThePeriod() public {
        Mandate memory m = terms();
        (m.refillAmount, m.refillPeriod) = (100, 1 hours);
        Meter meter = this.refill(m, Meter.wrap(0), 100);
        expectRefusal(Refusal.RefillExceeded, 100);
        this.refill(m, meter, 1);
        vm.warp(block.timestamp + 30 minutes);
        expectRefusal(Refusal.RefillExceeded, 50);
        this.refill(m, meter, 51);
        meter = this.refill(m, meter, 50);
        expectRefusal(Refusal.RefillExceeded, 100);
        this.refill(m, meter, 1);
    }

    function testFuzz_worstPrice_isExact(uint112 amountIn, uint192 price) public {
        Mandate memory m = terms();
        m.worstPrice = price;
        Order memory o;
        o.amountIn = amountIn;
        uint256 least = Math.ceilMulDiv(amountIn, price, 1e36);
        o.minimumOut = least;
        this.worst(m, o);
        if (least == 0) return;
        o.minimumOut = least - 1;
        expectRefusal(Refusal.WorstPrice, least);
        this.worst(m, o);
    }

    function test_advanced_countsTheInput() public view {
        MandateProgress memory p;
        p.filled = 5;
        p.executionCount = 7;
        p.poorFills = 2;
        p.treasurerEpoch = 3;
        p.open = true;
        p = p.advanced(10);
        assertEq(p.filled, 15);
        assertEq(p.executionCount, 8);
        assertEq(p.lastExecution, block.timestamp);
        assertTrue(p.open && !p.closed && !p.latched && p.poorFills == 2 && p.treasurerEpoch == 3);
    }

    function testFuzz_poor_belowItsShareOnly(uint128 worth, uint16 poorFillBps) public view {
        Mandate memory m = terms();
        m.poorFillBps = uint16(bound(poorFillBps, 1, 10_000));
        uint256 least = (uint256(worth) * (10_000 - m.poorFillBps) + 9_999) / 10_000;
        assertFalse(this.poor(m, least, worth));
        if (least != 0) assertTrue(this.poor(m, least - 1, worth));
    }
}

/// @notice Ceiling of a product over a power of ten, in halves that cannot overflow.
library Math {
    function ceilMulDiv(uint256 a, uint256 b, uint256 d) internal pure returns (uint256) {
        // a < 2^112 and b < 2^192: a * b = a * (b / d) * d + a * (b % d), and b % d < 1e36 < 2^120.
        uint256 rest = a * (b % d);
        return a * (b / d) + (rest + d - 1) / d;
    }
}
