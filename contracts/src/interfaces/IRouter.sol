// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Leg} from "../Types.sol";

/// @title Swaps what it was sent, leg by leg, directly on the pools
interface IRouter {
    /// @notice The caller has sent exactly the sum of the legs' inputs before. All output goes to `recipient`.
    function swap(address sell, address buy, address recipient, Leg[] calldata legs) external;
}
