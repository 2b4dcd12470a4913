// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice Knows its two tokens, which is all that a listing asks of a pool.
contract PoolOf {
    address public immutable token0;
    address public immutable token1;

    constructor(address token0_, address token1_) {
        (token0, token1) = (token0_, token1_);
    }
}
