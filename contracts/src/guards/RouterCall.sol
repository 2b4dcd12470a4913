// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Leg} from "../Types.sol";
import {IRouter} from "../interfaces/IRouter.sol";

/// @title The one call to the router
/// @notice Legs are passed on as they lie in calldata: the vault has counted what they sell of the order's token, and what
/// else is in them only the router reads, and checks what it reads.
library RouterCall {
    uint256 private constant LEG_SIZE = 6 * 32;

    /// @notice `router.swap(sell, buy, address(this), legs)`; reverts as the router does. Zero where it answers nothing.
    function swap(address router, address sell, address buy, Leg[] calldata legs) internal returns (uint256 received) {
        bytes32 selector = IRouter.swap.selector;
        uint256 size = legs.length * LEG_SIZE;
        assembly ("memory-safe") {
            let question := mload(0x40)
            mstore(question, selector)
            mstore(add(question, 0x04), sell)
            mstore(add(question, 0x24), buy)
            mstore(add(question, 0x44), address())
            mstore(add(question, 0x64), 0x80)
            mstore(add(question, 0x84), legs.length)
            calldatacopy(add(question, 0xa4), legs.offset, size)
            mstore(0x00, 0)
            if iszero(call(gas(), router, 0, question, add(0xa4, size), 0x00, 0x20)) {
                returndatacopy(question, 0, returndatasize())
                revert(question, returndatasize())
            }
            received := mload(0x00)
        }
    }
}
