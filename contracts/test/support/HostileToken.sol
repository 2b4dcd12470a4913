// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Reentrant} from "./HostilePools.sol";

/// @title A token of somebody's own making: it says what it likes and calls back whenever it moves
contract HostileToken is Reentrant {
    enum Manner {
        Honest,
        SaysMore,
        SaysLess,
        SaysNothing,
        MovesNothing,
        TakesTwice,
        TakesAFee,
        Strikes
    }

    uint8 public constant decimals = 18;
    mapping(address => uint256) private balances;
    address private liedTo;
    Manner public manner;
    uint256 public lie;

    function behave(Manner manner_, uint256 lie_) external {
        (manner, lie) = (manner_, lie_);
    }

    /// @notice The only account whose balance it lies about.
    function lieTo(address account) external {
        liedTo = account;
    }

    function mint(address to, uint256 amount) external {
        balances[to] += amount;
    }

    function balanceOf(address account) external view returns (uint256) {
        uint256 real = balances[account];
        if (account != liedTo) return real;
        if (manner == Manner.SaysMore) return real > type(uint256).max - lie ? type(uint256).max : real + lie;
        if (manner == Manner.SaysLess) return real > lie ? real - lie : 0;
        if (manner == Manner.SaysNothing) return 0;
        return real;
    }

    /// @dev It never fails: who holds too little moves what there is.
    function transfer(address to, uint256 amount) external returns (bool) {
        if (manner == Manner.Strikes) strike();
        if (manner == Manner.MovesNothing) return true;
        uint256 taken = manner == Manner.TakesTwice ? 2 * amount : amount;
        if (taken > balances[msg.sender]) taken = balances[msg.sender];
        balances[msg.sender] -= taken;
        balances[to] += manner == Manner.TakesAFee ? amount - amount / 100 : amount;
        return true;
    }
}
