// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Refusal, refuse} from "../Refusal.sol";
import {ECDSA} from "solady/utils/ECDSA.sol";

/// @title One signature, by a key (ECDSA) or by a contract (EIP-1271)
/// @notice Keys are tried first, so that a key that delegates its account (EIP-7702) still signs as itself. Must run
/// before anything is written: the contract is asked by STATICCALL with a fixed amount of gas.
library SignatureCheck {
    /// @notice Gas a contract signer gets; a Safe with five owners needs about a fifth.
    uint256 internal constant CONTRACT_GAS = 200_000;
    bytes4 private constant MAGIC = 0x1626ba7e; // isValidSignature(bytes32,bytes)

    function requireBy(address signer, bytes32 digest, bytes calldata signature) internal view {
        if (!isBy(signer, digest, signature)) refuse(Refusal.BadSignature, uint160(signer));
    }

    function isBy(address signer, bytes32 digest, bytes calldata signature) private view returns (bool) {
        if (signer == address(0)) return false;
        if (ECDSA.tryRecoverCalldata(digest, signature) == signer) return true;
        if (signer.code.length == 0) return false;
        bytes memory question = abi.encodeWithSelector(MAGIC, digest, signature);
        // Less than the cap would let whoever relays decide the answer. 63/64 of what is left can be passed on.
        if (gasleft() < CONTRACT_GAS + CONTRACT_GAS / 32) return false;
        bool done;
        uint256 size;
        uint256 answer;
        assembly ("memory-safe") {
            done := staticcall(CONTRACT_GAS, signer, add(question, 0x20), mload(question), 0x00, 0x20)
            size := returndatasize()
            answer := mload(0x00)
        }
        return done && size == 32 && bytes32(answer) == bytes32(MAGIC);
    }
}
