// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {VolatilityEstimate, VolatilityWord} from "../../src/guards/VolatilityWord.sol";
import {Test} from "forge-std/Test.sol";

/// @title What an asset's moves do to the size cap
contract VolatilityWordTest is Test {
    uint256 private constant REFERENCE_BPS = 500; // five percent a day
    uint256 private constant REFERENCE = 0.0025e18; // its square
    VolatilityWord private word;

    function setUp() public {
        vm.warp(1_790_000_000);
    }

    function sample(uint256 price) private {
        word = word.sampled(price, REFERENCE_BPS);
    }

    function test_beforeTheFirstSampleOnlyTheFloorIsLeft() public {
        assertEq(word.factor(REFERENCE_BPS), 26);
        sample(3_000e18);
        assertEq(word.factor(REFERENCE_BPS), 255);
        assertEq(word.price(), 3_000e18);
        assertEq(word.variance(), REFERENCE);
        assertEq(word.sampledAt(), block.timestamp);
        assertEq(word.share(), 0);
    }

    function test_aReferenceOfZeroForbids() public {
        assertEq(word.factor(0), 0);
        sample(3_000e18);
        assertEq(word.factor(0), 0);
    }

    function test_oneSampleInFiveMinutes() public {
        sample(3_000e18);
        uint256 at = block.timestamp;
        vm.warp(at + 5 minutes - 1);
        VolatilityWord before = word;
        sample(9_000e18);
        assertEq(VolatilityWord.unwrap(word), VolatilityWord.unwrap(before));
        vm.warp(at + 5 minutes);
        sample(3_000e18);
        assertEq(word.sampledAt(), block.timestamp);
    }

    /// @notice (variance * 6 h + move^2 * day) / (6 h + elapsed): a tenth in an hour, from five percent a day.
    function test_aMoveCountsByWhatItIsADay() public {
        sample(3_000e18);
        vm.warp(block.timestamp + 1 hours);
        sample(3_300e18);
        uint256 expected = (REFERENCE * 6 hours + 0.01e18 * 1 days) / 7 hours;
        assertEq(word.variance(), expected);
        // 255 * sqrt(0.0025 / 0.0364...)
        assertEq(word.factor(REFERENCE_BPS), 66);
        vm.warp(block.timestamp + 1 hours);
        sample(3_300e18);
        assertEq(word.variance(), expected * 6 hours / 7 hours, "and fades");
    }

    function test_aFallCountsAsARise() public {
        sample(3_000e18);
        VolatilityWord start = word;
        vm.warp(block.timestamp + 1 hours);
        VolatilityWord down = start.sampled(2_700e18, REFERENCE_BPS);
        VolatilityWord up = start.sampled(3_300e18, REFERENCE_BPS);
        assertEq(down.variance(), up.variance());
    }

    function test_factorAtItsEdges() public {
        sample(3_000e18);
        // Reference and estimate equal: full. A little less reference: a little less size.
        assertEq(word.factor(500), 255);
        assertEq(word.factor(499), 254);
        assertEq(word.factor(250), 127);
        assertEq(word.factor(51), 26);
        assertEq(word.factor(50), 26, "not below the floor");
        assertEq(word.factor(1), 26);
    }

    /// @notice A move of more than tenfold counts as tenfold, so that the estimate fits.
    function testFuzz_theEstimateFits(uint96 from, uint96 to, uint32 elapsed, uint16 referenceBps) public {
        from = uint96(bound(from, 1, type(uint96).max));
        referenceBps = uint16(bound(referenceBps, 1, 5_000));
        word = word.sampled(from, referenceBps);
        vm.warp(block.timestamp + bound(elapsed, 5 minutes, 3650 days));
        VolatilityWord next = word.sampled(to, referenceBps);
        assertEq(next.price(), to);
        assertEq(next.sampledAt(), block.timestamp);
        uint256 move = uint256(to > from ? to - from : from - to) * 1e9 / from;
        if (move > 10e9) move = 10e9;
        uint256 past = block.timestamp - word.sampledAt();
        assertEq(next.variance(), (word.variance() * 6 hours + move * move * 1 days) / (6 hours + past));
        assertLe(next.factor(referenceBps), 255);
        assertGe(next.factor(referenceBps), 26);
    }

    function testFuzz_shareIsKeptAndCapped(uint256 share, uint96 price) public {
        sample(3_000e18);
        uint256 rest = VolatilityWord.unwrap(word);
        word = word.withShare(share);
        uint256 capped = share > type(uint32).max ? type(uint32).max : share;
        assertEq(word.share(), capped);
        assertEq(VolatilityWord.unwrap(word), rest | (capped << 216));
        vm.warp(block.timestamp + 1 hours);
        price = uint96(bound(price, 1, type(uint96).max));
        sample(price);
        assertEq(word.share(), capped, "a sample leaves it");
        assertEq(VolatilityWord.unwrap(word.withShare(0)) >> 216, 0);
    }

    function test_constants() public pure {
        assertEq(VolatilityEstimate.SHORTEST_SAMPLE, 5 minutes);
        assertEq(VolatilityEstimate.TIME_CONSTANT, 6 hours);
        assertEq(VolatilityEstimate.FLOOR, 26);
    }
}
