// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Feed, Verdict} from "../src/Types.sol";
import {Refusal} from "../src/Refusal.sol";
import {PriceOracle} from "../src/PriceOracle.sol";
import {MockFeed} from "./support/MockFeed.sol";
import {Test} from "forge-std/Test.sol";

/// @notice Answers everything with the bytes it was made with.
contract ParrotFeed {
    bytes private answer;

    constructor(bytes memory answer_) {
        answer = answer_;
    }

    fallback(bytes calldata) external returns (bytes memory) {
        return answer;
    }
}

contract GasBurningFeed {
    fallback() external {
        while (true) {}
    }
}

/// @title A price or a reason, and never a revert
contract PriceOracleTest is Test {
    PriceOracle private oracle;
    MockFeed private feed;

    function setUp() public {
        vm.warp(1_790_000_000);
        oracle = new PriceOracle();
        feed = new MockFeed(8, 3_000e8);
    }

    function ask() private view returns (Verdict memory) {
        return oracle.verdict(Feed(address(feed), 1 hours));
    }

    function expectReason(address source, Refusal reason) private view {
        Verdict memory v = oracle.verdict(Feed(source, 1 hours));
        assertEq(uint256(v.reason), uint256(reason));
        assertEq(v.low + v.high, 0);
    }

    function test_price_hasEighteenDecimals() public {
        Verdict memory v = ask();
        assertEq(uint256(v.reason), uint256(Refusal.None));
        assertEq(v.low, 3_000e18);
        assertEq(v.high, 3_000e18);
        assertEq(v.updatedAt, block.timestamp);
        feed.setDecimals(18);
        feed.set(3_000e18);
        assertEq(ask().low, 3_000e18);
        feed.setDecimals(0);
        feed.set(3_000);
        assertEq(ask().high, 3_000e18);
    }

    function test_price_withMoreDigitsLiesBetweenItsNeighbours() public {
        feed.setDecimals(20);
        feed.set(3_000e20 + 1);
        Verdict memory v = ask();
        assertEq(v.low, 3_000e18);
        assertEq(v.high, 3_000e18 + 1);
    }

    function test_refuses_stale() public {
        vm.warp(block.timestamp + 1 hours);
        assertEq(ask().low, 3_000e18);
        vm.warp(block.timestamp + 1);
        expectReason(address(feed), Refusal.PriceStale);
        assertEq(ask().updatedAt, block.timestamp - 1 hours - 1);
    }

    function test_refuses_fromTheFuture() public {
        feed.setUpdatedAt(block.timestamp + 1);
        expectReason(address(feed), Refusal.PriceInvalid);
        feed.setUpdatedAt(type(uint256).max);
        expectReason(address(feed), Refusal.PriceInvalid);
    }

    function test_refuses_zeroNegativeAndAbsurd() public {
        int256[5] memory answers = [int256(0), -1, type(int256).min, type(int256).max, int256(1e29)];
        for (uint256 i = 0; i < answers.length; i++) {
            feed.set(answers[i]);
            expectReason(address(feed), Refusal.PriceInvalid);
        }
    }

    function test_refuses_incompleteRounds() public {
        feed.setRound(2, 1);
        expectReason(address(feed), Refusal.PriceInvalid);
        feed.setRound(1, 1);
        feed.setUpdatedAt(0);
        expectReason(address(feed), Refusal.PriceInvalid);
    }

    function test_refuses_whatIsNoFeed() public {
        expectReason(address(0), Refusal.PriceUnavailable);
        expectReason(makeAddr("nobody"), Refusal.PriceUnavailable);
        expectReason(address(this), Refusal.PriceUnavailable);
        expectReason(address(new ParrotFeed("")), Refusal.PriceUnavailable);
        expectReason(address(new ParrotFeed(new bytes(159))), Refusal.PriceUnavailable);
        feed.setDecimals(37);
        expectReason(address(feed), Refusal.PriceUnavailable);
        feed.kill();
        expectReason(address(feed), Refusal.PriceUnavailable);
    }

    function test_refuses_withinBoundedGas() public {
        GasBurningFeed burning = new GasBurningFeed();
        uint256 start = gasleft();
        expectReason(address(burning), Refusal.PriceUnavailable);
        assertLt(start - gasleft(), 450_000);
    }

    function testFuzz_neverReverts(bytes memory answer, uint32 heartbeat) public {
        Verdict memory v = oracle.verdict(Feed(address(new ParrotFeed(answer)), heartbeat));
        if (v.reason == Refusal.None) assertTrue(v.low > 0 && v.low <= v.high && v.high <= type(uint96).max);
    }

    function testFuzz_neverRevertsOnFiveWords(uint256[5] memory words, uint8 decimals, int256 answer) public {
        bytes memory data = abi.encode(words[0], words[1], words[2], words[3], words[4]);
        oracle.verdict(Feed(address(new ParrotFeed(data)), 1 hours));
        feed.setDecimals(decimals);
        feed.set(answer);
        Verdict memory v = ask();
        if (v.reason == Refusal.None) assertTrue(v.low > 0 && v.low <= v.high && v.high <= type(uint96).max);
    }
}
