// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Something that should be a feed or a pool and answers as told
contract HostileSource {
    enum Manner {
        Answers, // what was set for the question, or for all questions
        BurnsGas,
        Reverts,
        RevertsHugely,
        AnswersHugely,
        RunsInvalidCode
    }

    Manner public manner;
    bytes private anything;
    mapping(bytes32 question => bytes) private answers;

    function behave(Manner manner_) external {
        manner = manner_;
    }

    /// @notice To every question that has no answer of its own.
    function answer(bytes calldata bytes_) external {
        anything = bytes_;
    }

    /// @notice To a selector with one word as argument; the oracle sends a zero where there is none.
    function answerTo(bytes4 selector, uint256 argument, bytes calldata bytes_) external {
        answers[keccak256(abi.encodeWithSelector(selector, argument))] = bytes_;
    }

    fallback(bytes calldata question) external returns (bytes memory) {
        if (manner == Manner.BurnsGas) while (true) {}
        if (manner == Manner.Reverts) revert();
        assembly ("memory-safe") {
            let which := sload(manner.slot)
            // Nearly as much as 200,000 gas can expand memory to; it starts with words that decode to nothing.
            if or(eq(which, 3), eq(which, 4)) {
                for { let at := 0 } lt(at, 0x100) { at := add(at, 0x20) } { mstore(at, not(0)) }
                if eq(which, 3) { revert(0, 200000) }
                return(0, 200000)
            }
            if eq(which, 5) { invalid() }
        }
        bytes storage own = answers[keccak256(question)];
        return own.length > 0 ? own : anything;
    }
}
