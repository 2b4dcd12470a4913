// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice Why the vault (or its oracle) says no. The one list: TypeScript derives its names from this file,
/// so a refusal reads the same in a revert, in the policy mirror and in the decision log.
enum Refusal {
    /// No refusal: the checked thing is in order.
    None,
    // --- gate ---
    /// A guardian or the owner dropped the gate; only the owner lifts it.
    Paused,
    /// One checkpoint saw the drawdown limit crossed; a second one decides.
    Suspended,
    /// The breaker is tripped; only reviewers with a new executor key reset it.
    Tripped,
    /// The owner has not sealed the configuration yet.
    NotSealed,
    /// Another call into the vault or the router is still running.
    Locked,
    // --- who ---
    /// The caller does not hold the role this function needs.
    Unauthorized,
    /// The caller is not the executor key in force.
    NotExecutor,
    /// The executor key is past its expiry.
    ExecutorExpired,
    /// The order or voucher was made for another epoch of the executor key.
    WrongEpoch,
    /// Two roles that must differ would be the same address.
    RoleConflict,
    // --- order ---
    /// The deadline has passed.
    DeadlinePassed,
    /// The deadline lies further ahead than an order may live.
    DeadlineTooFar,
    /// The order's execution index is not the mandate's execution count.
    WrongExecutionIndex,
    /// The legs do not add up to the order's input, or there are none.
    LegsMismatch,
    // --- mandate ---
    /// No such mandate is open in this vault.
    MandateUnknown,
    /// The mandate is closed and never reopens.
    MandateClosed,
    /// The mandate was opened before.
    MandateExists,
    /// The mandate's terms contradict themselves or the vault's bounds.
    MandateInvalid,
    /// The mandate's start lies ahead.
    MandateNotStarted,
    /// The mandate's end has passed.
    MandateEnded,
    /// The slice is zero or larger than the mandate's largest slice.
    SliceTooLarge,
    /// The mandate's minimum interval since its last execution has not passed.
    TooSoon,
    /// The slice would fill the mandate beyond its total.
    MandateExceeded,
    /// The mandate has used all its executions.
    ExecutionsExhausted,
    /// The order promises less than the mandate's worst price.
    WorstPrice,
    // --- price ---
    /// The asset is not listed in this vault.
    AssetUnknown,
    /// The price source does not exist, reverted, or answered something undecodable.
    PriceUnavailable,
    /// The price is older than the feed's heartbeat.
    PriceStale,
    /// The price is zero or negative, or its round is not complete.
    PriceInvalid,
    /// The order's minimum output is below the oracle bound.
    BelowOracleBound,
    // --- limits ---
    /// The volume meter has no room for this trade.
    VolumeExceeded,
    /// The order is above the automatic limit and carries no valid review voucher.
    ReviewRequired,
    /// The checkpoint is too old, or a deposit or withdrawal came after it.
    CheckpointStale,
    // --- signatures ---
    /// Too few valid reviewer signatures, or one by somebody else.
    BadSignature,
    /// Signers are not in strictly ascending order.
    SignersUnsorted,
    /// The voucher was used before, or belongs to a voided counter.
    VoucherUsed,
    /// The voucher or reset is past its expiry.
    VoucherExpired,
    /// The voucher's envelope is not this order's.
    VoucherMismatch,
    /// The reset names another incident, or nothing is tripped.
    WrongIncident,
    // --- outcome ---
    /// The vault's books hold less of the sold token than the order needs.
    InsufficientBalance,
    /// More left the vault than the order's input.
    Overspent,
    /// Less came back than the order's minimum output.
    OutputTooLow,
    /// A call into a token or a pool failed.
    TransferFailed,
    // --- settings ---
    /// The value is outside the constant bounds, or zero where zero would mean unlimited.
    OutOfBounds,
    /// The change would loosen a limit after sealing.
    WouldLoosen,
    /// The configuration is sealed already.
    AlreadySealed
}

/// @notice The one error of the vault. `detail` is the offending number (or address as number); zero where there is none.
error Refused(Refusal reason, uint256 detail);
