// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Voucher} from "../Types.sol";
import {Refusal, refuse} from "../Refusal.sol";
import {TypedData} from "./TypedData.sol";

/// @notice What reviewers sign: the order's envelope, not its route.
struct Envelope {
    bytes32 mandateId;
    address sell;
    address buy;
    uint256 amountIn;
    uint256 minimumOut;
    uint32 epoch;
    uint64 expiry;
    uint256 nonce;
    uint256 counter;
    bytes32 policyHash;
}

/// @title A voucher waives the automatic size limit and nothing else
library ReviewVoucher {
    bytes32 private constant TYPE = keccak256(
        "Voucher(bytes32 mandateId,address sell,address buy,uint256 amountIn,uint256 minimumOut,uint32 epoch,uint64 expiry,uint256 nonce,uint256 counter,bytes32 policyHash)"
    );

    function digest(Envelope memory envelope, address vault) internal view returns (bytes32) {
        return TypedData.digest(keccak256(abi.encode(TYPE, envelope)), vault);
    }

    /// @notice The voucher's own terms; who signed it is another question.
    function requireUsable(Voucher calldata voucher, uint256 minimumOut, bool used) internal view {
        if (block.timestamp > voucher.expiry) refuse(Refusal.VoucherExpired, voucher.expiry);
        if (used) refuse(Refusal.VoucherUsed, voucher.nonce);
        if (minimumOut < voucher.minimumOut) refuse(Refusal.VoucherMismatch, voucher.minimumOut);
    }
}
