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
    /// The legs do not add up to what they are to sell, there are none, or a section of them sells or buys what it may not.
    LegsMismatch,
    /// The decision's model is not active in this vault.
    ModelInactive,
    /// The order is not co-signed by the sentinel.
    SentinelRequired,
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
    /// The standing mandate has not refilled enough for this slice.
    RefillExceeded,
    /// Too many poor fills in a row, or a new treasurer: the treasurer must enable the mandate.
    MandateLatched,
    /// The order promises less than the mandate's worst price.
    WorstPrice,
    // --- price ---
    /// The asset is not listed in this vault.
    AssetUnknown,
    /// A guardian took the asset out of trading; relisting waits.
    AssetQuarantined,
    /// The price source does not exist, reverted, or answered something undecodable.
    PriceUnavailable,
    /// The price is older than the feed's heartbeat.
    PriceStale,
    /// The price is zero or negative, or its round is not complete.
    PriceInvalid,
    /// The feed's price is outside the bounds that were set for it.
    PriceOutOfBounds,
    /// Feed and time-weighted average differ by more than the band.
    PriceDisagreement,
    /// The token the time-weighted average is quoted in has no price within its bounds.
    QuoteDepegged,
    /// The pool has no observation old enough, has been quiet for too long, or the hint does not lead to it.
    TwapUnavailable,
    /// The chain's sequencer is down, or has not been up for long enough.
    SequencerDown,
    /// The order's minimum output is below the oracle bound.
    BelowOracleBound,
    // --- limits ---
    /// The volume meter has no room for this trade.
    VolumeExceeded,
    /// The loss meter has no room for what this trade lost against the oracle.
    LossExceeded,
    /// The order is above the size cap that volatility leaves.
    SizeCapExceeded,
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
    // --- breaker ---
    /// The vault's value has not fallen past the limit, so there is nothing to trip.
    NoDrawdown,
    // --- outcome ---
    /// The vault's books hold less of the sold token than the order needs.
    InsufficientBalance,
    /// More left the vault than the order's input.
    Overspent,
    /// Less came back than the order's minimum output.
    OutputTooLow,
    /// A call into a token or a pool failed.
    TransferFailed,
    /// The router does not trade with pools like this one: native currency, dynamic fees, or hooks that touch swaps.
    VenueRefused,
    // --- settings ---
    /// The value is outside the constant bounds, or zero where zero would mean unlimited.
    OutOfBounds,
    /// The vault is sealed already.
    AlreadySealed,
    /// The change would allow more execution loss in a day than was promised at creation.
    PromiseBroken,
    /// The change was not submitted, was revoked, or died with an older epoch.
    NotSubmitted,
    /// The change has been submitted and is not ripe yet.
    NotRipe,
    /// The change was ripe for too long and must be submitted again.
    ChangeExpired,
    /// The init code is not the one this factory deploys.
    WrongInitCode,
    /// The model was published before.
    ModelExists,
    /// The vault of this owner and configuration is deployed already.
    VaultExists
}

/// @notice The one error of the vault. `detail` is the offending number (or address as number); zero where there is none.
error Refused(Refusal reason, uint256 detail);

/// @dev One place that encodes the error, instead of one per check.
function refuse(Refusal reason, uint256 detail) pure {
    revert Refused(reason, detail);
}
