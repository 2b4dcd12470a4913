// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Refusal, Refused} from "../../src/Refusal.sol";

/// @title The first rule that was found broken
abstract contract CampaignFault {
    /// @notice Empty while all rules hold.
    string public fault;

    function accuse(bool wrong, string memory sentence) internal {
        if (wrong && bytes(fault).length == 0) fault = sentence;
    }

    function accuseUndocumented(bytes memory reason) internal {
        bool known = reason.length == 68 && bytes4(reason) == Refused.selector;
        uint256 code = codeOf(reason);
        known = known && code != 0 && code <= uint256(type(Refusal).max);
        accuse(!known, "whatever the vault refuses, it says why by its list");
    }

    function codeOf(bytes memory reason) internal pure returns (uint256 code) {
        assembly ("memory-safe") {
            code := mload(add(reason, 0x24))
        }
    }

    function least(uint256 a, uint256 b) internal pure returns (uint256) {
        return a < b ? a : b;
    }

    function most(uint256 a, uint256 b) internal pure returns (uint256) {
        return a > b ? a : b;
    }
}
