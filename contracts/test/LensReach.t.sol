// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {PoolQuery, PoolState} from "../src/interfaces/ILens.sol";
import {LensWorld, Spot} from "./support/LensWorld.sol";
import {TickMath} from "@uniswap/v4-core/src/libraries/TickMath.sol";

/// @notice A cheat code of forge that its own library does not list yet.
interface IColdStorage {
    function cool(address target) external;
}

/// @title How far the lens reads, held against what swaps on the genuine pools do
contract LensReachTest is LensWorld {
    uint256 private constant MOST = type(uint256).max;

    /// @notice A pool somewhere, with some positions, some of them apart from the price, and a price that has moved.
    function someSpot(uint256 seed) private returns (Spot memory spot) {
        bool managed = seed & 1 != 0;
        uint256 tier = pick(seed, 1) % 3;
        (uint24 fee, int24 spacing) = tier == 0 ? (500, int24(10)) : tier == 1 ? (3000, int24(60)) : (10000, int24(200));
        if (managed && pick(seed, 2) % 3 == 0) (fee, spacing) = (uint24(pick(seed, 3) % 1_000_000), 1);
        int24 tick = int24(int256(pick(seed, 4) % 100_000)) - 50_000;
        spot = spotAt(managed, fee, spacing, tick);
        uint256 count = 1 + pick(seed, 5) % 6;
        for (uint256 i = 0; i < count; i++) {
            addPosition(spot, pick(seed, 10 + i), floorTo(tick, spacing));
        }
        uint256 amount = 10 ** (pick(seed, 6) % 20);
        if (pick(seed, 7) % 2 == 0) moveBy(spot, pick(seed, 8) % 2 == 0, amount, tick);
    }

    function addPosition(Spot memory spot, uint256 seed, int24 first) private {
        int24 spacing = spot.key.tickSpacing;
        int24 lower = first + (int24(int256(pick(seed, 1) % 2000)) - 1000) * spacing;
        int24 upper = lower + int24(int256(1 + pick(seed, 2) % 1500)) * spacing;
        lower = max24(lower, -887272 / spacing * spacing);
        upper = -max24(-upper, -887272 / spacing * spacing);
        provide(spot, lower, upper, int256(10 ** (4 + pick(seed, 3) % 20)));
        // Exactly onto a tick that is initialised, from whichever side it is.
        if (pick(seed, 4) % 2 == 0) moveOnto(spot, pick(seed, 5) % 2 == 0 ? lower : upper);
    }

    function max24(int24 a, int24 b) private pure returns (int24) {
        return a > b ? a : b;
    }

    function moveOnto(Spot memory spot, int24 to) private {
        uint160 target = TickMath.getSqrtPriceAtTick(to);
        (uint160 root,) = priceOf(spot);
        if (root != target) trade(spot, target < root, 1e37, target);
    }

    function moveBy(Spot memory spot, bool down, uint256 amount, int24 tick) private {
        uint160 limit = TickMath.getSqrtPriceAtTick(tick + (down ? -int24(100_000) : int24(100_000)));
        (uint160 root,) = priceOf(spot);
        if (down ? limit < root : limit > root) trade(spot, down, amount, limit);
    }

    function pick(uint256 seed, uint256 which) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, which)));
    }

    /// @notice From one unit to more than any pool here takes.
    function someAmount(uint256 seed) private pure returns (uint256) {
        return 1 + pick(seed, 91) % (10 ** (1 + pick(seed, 90) % 34));
    }

    function seen(Spot memory spot, bool down, uint256 amount, uint8 words) private view returns (PoolState memory p) {
        p = see(asking(spot, down ? amount : 0, down ? 0 : amount, words));
        assertTrue(p.exists);
        assertTrue(p.tickLower <= p.tick && p.tick <= p.tickUpper);
        // What nothing is asked of needs no more than it has.
        assertTrue(down ? p.reached1 : p.reached0);
        int24 spacing = spot.key.tickSpacing;
        if (down) assertEq(p.tickUpper, wordStart(p.tick, spacing, 1) - 1);
        else assertEq(p.tickLower, wordStart(p.tick, spacing, 0));
    }

    /// @notice Where the window reaches, the whole amount leaves the price within it. Where it does not, all words were read.
    function testFuzz_reached_holdsInTheGenuinePool(uint256 seed, bool down, uint8 words) public {
        words = words % 12;
        Spot memory spot = someSpot(seed);
        uint256 amount = someAmount(seed);
        PoolState memory p = seen(spot, down, amount, words);
        int24 spacing = spot.key.tickSpacing;
        if (!(down ? p.reached0 : p.reached1)) {
            int24 end = wordStart(p.tick, spacing, down ? -int24(uint24(words)) : int24(uint24(words)) + 1);
            return assertEq(down ? p.tickLower : p.tickUpper + 1, end, "words were left");
        }
        trade(spot, down, amount);
        (, int24 tick) = priceOf(spot);
        assertTrue(p.tickLower <= tick && tick <= p.tickUpper, "left the window");
    }

    /// @notice No word is read without need: with the fee on top, the same amount would have left the words before.
    function testFuzz_reached_readsNoWordTooMany(uint256 seed, bool down) public {
        Spot memory spot = someSpot(seed);
        uint256 amount = someAmount(seed);
        PoolState memory p = seen(spot, down, amount, 12);
        int24 spacing = spot.key.tickSpacing;
        int24 before = down ? p.tickLower + 256 * spacing : p.tickUpper + 1 - 256 * spacing;
        if (down ? before > p.tick : before <= p.tick) return;
        // A unit for the rounding at each stop.
        uint256 withFee = amount * 1_000_000 / (1_000_000 - spot.key.fee) + 10_000;
        trade(spot, down, withFee);
        (uint160 root,) = priceOf(spot);
        uint160 border = TickMath.getSqrtPriceAtTick(before);
        assertTrue(down ? root <= border : root >= border, "stayed in the words before");
    }

    function testFuzz_reached_falseWithFewWordsAndMuch(uint256 seed, bool down, uint8 words) public {
        words = words % 3;
        bool managed = seed % 2 == 0;
        Spot memory spot = spotAt(managed, 500, 10, int24(int256(seed % 100_000)) - 50_000);
        provide(spot, -887270, 887270, 1e18);
        PoolState memory p = seen(spot, down, 1e30, words);
        assertFalse(down ? p.reached0 : p.reached1);
        trade(spot, down, 1e30);
        (, int24 tick) = priceOf(spot);
        assertTrue(tick < p.tickLower || tick > p.tickUpper);
    }

    /// @notice Without liquidity any amount runs to the end: only that is far enough.
    function testFuzz_noLiquidity_reachesOnlyTheEnd(bool managed, bool down, uint8 words) public {
        Spot memory spot = spotAt(managed, 3000, 60, 700_000);
        PoolState memory p = see(asking(spot, down ? 1 : 0, down ? 0 : 1, words));
        (int24 first, int24 last) = (-58, 57); // of the bitmap; the price is in word 45
        bool ends = int24(uint24(words)) >= (down ? int24(45) - first : last - 45);
        assertEq(down ? p.reached0 : p.reached1, ends);
        if (ends) assertEq(down ? p.tickLower : p.tickUpper, down ? -int24(887272) : int24(887272));
    }

    /// @notice A gap takes nothing, and the position behind it takes the rest.
    function testFuzz_gap_isCrossedForNothing(bool managed, bool down, uint256 amount) public {
        Spot memory spot = spotAt(managed, 3000, 60, 0);
        provide(spot, -60, 60, 1e18);
        // Eight words away, for which the gap must be crossed.
        int24 far = 8 * 256 * 60;
        if (down) provide(spot, -far - 600, -far, 1e24);
        else provide(spot, far, far + 600, 1e24);
        amount = bound(amount, 1e16, 1e22);
        PoolState memory p = seen(spot, down, amount, 12);
        assertTrue(down ? p.reached0 : p.reached1);
        assertTrue(down ? p.tickLower <= -far : p.tickUpper >= far);
        // The current word is the one above zero.
        assertEq(p.ticks.length, down ? 4 : 3);
        trade(spot, down, amount);
        (, int24 tick) = priceOf(spot);
        assertTrue(p.tickLower <= tick && tick <= p.tickUpper);
    }

    /// @notice To both ends of the price range, where there is nothing more to know.
    function test_ends_areReachedByAnyAmount() public {
        for (uint256 i = 0; i < 2; i++) {
            Spot memory spot = spotAt(i == 0, 10000, 200, 1234);
            provide(spot, -887200, 887200, 1e18);
            PoolState memory p = see(asking(spot, MOST, MOST, 255));
            assertTrue(p.reached0 && p.reached1);
            assertEq(p.tickLower, -887272);
            assertEq(p.tickUpper, 887272);
            assertEq(p.ticks.length, 2);
        }
    }

    /// @notice At the extreme prices, too, nothing overflows.
    function testFuzz_ends_ofPricesAreReadable(bool managed, bool low, uint128 amount) public {
        int24 tick = low ? -int24(887270) : int24(887270);
        Spot memory spot = spotAt(managed, 500, 10, tick);
        provide(spot, low ? -int24(887270) : int24(887250), low ? -int24(887250) : int24(887270), 1e20);
        PoolState memory p = see(asking(spot, amount, amount, 1));
        assertTrue(p.exists);
        assertTrue(low ? p.reached0 : p.reached1, "the end is in the current word");
    }

    /// @notice To the unit, where there is no fee and nothing to round: this amount ends on the first tick beyond the word.
    function test_border_isNotReachedButLeft() public {
        Spot memory spot = spotAt(true, 0, 10, 0);
        provide(spot, -887270, 887270, 2 ** 96);
        uint256 amount = TickMath.getSqrtPriceAtTick(2560) - TickMath.getSqrtPriceAtTick(0);
        assertFalse(seen(spot, false, amount, 0).reached1);
        assertTrue(seen(spot, false, amount - 1, 0).reached1);
        uint256 snapshot = vm.snapshotState();
        trade(spot, false, amount - 1);
        (, int24 tick) = priceOf(spot);
        assertEq(tick, 2559);
        vm.revertToState(snapshot);
        trade(spot, false, amount);
        (, tick) = priceOf(spot);
        assertEq(tick, 2560);
    }

    /// @notice Each side is its own: an amount for one says nothing of the other.
    function test_sides_areReadApart() public {
        Spot memory spot = spotAt(true, 500, 10, 5);
        provide(spot, -887270, 887270, 1e18);
        PoolState memory p = see(asking(spot, 1e18, 1e14, 20));
        assertTrue(p.reached0 && p.reached1);
        // As much as the pool has of it: to a quarter of the price, 13,864 ticks below.
        assertEq(p.tickLower, -6 * 2560);
        assertEq(p.tickUpper, 2559);
    }

    /// @notice More initialised ticks than there is gas for: the window ends early and says so, and the pool stays readable.
    function test_crowdedPool_isReadAsFarAsTheGasGoes() public {
        for (uint256 i = 0; i < 2; i++) {
            Spot memory spot = spotAt(i == 0, 500, i == 0 ? int24(1) : int24(10), 0);
            int24 spacing = spot.key.tickSpacing;
            for (int24 at = -2048; at < 512; at += 2) {
                provide(spot, at * spacing, (at + 1) * spacing, 1e18);
            }
            // As an eth_call finds it.
            IColdStorage(address(vm)).cool(spot.pool);
            PoolState memory p = see(asking(spot, MOST, 0, 12));
            assertTrue(p.exists);
            assertFalse(p.reached0);
            assertTrue(p.tickLower > -2048 * spacing && p.tickLower < 0, "stopped early");
            assertGe(p.ticks.length, spot.managed ? 1000 : 500);
            assertEq(p.ticks.length, uint256(int256((p.tickUpper + 1 - p.tickLower) / spacing)));
        }
    }
}
