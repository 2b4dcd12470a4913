// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ReviewerSignature} from "../Types.sol";
import {Refusal, Refused} from "../Refusal.sol";
import {SignatureCheck} from "./SignatureCheck.sol";

/// @title M of N reviewers, in strictly ascending order, each valid
library ReviewerSignatures {
    function requireThreshold(
        mapping(address => bool) storage isReviewer,
        uint256 threshold,
        bytes32 digest,
        ReviewerSignature[] calldata signatures
    ) internal view {
        if (signatures.length < threshold) revert Refused(Refusal.BadSignature, signatures.length);
        address previous = address(0);
        for (uint256 i = 0; i < signatures.length; i++) {
            address signer = signatures[i].signer;
            if (signer <= previous) revert Refused(Refusal.SignersUnsorted, uint160(signer));
            if (!isReviewer[signer]) revert Refused(Refusal.BadSignature, uint160(signer));
            SignatureCheck.requireBy(signer, digest, signatures[i].signature);
            previous = signer;
        }
    }
}
