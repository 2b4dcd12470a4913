// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Vm} from "forge-std/Vm.sol";

/// @title How many of a run's calls traded, written down for whoever asks
/// @notice `npm run fuzz` names a file in FUZZ_TALLY and adds up its lines; without that nothing is written.
library Tally {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @notice To be called once at the end of a run, from `afterInvariant`.
    function record(uint256 calls, uint256 trades) internal {
        string memory path = vm.envOr("FUZZ_TALLY", string(""));
        if (bytes(path).length == 0) return;
        vm.writeLine(path, string.concat(vm.toString(calls), " ", vm.toString(trades)));
    }
}
