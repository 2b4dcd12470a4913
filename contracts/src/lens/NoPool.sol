// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice There is no pool, or none the router trades with, or it does not answer like one. The lens catches this for every pool.
error NoPool();
