// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title A mintable ERC-20 whose manners can be chosen
contract MockToken {
    enum Balances {
        Honest,
        Revert,
        BurnGas,
        Nothing
    }

    uint8 public immutable decimals;
    mapping(address => uint256) private balances;
    mapping(address => mapping(address => uint256)) public allowance;

    /// @notice Set as soon as anybody ever gives a non-zero allowance, by owner.
    mapping(address => bool) public everApproved;
    uint256 public feeBps;
    bool public silent; // answers nothing, like USDT
    bool public refusing; // answers false instead of moving anything
    bool public broken; // reverts on every transfer
    Balances public manner; // how it answers what somebody holds
    address public notified; // told about each transfer, like an ERC-777 receiver
    bool private blocking; // so that tokens that block nobody do not look
    mapping(address => bool) public blocked; // neither sends nor receives, as USDC has it

    constructor(uint8 decimals_) {
        decimals = decimals_;
    }

    function setFee(uint256 bps) external {
        feeBps = bps;
    }

    function setSilent(bool value) external {
        silent = value;
    }

    function setRefusing(bool value) external {
        refusing = value;
    }

    function setBroken(bool value) external {
        broken = value;
    }

    function setBalances(Balances value) external {
        manner = value;
    }

    function balanceOf(address account) external view returns (uint256) {
        if (manner == Balances.Revert) revert("no");
        if (manner == Balances.BurnGas) while (gasleft() > 0) {}
        if (manner == Balances.Nothing) {
            assembly {
                return(0, 0)
            }
        }
        return balances[account];
    }

    function setNotified(address account) external {
        notified = account;
    }

    function setBlocked(address account, bool value) external {
        blocked[account] = value;
        blocking = true;
    }

    function mint(address to, uint256 amount) external {
        balances[to] += amount;
    }

    function burn(address from, uint256 amount) external {
        balances[from] -= amount;
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        if (amount != 0) everApproved[msg.sender] = true;
        return true;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        return move(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        allowance[from][msg.sender] -= amount;
        return move(from, to, amount);
    }

    function move(address from, address to, uint256 amount) private returns (bool) {
        require(!broken, "broken");
        if (blocking) require(!blocked[from] && !blocked[to], "blocked");
        if (refusing) return false;
        balances[from] -= amount;
        balances[to] += amount - amount * feeBps / 10_000;
        if (notified != address(0)) IMoveListener(notified).moved(from, to, amount);
        if (silent) {
            assembly {
                return(0, 0)
            }
        }
        return true;
    }
}

interface IMoveListener {
    function moved(address from, address to, uint256 amount) external;
}
