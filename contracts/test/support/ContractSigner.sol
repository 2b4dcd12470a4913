// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title An EIP-1271 signer that approves digests one by one, and can misbehave
contract ContractSigner {
    enum Manner {
        Honest,
        LongAnswer, // the magic value with more behind it
        DirtyAnswer, // the magic value with dirt in the lower bytes
        BurnsGas,
        Reverts
    }

    Manner public manner;
    mapping(bytes32 => bool) public approved;

    function approve(bytes32 digest) external {
        approved[digest] = true;
    }

    function behave(Manner manner_) external {
        manner = manner_;
    }

    function isValidSignature(bytes32 digest, bytes calldata) external view returns (bytes4) {
        if (manner == Manner.Reverts) revert("no");
        if (manner == Manner.BurnsGas) while (gasleft() > 0) {}
        bool fine = approved[digest];
        uint256 size = manner == Manner.LongAnswer ? 64 : 32;
        bytes32 word = fine ? bytes32(bytes4(0x1626ba7e)) : bytes32(0);
        if (manner == Manner.DirtyAnswer) word |= bytes32(uint256(1));
        assembly {
            mstore(0x00, word)
            mstore(0x20, 0)
            return(0x00, size)
        }
    }
}
