// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC20} from "solady/tokens/ERC20.sol";

/// @title A token of the local chain: anyone mints it, so it is worth nothing anywhere else
/// @notice With `silent` it returns no data from `transfer`, `transferFrom` and `approve`, as the real USDT does.
contract DevnetToken is ERC20 {
    string private _name;
    string private _symbol;
    uint8 private immutable _decimals;
    bool private immutable _silent;

    constructor(string memory name_, string memory symbol_, uint8 decimals_, bool silent) {
        _name = name_;
        _symbol = symbol_;
        _decimals = decimals_;
        _silent = silent;
    }

    function name() public view override returns (string memory) {
        return _name;
    }

    function symbol() public view override returns (string memory) {
        return _symbol;
    }

    function decimals() public view override returns (uint8) {
        return _decimals;
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        super.transfer(to, amount);
        return _answer();
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        super.transferFrom(from, to, amount);
        return _answer();
    }

    function approve(address spender, uint256 amount) public override returns (bool) {
        super.approve(spender, amount);
        return _answer();
    }

    /// @dev No allowance exists that nobody gave.
    function _givePermit2InfiniteAllowance() internal pure override returns (bool) {
        return false;
    }

    function _answer() private view returns (bool) {
        if (_silent) {
            assembly ("memory-safe") {
                return(0, 0)
            }
        }
        return true;
    }
}
