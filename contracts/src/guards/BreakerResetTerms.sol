// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BreakerReset} from "../Types.sol";
import {Refusal, refuse} from "../Refusal.sol";
import {TypedData} from "./TypedData.sol";

/// @title What reviewers sign to re-arm a tripped breaker: one incident, one new key, under one policy
library BreakerResetTerms {
    bytes32 private constant TYPE = keccak256(
        "BreakerReset(uint32 incident,address newExecutor,uint64 executorExpiry,uint64 deadline,bytes32 policyHash)"
    );

    function digest(BreakerReset calldata reset, bytes32 policyHash, address vault) internal view returns (bytes32) {
        return TypedData.digest(keccak256(abi.encode(TYPE, reset, policyHash)), vault);
    }

    function requireDeadline(uint64 deadline) internal view {
        if (block.timestamp > deadline) refuse(Refusal.VoucherExpired, deadline);
    }
}
