// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Leg} from "../Types.sol";
import {PoolCall} from "./PoolCall.sol";
import {IUniswapV4PoolManager, PoolKey} from "../interfaces/IUniswapV4PoolManager.sol";

/// @title Questions to a v4 manager
/// @notice The pool's key and the recipient travel through the manager as the data of its callback. A manager that
/// gives back others only changes what it is itself asked next; what it is paid is not in there.
library ManagerCall {
    /// @notice A pool's key: five words.
    uint256 internal constant KEY_SIZE = 5 * 32;

    /// @notice An address without code answers nothing and collects nothing: the caller sees that nobody collected.
    function unlock(address manager, PoolKey memory key) internal {
        bytes32 selector = IUniswapV4PoolManager.unlock.selector;
        bool done;
        assembly ("memory-safe") {
            let question := mload(0x40)
            mstore(question, selector)
            mstore(add(question, 0x04), 0x20)
            mstore(add(question, 0x24), KEY_SIZE)
            mcopy(add(question, 0x44), key, KEY_SIZE)
            done := call(gas(), manager, 0, question, 0xe4, 0x00, 0x00)
        }
        if (!done) PoolCall.failAs(manager);
    }

    /// @notice Swaps exactly `amountIn` in the pool whose key is `data`.
    /// @return delta What is due to the router, of currency 0 in the upper half and of currency 1 in the lower.
    function swap(bytes calldata data, bool zeroForOne, uint256 amountIn, uint256 limit)
        internal
        returns (int256 delta)
    {
        bytes32 selector = IUniswapV4PoolManager.swap.selector;
        bool done;
        assembly ("memory-safe") {
            let question := mload(0x40)
            mstore(question, selector)
            calldatacopy(add(question, 0x04), data.offset, KEY_SIZE)
            mstore(add(question, 0xa4), zeroForOne)
            mstore(add(question, 0xc4), sub(0, amountIn))
            mstore(add(question, 0xe4), limit)
            mstore(add(question, 0x104), 0x120)
            mstore(add(question, 0x124), 0)
            done := call(gas(), caller(), 0, question, 0x144, 0x00, 0x20)
            done := and(done, gt(returndatasize(), 0x1f))
            delta := mload(0x00)
        }
        if (!done) PoolCall.failAs(msg.sender);
    }

    function sync(address currency) internal {
        ask(IUniswapV4PoolManager.sync.selector, 0x24, currency, address(0), 0);
    }

    function settle() internal {
        ask(IUniswapV4PoolManager.settle.selector, 0x04, address(0), address(0), 0);
    }

    function take(address currency, address recipient, uint256 amount) internal {
        ask(IUniswapV4PoolManager.take.selector, 0x64, currency, recipient, amount);
    }

    /// @dev The manager is the caller here. Only the first `size` bytes of the question are put.
    function ask(bytes32 selector, uint256 size, address currency, address recipient, uint256 amount) private {
        bool done;
        assembly ("memory-safe") {
            let question := mload(0x40)
            mstore(question, selector)
            mstore(add(question, 0x04), currency)
            mstore(add(question, 0x24), recipient)
            mstore(add(question, 0x44), amount)
            done := call(gas(), caller(), 0, question, size, 0x00, 0x00)
        }
        if (!done) PoolCall.failAs(msg.sender);
    }
}
