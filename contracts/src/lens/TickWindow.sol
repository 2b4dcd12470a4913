// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {InputWalk, InputWalking} from "./InputWalk.sol";
import {TickDigest} from "./TickDigest.sol";
import {TickStore} from "./TickStore.sol";
import {PoolQuery, PoolState, TickInfo} from "../interfaces/ILens.sol";
import {TickMath} from "@uniswap/v4-core/src/libraries/TickMath.sol";

/// @notice The words of a pool's tick bitmap that have been read, while they grow outward. Positions are those of the bitmap.
struct TickWindow {
    TickStore store;
    int24 tick; // the pool's
    int256 current;
    int256 first;
    int256 last;
    int256 knownFirst; // the window that is known already; the current word alone where none is
    int256 knownLast;
    int256 mostDown; // nothing is read below it, nor above the other
    int256 mostUp;
    int256 origin; // position of the first entry of `words`
    TickInfo[][] words;
    uint256 count; // of ticks in all of them
}

/// @title The ticks that an input could reach
library TickWindowGrowth {
    /// @notice Gas to read and follow an initialised tick, of which a v3 pool's answer takes most: four cold words of its storage.
    uint256 private constant POOL_TICK_GAS = 16_000;
    uint256 private constant MANAGED_TICK_GAS = 8_000;
    /// @notice Gas to gather, compare and answer a tick, and what is to be left besides.
    uint256 private constant ANSWER_GAS = 1_500;
    uint256 private constant RESERVE_GAS = 500_000;

    /// @notice Reads outward until both inputs are known to end within, all known words are read, and no further than asked.
    /// @param pool With price, tick, liquidity and spacing; the window and its ticks are put in.
    function read(PoolQuery calldata query, PoolState memory pool, uint256 slot) internal view {
        TickWindow memory window = open(query, pool, slot);
        bool isKnown = locateKnown(window, query);
        bound(window, query.words);
        InputWalk memory down = InputWalking.start(true, query.amount0, pool.sqrtPriceX96, pool.liquidity);
        InputWalk memory up = InputWalking.start(false, query.amount1, pool.sqrtPriceX96, pool.liquidity);
        // Without its current word a pool has not answered.
        readWord(window, window.current);
        followDown(window, down);
        followUp(window, up);
        growDown(window, down);
        growUp(window, up);
        pool.reached0 = down.ended;
        pool.reached1 = up.ended;
        pool.tickLower = lowerTick(window.first, pool.tickSpacing);
        pool.tickUpper = upperTick(window.last, pool.tickSpacing);
        TickInfo[] memory ticks = collected(window);
        isKnown = isKnown && window.first == window.knownFirst && window.last == window.knownLast;
        if (isKnown && TickDigest.digest(ticks) == query.knownTicks) pool.ticksKnown = true;
        else pool.ticks = ticks;
    }

    function open(PoolQuery calldata query, PoolState memory pool, uint256 slot)
        private
        pure
        returns (TickWindow memory window)
    {
        window.store = TickStore(query.pool, slot, pool.tickSpacing);
        window.tick = pool.tick;
        window.current = wordOf(pool.tick, pool.tickSpacing);
        window.first = window.current;
        window.last = window.current;
    }

    /// @dev Only whole words can be known, and only around the price. Equal bounds are never those of words.
    function locateKnown(TickWindow memory window, PoolQuery calldata query) private pure returns (bool isKnown) {
        int24 spacing = int24(window.store.spacing);
        int256 first = wordOf(query.knownLower, spacing);
        int256 last = wordOf(query.knownUpper, spacing);
        isKnown = first <= window.current && window.current <= last && lowerTick(first, spacing) == query.knownLower
            && upperTick(last, spacing) == query.knownUpper;
        (window.knownFirst, window.knownLast) = isKnown ? (first, last) : (window.current, window.current);
    }

    function bound(TickWindow memory window, uint8 words) private pure {
        int24 spacing = int24(window.store.spacing);
        int256 reach = int256(uint256(words));
        window.mostDown = larger(window.current - reach, wordOf(TickMath.MIN_TICK, spacing));
        window.mostUp = -larger(-window.current - reach, -wordOf(TickMath.MAX_TICK, spacing));
        window.origin = -larger(-window.mostDown, -window.knownFirst);
        int256 end = larger(window.mostUp, window.knownLast);
        window.words = new TickInfo[][](uint256(end - window.origin + 1));
    }

    function growDown(TickWindow memory window, InputWalk memory walk) private view {
        while (window.first > window.knownFirst || (!walk.ended && window.first > window.mostDown)) {
            if (!readWord(window, window.first - 1)) return;
            window.first--;
            followDown(window, walk);
        }
    }

    function growUp(TickWindow memory window, InputWalk memory walk) private view {
        while (window.last < window.knownLast || (!walk.ended && window.last < window.mostUp)) {
            if (!readWord(window, window.last + 1)) return;
            window.last++;
            followUp(window, walk);
        }
    }

    /// @dev Where a word's ticks may need more gas than there is, the window stops growing, instead of failing. The current word
    /// is read in any case.
    function readWord(TickWindow memory window, int256 position) private view returns (bool) {
        uint256 map = window.store.bitmap(position);
        uint256 count = 0;
        for (uint256 left = map; left != 0; left &= left - 1) {
            count++;
        }
        uint256 tickGas = window.store.slot == 0 ? POOL_TICK_GAS : MANAGED_TICK_GAS;
        uint256 needed = RESERVE_GAS + count * tickGas + (window.count + count) * ANSWER_GAS;
        if (position != window.current && gasleft() < needed) return false;
        window.words[uint256(position - window.origin)] = window.store.ticksOf(position, map, count);
        window.count += count;
        return true;
    }

    /// @dev Through the first word and to its lower end, which a price within must not leave.
    function followDown(TickWindow memory window, InputWalk memory walk) private pure {
        TickInfo[] memory ticks = window.words[uint256(window.first - window.origin)];
        for (uint256 i = ticks.length; i != 0 && !walk.ended; i--) {
            if (ticks[i - 1].index <= window.tick) walk.cross(ticks[i - 1]);
        }
        int24 spacing = int24(window.store.spacing);
        // There is nothing beyond the last price.
        if (window.first == wordOf(TickMath.MIN_TICK, spacing)) walk.ended = true;
        else walk.moveTo(lowerTick(window.first, spacing));
    }

    function followUp(TickWindow memory window, InputWalk memory walk) private pure {
        TickInfo[] memory ticks = window.words[uint256(window.last - window.origin)];
        for (uint256 i = 0; i < ticks.length && !walk.ended; i++) {
            if (ticks[i].index > window.tick) walk.cross(ticks[i]);
        }
        int24 spacing = int24(window.store.spacing);
        if (window.last == wordOf(TickMath.MAX_TICK, spacing)) walk.ended = true;
        else walk.moveTo(int256(upperTick(window.last, spacing)) + 1);
    }

    function collected(TickWindow memory window) private pure returns (TickInfo[] memory ticks) {
        uint256 from = uint256(window.first - window.origin);
        uint256 to = uint256(window.last - window.origin);
        ticks = new TickInfo[](window.count);
        uint256 filled = 0;
        for (uint256 i = from; i <= to; i++) {
            TickInfo[] memory word = window.words[i];
            for (uint256 j = 0; j < word.length; j++) {
                ticks[filled++] = word[j];
            }
        }
    }

    // --- words and their ticks ---

    function wordOf(int24 tick, int24 spacing) private pure returns (int256) {
        int256 compressed = int256(tick) / spacing;
        if (tick < 0 && tick % spacing != 0) compressed--;
        return compressed >> 8;
    }

    function lowerTick(int256 position, int24 spacing) private pure returns (int24) {
        int256 tick = position * 256 * spacing;
        return tick < TickMath.MIN_TICK ? TickMath.MIN_TICK : int24(tick);
    }

    /// @dev Up to just before the next word's first tick, so that the current tick always lies within.
    function upperTick(int256 position, int24 spacing) private pure returns (int24) {
        int256 tick = (position + 1) * 256 * spacing - 1;
        return tick > TickMath.MAX_TICK ? TickMath.MAX_TICK : int24(tick);
    }

    function larger(int256 a, int256 b) private pure returns (int256) {
        return a > b ? a : b;
    }
}
