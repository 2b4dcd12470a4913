// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Limits} from "../../src/Types.sol";
import {Refusal, Refused} from "../../src/Refusal.sol";
import {LimitTerms, LimitsWord} from "../../src/guards/LimitTerms.sol";
import {Test} from "forge-std/Test.sol";

/// @title Nine limits in one word
contract LimitTermsTest is Test {
    uint256 private constant MOST_DOLLARS = type(uint40).max;
    uint256 private constant MOST_REFUND = type(uint24).max;

    function pack(Limits memory limits) external pure returns (LimitsWord) {
        return LimitTerms.pack(limits);
    }

    function raise(LimitsWord word, Limits memory limits) external pure returns (LimitsWord) {
        return word.raised(limits);
    }

    function lower(LimitsWord word, Limits memory limits) external pure returns (LimitsWord) {
        return word.lowered(limits);
    }

    function fitting(Limits memory limits) private pure returns (Limits memory) {
        limits.automaticLimitUsd = bound(limits.automaticLimitUsd, 0, MOST_DOLLARS * 1e18);
        limits.sizeCapUsd = bound(limits.sizeCapUsd, 0, MOST_DOLLARS * 1e18);
        limits.volumeCapacityUsd = bound(limits.volumeCapacityUsd, 0, MOST_DOLLARS * 1e18);
        limits.lossCapacityUsd = bound(limits.lossCapacityUsd, 0, MOST_DOLLARS * 1e18);
        limits.refundCapacityUsd = bound(limits.refundCapacityUsd, 0, MOST_REFUND * 1e18);
        limits.maximumSlippageBps = uint16(bound(limits.maximumSlippageBps, 0, 1_000));
        limits.drawdownBps = uint16(bound(limits.drawdownBps, 0, 5_000));
        limits.referenceVolatilityBps = uint16(bound(limits.referenceVolatilityBps, 0, 5_000));
        limits.maximumCheckpointAge = uint32(bound(limits.maximumCheckpointAge, 0, 1 days));
        return limits;
    }

    function whole(Limits memory limits) private pure returns (Limits memory) {
        limits.automaticLimitUsd -= limits.automaticLimitUsd % 1e18;
        limits.sizeCapUsd -= limits.sizeCapUsd % 1e18;
        limits.volumeCapacityUsd -= limits.volumeCapacityUsd % 1e18;
        limits.lossCapacityUsd -= limits.lossCapacityUsd % 1e18;
        limits.refundCapacityUsd -= limits.refundCapacityUsd % 1e18;
        return limits;
    }

    /// @dev The limits as nine numbers, in their order.
    function numbers(Limits memory limits) private pure returns (uint256[9] memory) {
        return abi.decode(abi.encode(limits), (uint256[9]));
    }

    function testFuzz_packsWholeDollars(Limits memory limits) public view {
        limits = fitting(limits);
        assertEq(abi.encode(this.pack(limits).unpack()), abi.encode(whole(limits)));
    }

    function testFuzz_lowered_isTheSmallerOfEach(Limits memory old, Limits memory wanted) public view {
        old = fitting(old);
        LimitsWord word = this.pack(old);
        uint256[9] memory after_ = numbers(this.lower(word, wanted).unpack());
        uint256[9] memory before = numbers(whole(old));
        uint256[9] memory asked = numbers(wanted);
        for (uint256 i = 0; i < 9; i++) {
            uint256 floored = i < 5 ? asked[i] - asked[i] % 1e18 : asked[i];
            assertEq(after_[i], before[i] < floored ? before[i] : floored);
        }
    }

    function testFuzz_raised_isTheLargerOfEach(Limits memory old, Limits memory wanted) public view {
        old = fitting(old);
        wanted = fitting(wanted);
        uint256[9] memory after_ = numbers(this.raise(this.pack(old), wanted).unpack());
        uint256[9] memory before = numbers(whole(old));
        uint256[9] memory asked = numbers(whole(wanted));
        for (uint256 i = 0; i < 9; i++) {
            assertEq(after_[i], before[i] > asked[i] ? before[i] : asked[i]);
        }
    }

    function test_theLargestOfEachFitsAndOneMoreDoesNot() public {
        uint256[9] memory largest = [
            MOST_DOLLARS * 1e18,
            MOST_DOLLARS * 1e18,
            MOST_DOLLARS * 1e18,
            MOST_DOLLARS * 1e18,
            MOST_REFUND * 1e18,
            uint256(1_000),
            5_000,
            5_000,
            1 days
        ];
        Limits memory limits = abi.decode(abi.encode(largest), (Limits));
        LimitsWord word = this.pack(limits);
        assertEq(abi.encode(word.unpack()), abi.encode(limits));
        LimitsWord none = LimitsWord.wrap(0);
        for (uint256 i = 0; i < 9; i++) {
            uint256 unit = i < 5 ? 1e18 : 1;
            largest[i] += unit;
            Limits memory more = abi.decode(abi.encode(largest), (Limits));
            vm.expectRevert(abi.encodeWithSelector(Refused.selector, Refusal.OutOfBounds, largest[i] / unit));
            this.pack(more);
            vm.expectRevert(abi.encodeWithSelector(Refused.selector, Refusal.OutOfBounds, largest[i] / unit));
            this.raise(none, more);
            assertEq(LimitsWord.unwrap(this.lower(word, more)), LimitsWord.unwrap(word), "lowering refuses nothing");
            largest[i] -= unit;
        }
    }
}
