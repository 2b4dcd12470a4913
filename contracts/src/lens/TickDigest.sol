// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {TickInfo} from "../interfaces/ILens.sol";

/// @title What two windows with the same ticks have in common
library TickDigest {
    /// @notice Bytes per tick: 3 of its index, 16 of its net liquidity, both in two's complement, the highest byte first.
    uint256 private constant SIZE = 19;

    /// @notice keccak256 of the ticks one after the other, packed.
    function digest(TickInfo[] memory ticks) internal pure returns (bytes32) {
        // Each is written as a whole word, whose rest the next one covers.
        bytes memory packed = new bytes(ticks.length * SIZE + 32);
        for (uint256 i = 0; i < ticks.length; i++) {
            uint256 index = uint24(ticks[i].index);
            uint256 word = (index << 232) | (uint256(uint128(ticks[i].liquidityNet)) << 104);
            assembly ("memory-safe") {
                mstore(add(add(packed, 0x20), mul(i, SIZE)), word)
            }
        }
        assembly ("memory-safe") {
            mstore(packed, sub(mload(packed), 32))
        }
        return keccak256(packed);
    }
}
