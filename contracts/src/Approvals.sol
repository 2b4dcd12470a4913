// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "./Types.sol";
import {Refusal, refuse} from "./Refusal.sol";
import {IApprovals} from "./interfaces/IApprovals.sol";
import {IVault, VaultWords} from "./interfaces/IVault.sol";
import {BreakerResetTerms} from "./guards/BreakerResetTerms.sol";
import {MandateTerms} from "./guards/MandateTerms.sol";
import {OrderTerms} from "./guards/OrderTerms.sol";
import {Envelope, ReviewVoucher} from "./guards/ReviewVoucher.sol";
import {ReviewerSignatures} from "./guards/ReviewerSignatures.sol";
import {SignatureCheck} from "./guards/SignatureCheck.sol";

/// @title Checks what people signed, for whichever vault asks
/// @notice Has neither state nor administrator. It stands apart from the vault for the sake of the vault's size, is asked by
/// static calls before anything is written, and takes every fact about the vault from the vault itself.
contract Approvals is IApprovals {
    using MandateTerms for Mandate;
    using OrderTerms for Order;
    using ReviewVoucher for Envelope;

    /// @inheritdoc IApprovals
    function requireMandate(Mandate calldata mandate, bytes calldata signature) external view {
        mandate.requireSane(vault().words().limits.maximumSlippageBps());
        SignatureCheck.requireBy(vault().treasurer(), mandate.id(msg.sender), signature);
    }

    /// @inheritdoc IApprovals
    function requireReset(BreakerReset calldata reset, ReviewerSignature[] calldata signatures) external view {
        VaultWords memory words = vault().words();
        bytes32 digest = BreakerResetTerms.digest(reset, words.policyHash, msg.sender);
        ReviewerSignatures.requireThreshold(vault(), words.reviewThreshold, digest, signatures);
    }

    /// @inheritdoc IApprovals
    function requireReviewed(
        Mandate calldata mandate,
        Order calldata order,
        Leg[] calldata,
        Voucher calldata voucher,
        bytes calldata
    ) external view {
        VaultWords memory words = vault().words();
        if (voucher.signatures.length == 0) refuse(Refusal.ReviewRequired, words.limits.automaticLimitUsd());
        ReviewVoucher.requireUsable(voucher, order.minimumOut, vault().voucherUsed(voucher.nonce));
        Envelope memory envelope = Envelope({
            mandateId: order.mandateId,
            sell: mandate.sell,
            buy: mandate.buy,
            amountIn: order.amountIn,
            minimumOut: voucher.minimumOut,
            epoch: words.gate.epoch(),
            expiry: voucher.expiry,
            nonce: voucher.nonce,
            counter: vault().voucherCounter(),
            policyHash: words.policyHash
        });
        ReviewerSignatures.requireThreshold(
            vault(), words.reviewThreshold, envelope.digest(msg.sender), voucher.signatures
        );
    }

    /// @inheritdoc IApprovals
    function requireCoSigned(
        Mandate calldata,
        Order calldata order,
        Leg[] calldata,
        Voucher calldata,
        bytes calldata sentinelSignature
    ) external view {
        if (sentinelSignature.length == 0) refuse(Refusal.SentinelRequired, 0);
        SignatureCheck.requireBy(vault().sentinel(), order.digest(msg.sender), sentinelSignature);
    }

    function vault() private view returns (IVault) {
        return IVault(payable(msg.sender));
    }
}
