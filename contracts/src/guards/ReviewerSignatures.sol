// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ReviewerSignature} from "../Types.sol";
import {Refusal, refuse} from "../Refusal.sol";
import {IVault} from "../interfaces/IVault.sol";
import {SignatureCheck} from "./SignatureCheck.sol";

/// @title M of N reviewers, in strictly ascending order, each valid
library ReviewerSignatures {
    function requireThreshold(IVault vault, uint256 threshold, bytes32 digest, ReviewerSignature[] calldata signatures)
        internal
        view
    {
        if (signatures.length < threshold) refuse(Refusal.BadSignature, signatures.length);
        address previous = address(0);
        for (uint256 i = 0; i < signatures.length; i++) {
            address signer = signatures[i].signer;
            if (signer <= previous) refuse(Refusal.SignersUnsorted, uint160(signer));
            if (!vault.isReviewer(signer)) refuse(Refusal.BadSignature, uint160(signer));
            SignatureCheck.requireBy(signer, digest, signatures[i].signature);
            previous = signer;
        }
    }
}
