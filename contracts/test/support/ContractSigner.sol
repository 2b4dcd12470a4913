// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title An EIP-1271 signer that approves digests one by one, and can misbehave
contract ContractSigner {
    enum Manner {
        Honest,
        LongAnswer, // the magic value with more behind it
        DirtyAnswer, // the magic value with dirt in the lower bytes
        BurnsGas,
        Reverts,
        ShortAnswer, // the magic value and nothing behind it
        Bomb, // an answer as long as its gas allows
        BombingRevert, // the same, as a revert
        Starved, // yes where it gets less gas than it was promised
        Writes // writes before it says yes
    }

    uint256 private constant PROMISED = 195_000;
    uint256 private constant LONG = 180_000; // bytes; as much as the gas pays for

    Manner public manner;
    mapping(bytes32 => bool) public approved;
    uint256 private written;

    function approve(bytes32 digest) external {
        approved[digest] = true;
    }

    function takeBack(bytes32 digest) external {
        approved[digest] = false;
    }

    function behave(Manner manner_) external {
        manner = manner_;
    }

    function isValidSignature(bytes32 digest, bytes calldata) external returns (bytes4) {
        if (manner == Manner.Starved) answer(gasleft() < PROMISED, 32);
        if (manner == Manner.Reverts) revert("no");
        if (manner == Manner.BurnsGas) while (gasleft() > 0) {}
        if (manner == Manner.Writes) written++;
        bool fine = approved[digest];
        if (manner == Manner.BombingRevert) {
            assembly ("memory-safe") {
                revert(0, LONG)
            }
        }
        if (manner == Manner.DirtyAnswer) {
            assembly ("memory-safe") {
                mstore(0x00, or(shl(224, 0x1626ba7e), 1))
                return(0x00, 0x20)
            }
        }
        uint256 size = manner == Manner.LongAnswer ? 64 : manner == Manner.ShortAnswer ? 4 : 32;
        answer(fine, manner == Manner.Bomb ? LONG : size);
    }

    function answer(bool fine, uint256 size) private pure {
        assembly ("memory-safe") {
            mstore(0x00, mul(fine, shl(224, 0x1626ba7e)))
            mstore(0x20, 0)
            return(0x00, size)
        }
    }
}
