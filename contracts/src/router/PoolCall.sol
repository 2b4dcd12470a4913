// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Refusal, Refused, refuse} from "../Refusal.sol";
import {IUniswapV2Pair} from "../interfaces/IUniswapV2Pair.sol";
import {IUniswapV3Pool} from "../interfaces/IUniswapV3Pool.sol";

/// @title Questions to v2 pairs and v3 pools
/// @notice No answer is copied but the words that are looked at: this is on the way of every trade, and no answer,
/// however long, may burn the router's gas.
library PoolCall {
    /// @notice What the pair counts as its own; never more than the 112 bits it has for each.
    function reserves(address pair) internal view returns (uint256 reserve0, uint256 reserve1) {
        bytes32 selector = IUniswapV2Pair.getReserves.selector;
        bool done;
        assembly ("memory-safe") {
            mstore(0x00, selector)
            done := staticcall(gas(), pair, 0x00, 0x04, 0x00, 0x40)
            done := and(done, gt(returndatasize(), 0x5f))
            reserve0 := mload(0x00)
            reserve1 := mload(0x20)
        }
        if (!done || reserve0 > type(uint112).max || reserve1 > type(uint112).max) fail(pair);
    }

    function swapPair(address pair, uint256 out0, uint256 out1, address recipient) internal {
        bytes32 selector = IUniswapV2Pair.swap.selector;
        bool done;
        assembly ("memory-safe") {
            let question := mload(0x40)
            mstore(question, selector)
            mstore(add(question, 0x04), out0)
            mstore(add(question, 0x24), out1)
            mstore(add(question, 0x44), recipient)
            mstore(add(question, 0x64), 0x80)
            mstore(add(question, 0x84), 0)
            done := call(gas(), pair, 0, question, 0xa4, 0x00, 0x00)
        }
        if (!done) failAs(pair);
    }

    /// @notice An address without code answers nothing and collects nothing: the caller sees that nobody collected.
    function swapPool(address pool, address recipient, bool zeroForOne, uint256 amountIn, uint256 limit) internal {
        bytes32 selector = IUniswapV3Pool.swap.selector;
        bool done;
        assembly ("memory-safe") {
            let question := mload(0x40)
            mstore(question, selector)
            mstore(add(question, 0x04), recipient)
            mstore(add(question, 0x24), zeroForOne)
            mstore(add(question, 0x44), amountIn)
            mstore(add(question, 0x64), limit)
            mstore(add(question, 0x84), 0xa0)
            mstore(add(question, 0xa4), 0)
            done := call(gas(), pool, 0, question, 0xc4, 0x00, 0x00)
        }
        if (!done) failAs(pool);
    }

    function fail(address pool) internal pure {
        refuse(Refusal.TransferFailed, uint160(pool));
    }

    /// @notice Right after the call. Our own refusals (a second callback, a failed payment) keep their reason; a pool's
    /// are not ours to decode.
    function failAs(address pool) internal pure {
        bytes32 refused = Refused.selector;
        assembly ("memory-safe") {
            if eq(returndatasize(), 0x44) {
                let answer := mload(0x40)
                returndatacopy(answer, 0, 0x44)
                if eq(shr(224, mload(answer)), shr(224, refused)) { revert(answer, 0x44) }
            }
        }
        fail(pool);
    }
}
