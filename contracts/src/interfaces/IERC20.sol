// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title The part of ERC-20 that the vault and the router use
interface IERC20 {
    function balanceOf(address account) external view returns (uint256);
    function decimals() external view returns (uint8);
    function transfer(address to, uint256 amount) external returns (bool);
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
}
