// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {NoPool} from "./NoPool.sol";
import {PoolQuery} from "../interfaces/ILens.sol";
import {PoolKey} from "../interfaces/IUniswapV4PoolManager.sol";
import {IUniswapV4Storage} from "../interfaces/IUniswapV4Storage.sol";
import {StaticPool} from "../router/StaticPool.sol";
import {EfficientHashLib} from "solady/utils/EfficientHashLib.sol";

/// @title A v4 pool as it lies in its manager's storage
/// @notice Source of the layout: Uniswap v4-core, StateLibrary.sol and Slot0.sol.
library ManagedPool {
    /// @notice Where the manager keeps its mapping of pools by id.
    uint256 private constant POOLS = 6;
    uint256 private constant LIQUIDITY = 3;
    uint256 private constant TICKS = 4;
    uint256 private constant BITMAP = 5;
    /// @notice Gas per question, and for each word of it: a read of storage takes 2,100.
    uint256 private constant QUESTION_GAS = 200_000;
    uint256 private constant WORD_GAS = 3_000;

    /// @notice The pool's id; reverts where the router would refuse the pool, by the same rule.
    function idOf(PoolQuery calldata query) internal pure returns (bytes32) {
        PoolKey memory key = PoolKey(query.token0, query.token1, query.feePips, query.tickSpacing, query.hooks);
        if (key.currency0 == address(0) || key.fee & StaticPool.DYNAMIC_FEE != 0) revert NoPool();
        if (uint160(key.hooks) & StaticPool.SWAP_HOOKS != 0) revert NoPool();
        return keccak256(abi.encode(key));
    }

    /// @notice Where the pool's words begin. Never zero.
    function slotOf(bytes32 id) internal pure returns (uint256) {
        return uint256(EfficientHashLib.hash(uint256(id), POOLS));
    }

    /// @notice The packed price, tick and fees, and the liquidity at that price.
    function head(address manager, uint256 slot) internal view returns (uint256 slot0, uint256 liquidity) {
        uint256[] memory words = new uint256[](2);
        (words[0], words[1]) = (slot, slot + LIQUIDITY);
        read(manager, words);
        return (words[0], words[1]);
    }

    function bitmap(address manager, uint256 slot, int256 position) internal view returns (uint256) {
        uint256[] memory words = new uint256[](1);
        words[0] = mapped(position, slot + BITMAP);
        read(manager, words);
        return words[0];
    }

    /// @notice Where a tick's gross (lower half) and net liquidity lie.
    function tickSlot(uint256 slot, int256 index) internal pure returns (uint256) {
        return mapped(index, slot + TICKS);
    }

    function mapped(int256 key, uint256 mapping_) private pure returns (uint256) {
        return uint256(EfficientHashLib.hash(uint256(key), mapping_));
    }

    /// @notice Puts in the place of each slot what it holds, all by one question.
    function read(address manager, uint256[] memory slots) internal view {
        bytes32 selector = IUniswapV4Storage.extsload.selector;
        uint256 limit = QUESTION_GAS + slots.length * WORD_GAS;
        bool done;
        assembly ("memory-safe") {
            let count := mload(slots)
            let size := shl(5, count)
            let question := mload(0x40)
            mstore(question, selector)
            mstore(add(question, 0x04), 0x20)
            mcopy(add(question, 0x24), slots, add(size, 0x20))
            // The answer covers the question, which has been put by then.
            done := staticcall(limit, manager, question, add(size, 0x44), question, add(size, 0x40))
            done := and(done, iszero(lt(returndatasize(), add(size, 0x40))))
            done := and(done, eq(mload(question), 0x20))
            done := and(done, eq(mload(add(question, 0x20)), count))
            mcopy(add(slots, 0x20), add(question, 0x40), size)
        }
        if (!done) revert NoPool();
    }
}
