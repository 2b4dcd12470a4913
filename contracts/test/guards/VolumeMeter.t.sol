// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Refused} from "../../src/Refusal.sol";
import {VolumeMeter} from "../../src/guards/VolumeMeter.sol";
import {Test} from "forge-std/Test.sol";

/// @title In every window: at most the capacity and what drained meanwhile
contract VolumeMeterTest is Test {
    uint256 private constant CAPACITY = 1_000e18;
    uint256 private constant RATE = 1e18;
    VolumeMeter private meter;

    function charge(uint256 value, uint256 capacity, uint256 rate) external {
        meter = meter.charged(value, capacity, rate);
    }

    function test_drainsToZeroAndNotBelow() public {
        vm.warp(1_790_000_000);
        this.charge(500e18, CAPACITY, RATE);
        vm.warp(block.timestamp + 100);
        assertEq(meter.used(RATE), 400e18);
        vm.warp(block.timestamp + 10_000);
        assertEq(meter.used(RATE), 0);
        vm.expectRevert();
        this.charge(CAPACITY + 1, CAPACITY, RATE);
        this.charge(CAPACITY, CAPACITY, RATE);
    }

    function test_zeroCapacityForbids() public {
        vm.expectRevert();
        this.charge(1, 0, RATE);
    }

    /// @notice A lowered capacity does not rewrite what was used; a lowered rate only slows the drain.
    function test_usedSurvivesChangesOfTheLimits() public {
        vm.warp(1_790_000_000);
        this.charge(900e18, CAPACITY, RATE);
        assertEq(meter.used(0), 900e18);
        vm.expectRevert();
        this.charge(1, 500e18, RATE);
        assertEq(meter.used(RATE), 900e18);
    }

    function testFuzz_everyWindowIsBounded(uint16[12] memory waits, uint80[12] memory values) public {
        vm.warp(1_790_000_000);
        uint256[12] memory times;
        uint256[12] memory passed;
        for (uint256 i = 0; i < 12; i++) {
            vm.warp(block.timestamp + waits[i] % 600);
            times[i] = block.timestamp;
            uint256 value = values[i] % (CAPACITY / 2);
            try this.charge(value, CAPACITY, RATE) {
                passed[i] = value;
            } catch (bytes memory reason) {
                assertEq(bytes4(reason), Refused.selector);
            }
            uint256 sum = 0;
            for (uint256 j = i + 1; j > 0; j--) {
                sum += passed[j - 1];
                assertLe(sum, CAPACITY + RATE * (times[i] - times[j - 1]));
            }
        }
    }
}
