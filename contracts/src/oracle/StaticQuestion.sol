// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title A question to a contract that may be none, may revert, may burn its gas or may answer nonsense
library StaticQuestion {
    /// @notice Gas per question; a proxied feed needs about an eighth.
    uint256 internal constant GAS = 200_000;

    /// @notice Asks `selector(argument)`. `done` is false unless at least `size` bytes came back; no more are looked at.
    /// @return done Whether there is an answer.
    /// @return answer Where in memory the answer lies, until memory is allocated again or the next question.
    function ask(address source, bytes4 selector, uint256 argument, uint256 size)
        internal
        view
        returns (bool done, uint256 answer)
    {
        assembly ("memory-safe") {
            answer := mload(0x40)
            mstore(0x00, selector)
            mstore(0x04, argument)
            done := staticcall(GAS, source, 0x00, 0x24, answer, size)
            done := and(done, iszero(lt(returndatasize(), size)))
        }
    }
}
