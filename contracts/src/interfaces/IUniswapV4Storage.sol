// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title How the manager of all v4 pools lets anybody read its storage
interface IUniswapV4Storage {
    /// @notice The words at `slots`, in their order.
    function extsload(bytes32[] calldata slots) external view returns (bytes32[] memory words);
}
