// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../Types.sol";

/// @title Whether the right people signed; asked by a vault, by static calls, before it writes anything
/// @notice A vault passes on the arguments of its own call as they came, so these functions take the same. They answer nothing
/// and refuse with the reason.
interface IApprovals {
    /// @notice The mandate makes sense under the vault's limits, and the vault's treasurer signed it.
    function requireMandate(Mandate calldata mandate, bytes calldata signature) external view;

    /// @notice M of N of the vault's reviewers signed this reset of its breaker.
    function requireReset(BreakerReset calldata reset, ReviewerSignature[] calldata signatures) external view;

    /// @notice M of N of the vault's reviewers signed a voucher for this order.
    function requireReviewed(
        Mandate calldata mandate,
        Order calldata order,
        Leg[] calldata legs,
        Voucher calldata voucher,
        bytes calldata sentinelSignature
    ) external view;

    /// @notice The vault's sentinel signed this order.
    function requireCoSigned(
        Mandate calldata mandate,
        Order calldata order,
        Leg[] calldata legs,
        Voucher calldata voucher,
        bytes calldata sentinelSignature
    ) external view;
}
