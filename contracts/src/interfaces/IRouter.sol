// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Leg} from "../Types.sol";

/// @title Swaps what it was sent, leg by leg, directly on the pools
interface IRouter {
    /// @notice The caller has sent exactly the sum of the legs' inputs before. All output comes here first and
    /// then goes to `recipient`.
    /// @return received What came from the pools, base units of `buy`, and what of it somebody had sent here before.
    /// @dev Refuses: Locked during another order; VenueRefused for a v4 pool with the chain's own currency (detail 0), a
    /// fee its hooks set (the fee) or hooks that touch swaps (the hooks); TransferFailed for a token that does not move
    /// (the token) and a pool that fails or does not take the whole leg (the pool); Unauthorized for a pool that collects
    /// twice or by another's callback (the pool). A venue that is none reverts without a reason.
    function swap(address sell, address buy, address recipient, Leg[] calldata legs) external returns (uint256 received);
}
