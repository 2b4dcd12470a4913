// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Refusal, Refused} from "../Refusal.sol";

/// @title Who may execute, in one word
///
///  bits 0-159    key      the executor's address
///  bits 160-191  epoch    rises with every reset; orders and vouchers of an older one are dead
///  bits 192-255  expiry   seconds; from then on the key is powerless
type ExecutorWord is uint256;

using ExecutorWordBits for ExecutorWord global;

library ExecutorWordBits {
    function pack(address key_, uint32 epoch_, uint64 expiry_) internal pure returns (ExecutorWord) {
        return ExecutorWord.wrap(uint256(uint160(key_)) | (uint256(epoch_) << 160) | (uint256(expiry_) << 192));
    }

    function requireHeldBy(ExecutorWord word, address caller) internal view {
        if (caller != word.key()) revert Refused(Refusal.NotExecutor, uint160(caller));
        if (block.timestamp >= word.expiry()) revert Refused(Refusal.ExecutorExpired, word.expiry());
    }

    function requireEpoch(ExecutorWord word, uint32 epoch_) internal pure {
        if (epoch_ != word.epoch()) revert Refused(Refusal.WrongEpoch, word.epoch());
    }

    function key(ExecutorWord word) internal pure returns (address) {
        return address(uint160(ExecutorWord.unwrap(word)));
    }

    function epoch(ExecutorWord word) internal pure returns (uint32) {
        return uint32(ExecutorWord.unwrap(word) >> 160);
    }

    function expiry(ExecutorWord word) internal pure returns (uint64) {
        return uint64(ExecutorWord.unwrap(word) >> 192);
    }
}
