// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title A Chainlink-style price feed of the local chain, written by one keeper
/// @notice Its state sits at a hashed slot, so that its code can be planted over a real feed on a fork and finds zeros there.
contract DevnetFeed {
    struct Round {
        int256 answer;
        uint256 updatedAt; // seconds since epoch
    }

    struct State {
        uint80 latest;
        mapping(uint80 round => Round) rounds;
    }

    /// @notice Rounds of the proxy's first phase start here, as Chainlink numbers them.
    uint80 private constant FIRST_PHASE = uint80(1) << 64;
    bytes32 private constant STATE_SLOT = keccak256("portcullis.devnet.feed");

    address public immutable keeper;
    uint8 public immutable decimals;

    error NotKeeper();
    error NoData();

    event AnswerUpdated(int256 indexed current, uint256 indexed roundId, uint256 updatedAt);

    constructor(address keeper_, uint8 decimals_) {
        keeper = keeper_;
        decimals = decimals_;
    }

    /// @notice A new round with this answer, now.
    function post(int256 answer) external {
        postAt(answer, block.timestamp);
    }

    /// @notice A new round with any time: how tests make a feed stale, early or absurd.
    function postAt(int256 answer, uint256 updatedAt) public {
        if (msg.sender != keeper) revert NotKeeper();
        State storage state = _state();
        uint80 round = state.latest == 0 ? FIRST_PHASE + 1 : state.latest + 1;
        state.latest = round;
        state.rounds[round] = Round(answer, updatedAt);
        emit AnswerUpdated(answer, round, updatedAt);
    }

    function latestRoundData()
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
    {
        return getRoundData(_state().latest);
    }

    function getRoundData(uint80 round)
        public
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
    {
        Round storage data = _state().rounds[round];
        if (data.updatedAt == 0) revert NoData();
        return (round, data.answer, data.updatedAt, data.updatedAt, round);
    }

    function latestAnswer() external view returns (int256) {
        State storage state = _state();
        return state.rounds[state.latest].answer;
    }

    function description() external pure returns (string memory) {
        return "local chain / USD";
    }

    function version() external pure returns (uint256) {
        return 4;
    }

    function _state() private pure returns (State storage state) {
        bytes32 slot = STATE_SLOT;
        assembly {
            state.slot := slot
        }
    }
}
