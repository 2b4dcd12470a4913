// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ManagedPool} from "./ManagedPool.sol";
import {NoPool} from "./NoPool.sol";
import {TickInfo} from "../interfaces/ILens.sol";
import {IUniswapV3Pool} from "../interfaces/IUniswapV3Pool.sol";
import {StaticQuestion} from "../oracle/StaticQuestion.sol";
import {TickMath} from "@uniswap/v4-core/src/libraries/TickMath.sol";

/// @notice Where a pool's ticks are: in a v3 pool of its own, or in the manager's storage from `slot` on.
struct TickStore {
    address source;
    uint256 slot; // zero: v3
    int256 spacing;
}

using TickReading for TickStore global;

/// @title Initialised ticks by the word of the bitmap that notes them
library TickReading {
    /// @notice One bit for each of 256 ticks that may be initialised.
    function bitmap(TickStore memory store, int256 position) internal view returns (uint256 map) {
        if (store.slot != 0) return ManagedPool.bitmap(store.source, store.slot, position);
        uint256 answer = asked(store.source, IUniswapV3Pool.tickBitmap.selector, position, 32);
        assembly ("memory-safe") {
            map := mload(answer)
        }
    }

    /// @notice The ticks whose bits are set in `map`, ascending.
    /// @param count How many bits are set.
    function ticksOf(TickStore memory store, int256 position, uint256 map, uint256 count)
        internal
        view
        returns (TickInfo[] memory ticks)
    {
        ticks = new TickInfo[](count);
        uint256 filled = 0;
        for (int256 index = position * 256 * store.spacing; map != 0; map >>= 1) {
            if (map & 1 != 0) ticks[filled++].index = int24(index);
            index += store.spacing;
        }
        if (count == 0) return ticks;
        if (ticks[0].index < TickMath.MIN_TICK || ticks[count - 1].index > TickMath.MAX_TICK) revert NoPool();
        if (store.slot == 0) fillFromPool(store.source, ticks);
        else fillFromManager(store, ticks);
    }

    function fillFromPool(address pool, TickInfo[] memory ticks) private view {
        for (uint256 i = 0; i < ticks.length; i++) {
            uint256 answer = asked(pool, IUniswapV3Pool.ticks.selector, ticks[i].index, 8 * 32);
            int256 net;
            assembly ("memory-safe") {
                net := mload(add(answer, 0x20))
            }
            if (net != int128(net)) revert NoPool();
            ticks[i].liquidityNet = int128(net);
        }
    }

    function fillFromManager(TickStore memory store, TickInfo[] memory ticks) private view {
        uint256[] memory words = new uint256[](ticks.length);
        for (uint256 i = 0; i < words.length; i++) {
            words[i] = ManagedPool.tickSlot(store.slot, ticks[i].index);
        }
        ManagedPool.read(store.source, words);
        for (uint256 i = 0; i < words.length; i++) {
            ticks[i].liquidityNet = int128(int256(words[i]) >> 128);
        }
    }

    function asked(address pool, bytes4 selector, int256 argument, uint256 size) private view returns (uint256 answer) {
        bool done;
        (done, answer) = StaticQuestion.ask(pool, selector, uint256(argument), size);
        if (!done) revert NoPool();
    }
}
