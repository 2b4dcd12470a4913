// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Refusal, Refused} from "../../src/Refusal.sol";
import {DrainingMeter, Meter} from "../../src/guards/DrainingMeter.sol";
import {Meters} from "../../src/guards/Meters.sol";
import {Test} from "forge-std/Test.sol";

/// @title The meters of volume and loss, apart from the vault
contract MetersTest is Test {
    uint256 private constant VOLUME = 200_000e18;
    uint256 private constant LOSS = 5_000e18;

    Meters private meters;
    Meter private meter;

    function setUp() public {
        vm.warp(1_790_000_000);
    }

    function charge(uint256 valueUsd, uint256 lossUsd) external {
        meters = meters.charged(valueUsd, lossUsd, VOLUME, LOSS);
    }

    function chargeWithin(uint256 valueUsd, uint256 lossUsd, uint256 volumeCapacity, uint256 lossCapacity) external {
        meters = meters.charged(valueUsd, lossUsd, volumeCapacity, lossCapacity);
    }

    function expectRefusal(Refusal reason, uint256 detail) private {
        vm.expectRevert(abi.encodeWithSelector(Refused.selector, reason, detail));
    }

    function used() private view returns (uint256, uint256) {
        return (meters.volumeUsed(VOLUME), meters.lossUsed(LOSS));
    }

    function test_bothFillToTheUnitAndNoFurther() public {
        this.charge(VOLUME - 1, LOSS - 1);
        expectRefusal(Refusal.VolumeExceeded, VOLUME + 1);
        this.charge(2, 0);
        expectRefusal(Refusal.LossExceeded, LOSS + 1);
        this.charge(1, 2);
        this.charge(1, 1);
        (uint256 volume, uint256 loss) = used();
        assertEq(volume, VOLUME);
        assertEq(loss, LOSS);
    }

    /// @notice Half a day empties half of each, whatever the other holds.
    function test_eachDrainsItsCapacityInADay() public {
        this.charge(VOLUME, LOSS);
        vm.warp(block.timestamp + 12 hours);
        (uint256 volume, uint256 loss) = used();
        assertEq(volume, VOLUME / 2);
        assertEq(loss, LOSS / 2);
        this.charge(1, 0);
        vm.warp(block.timestamp + 12 hours - 1);
        (volume, loss) = used();
        // A second's drain is left, less what was rounded: VOLUME / 86,400 and LOSS / 86,400.
        assertEq(volume, 1 + VOLUME / 2 - VOLUME * uint256(43_199) / 86_400);
        assertEq(loss, LOSS / 2 - LOSS * uint256(43_199) / 86_400);
        vm.warp(block.timestamp + 2);
        (volume, loss) = used();
        assertEq(volume + loss, 0);
    }

    function test_aCapacityOfZeroForbids() public {
        expectRefusal(Refusal.VolumeExceeded, 1);
        this.chargeWithin(1, 0, 0, LOSS);
        expectRefusal(Refusal.LossExceeded, 1);
        this.chargeWithin(1, 1, VOLUME, 0);
        this.chargeWithin(1, 0, VOLUME, 0);
    }

    /// @notice What was lost before the capacity was lowered stays, and stops whatever loses more, but nothing else.
    function test_loweredBelowWhatItShows_onlyLossesAreRefused() public {
        this.charge(1e18, LOSS);
        expectRefusal(Refusal.LossExceeded, LOSS + 1);
        this.chargeWithin(1, 1, VOLUME, LOSS / 2);
        this.chargeWithin(1, 0, VOLUME, LOSS / 2);
        (, uint256 loss) = used();
        assertEq(loss, LOSS);
    }

    /// @notice Beside an exact account in 86,400ths: never less is shown than was used, and no more than one unit a charge above.
    function testFuzz_neverForgets(uint32[8] memory waits, uint96[8] memory values, uint96[8] memory losses) public {
        uint256 exactVolume = 0;
        uint256 exactLoss = 0;
        for (uint256 i = 0; i < 8; i++) {
            uint256 wait = waits[i] % 6 hours;
            vm.warp(block.timestamp + wait);
            exactVolume = less(exactVolume, VOLUME * wait);
            exactLoss = less(exactLoss, LOSS * wait);
            uint256 value = values[i] % (VOLUME / 4);
            uint256 loss = losses[i] % (LOSS / 4);
            try this.charge(value, loss) {
                exactVolume += value * 1 days;
                exactLoss += loss * 1 days;
            } catch {
                assertTrue(
                    exactVolume / 1 days + 8 + value > VOLUME || exactLoss / 1 days + 8 + loss > LOSS,
                    "refused only what does not fit"
                );
            }
            (uint256 volume, uint256 lost) = used();
            assertGe(volume * 1 days, exactVolume);
            assertLe(volume * 1 days, exactVolume + (i + 1) * 1 days);
            assertGe(lost * 1 days, exactLoss);
            assertLe(lost * 1 days, exactLoss + (i + 1) * 1 days);
            assertLe(volume, VOLUME);
            assertLe(lost, LOSS);
        }
    }

    function less(uint256 a, uint256 b) private pure returns (uint256) {
        return a > b ? a - b : 0;
    }

    // --- one alone ---

    function test_meter_fitsToTheUnit() public {
        (bool fits, Meter next) = meter.charged(100, 100, 1 hours);
        assertTrue(fits);
        meter = next;
        assertEq(meter.used(100, 1 hours), 100);
        (fits,) = meter.charged(1, 100, 1 hours);
        assertFalse(fits);
        vm.warp(block.timestamp + 35);
        (fits,) = meter.charged(1, 100, 1 hours);
        assertFalse(fits, "35 of 3,600 seconds give back 0.97 of 100");
        vm.warp(block.timestamp + 1);
        (fits, next) = meter.charged(1, 100, 1 hours);
        assertTrue(fits);
        assertEq(next.used(100, 1 hours), 100);
    }

    function testFuzz_drained_keepsMore(uint128 used_, uint128 capacity, uint40 elapsed, uint32 period) public pure {
        vm.assume(period != 0);
        uint256 left = DrainingMeter.drained(used_, elapsed, capacity, period);
        uint256 gone = uint256(capacity) * elapsed;
        assertGe(left * period + gone, uint256(used_) * period);
        if (left != 0) assertLt((left - 1) * period + gone, uint256(used_) * period);
    }
}
