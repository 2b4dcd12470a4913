// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title A Chainlink-style feed that says what it is told to say
contract MockFeed {
    uint8 public decimals;
    uint80 public roundId = 1;
    int256 public answer;
    uint256 public updatedAt;
    uint80 public answeredInRound = 1;
    bool public dead;

    constructor(uint8 decimals_, int256 answer_) {
        decimals = decimals_;
        set(answer_);
    }

    function set(int256 answer_) public {
        answer = answer_;
        updatedAt = block.timestamp;
    }

    function setDecimals(uint8 value) external {
        decimals = value;
    }

    function setUpdatedAt(uint256 at) external {
        updatedAt = at;
    }

    function setRound(uint80 round, uint80 answeredIn) external {
        roundId = round;
        answeredInRound = answeredIn;
    }

    function kill() external {
        dead = true;
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        require(!dead, "dead");
        return (roundId, answer, updatedAt, updatedAt, answeredInRound);
    }
}
