// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Leg, Order} from "../../src/Types.sol";
import {Refusal, Refused} from "../../src/Refusal.sol";
import {BreakerResetTerms} from "../../src/guards/BreakerResetTerms.sol";
import {OrderTerms} from "../../src/guards/OrderTerms.sol";
import {Test} from "forge-std/Test.sol";

/// @title What an order must be by itself
contract OrderTermsTest is Test {
    function setUp() public {
        vm.warp(1_790_000_000);
    }

    function deadline(uint64 at) external view {
        OrderTerms.requireDeadline(at);
    }

    function resetDeadline(uint64 at) external view {
        BreakerResetTerms.requireDeadline(at);
    }

    function index(uint32 wanted, uint32 count) external pure {
        OrderTerms.requireIndex(wanted, count);
    }

    function legs(Leg[] calldata list, uint256 amountIn) external pure {
        OrderTerms.requireLegs(list, amountIn);
    }

    function digest(Order calldata o, address vault) external view returns (bytes32) {
        return OrderTerms.digest(o, vault);
    }

    function expectRefusal(Refusal reason, uint256 detail) private {
        vm.expectRevert(abi.encodeWithSelector(Refused.selector, reason, detail));
    }

    function test_deadline_nowToFiveMinutes() public {
        uint64 now_ = uint64(block.timestamp);
        this.deadline(now_);
        this.deadline(now_ + 5 minutes);
        expectRefusal(Refusal.DeadlinePassed, now_ - 1);
        this.deadline(now_ - 1);
        expectRefusal(Refusal.DeadlineTooFar, now_ + 5 minutes + 1);
        this.deadline(now_ + 5 minutes + 1);
        assertEq(OrderTerms.LONGEST_LIFE, 5 minutes);
    }

    function test_resetDeadline() public {
        this.resetDeadline(uint64(block.timestamp));
        expectRefusal(Refusal.VoucherExpired, block.timestamp - 1);
        this.resetDeadline(uint64(block.timestamp - 1));
    }

    function testFuzz_index_isTheCount(uint32 wanted, uint32 count) public {
        this.index(count, count);
        vm.assume(wanted != count);
        expectRefusal(Refusal.WrongExecutionIndex, count);
        this.index(wanted, count);
    }

    function split(uint256 count, uint256 each) private pure returns (Leg[] memory list) {
        list = new Leg[](count);
        for (uint256 i = 0; i < count; i++) {
            list[i].amountIn = each;
        }
    }

    function test_legs_oneToSixteen() public {
        this.legs(split(1, 7), 7);
        this.legs(split(16, 7), 112);
        expectRefusal(Refusal.LegsMismatch, 0);
        this.legs(split(0, 7), 0);
        expectRefusal(Refusal.LegsMismatch, 17);
        this.legs(split(17, 7), 119);
        assertEq(OrderTerms.MOST_LEGS, 16);
    }

    function test_legs_addUpToTheInput() public {
        Leg[] memory list = split(3, 10);
        expectRefusal(Refusal.LegsMismatch, 1);
        this.legs(list, 31);
        expectRefusal(Refusal.LegsMismatch, 10);
        this.legs(list, 29);
        list[1].amountIn = 0;
        expectRefusal(Refusal.LegsMismatch, 0);
        this.legs(list, 20);
        // Sums that would wrap around do not.
        list[1].amountIn = type(uint256).max;
        expectRefusal(Refusal.LegsMismatch, type(uint256).max);
        this.legs(list, 19);
    }

    function testFuzz_digest_bindsEveryWord(uint8 word, uint256 change) public {
        Order memory o;
        o.amountIn = 5;
        bytes32 first = this.digest(o, address(this));
        assertTrue(this.digest(o, address(1)) != first);
        bytes memory call_ = abi.encodeCall(this.digest, (o, address(this)));
        change = bound(change, 1, 100);
        uint256 at = 0x24 + uint256(word % 10) * 32;
        assembly ("memory-safe") {
            mstore(add(call_, at), xor(mload(add(call_, at)), change))
        }
        (bool done, bytes memory answer) = address(this).call(call_);
        assertTrue(done);
        assertTrue(abi.decode(answer, (bytes32)) != first);
    }
}
