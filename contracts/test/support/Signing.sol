// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BreakerReset, Order} from "../../src/Types.sol";
import {Envelope} from "../../src/guards/ReviewVoucher.sol";
import {Vm} from "forge-std/Vm.sol";

/// @title What a wallet signs, worked out apart from the contracts
library Signing {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    function ecdsa(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function voucherDigest(address vault, Envelope memory e) internal view returns (bytes32) {
        bytes32 kind = keccak256(
            "Voucher(bytes32 mandateId,address sell,address buy,uint256 amountIn,uint256 minimumOut,uint32 epoch,uint64 expiry,uint256 nonce,uint256 counter,bytes32 policyHash)"
        );
        return typedDigest(vault, keccak256(abi.encode(kind, e)));
    }

    function resetDigest(address vault, BreakerReset memory r, bytes32 policyHash) internal view returns (bytes32) {
        bytes32 kind = keccak256(
            "BreakerReset(uint32 incident,address newExecutor,uint64 executorExpiry,uint64 deadline,bytes32 policyHash)"
        );
        return typedDigest(
            vault, keccak256(abi.encode(kind, r.incident, r.newExecutor, r.executorExpiry, r.deadline, policyHash))
        );
    }

    function orderDigest(address vault, Order memory o) internal view returns (bytes32) {
        bytes32 kind = keccak256(
            "Order(bytes32 mandateId,uint256 amountIn,uint256 minimumOut,uint64 deadline,uint32 executionIndex,uint32 epoch,bytes32 decisionHead,bytes32 modelId,uint16 sellHint,uint16 buyHint)"
        );
        return typedDigest(vault, keccak256(abi.encode(kind, o)));
    }

    function typedDigest(address vault, bytes32 structHash) private view returns (bytes32) {
        bytes32 kind = keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
        bytes32 domain = keccak256(abi.encode(kind, keccak256("Portcullis"), keccak256("1"), block.chainid, vault));
        return keccak256(abi.encodePacked("\x19\x01", domain, structHash));
    }
}
