// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Refusal} from "./Refusal.sol";

// Units, everywhere: amounts in base units of their token; USD with 18 decimals; time in seconds since epoch;
// ratios in basis points of one (`Bps`).

/// @notice The parent order, signed by the treasurer (EIP-712) and opened on chain. Its id is its EIP-712 digest.
struct Mandate {
    bytes32 strategy; // identifier of the off-chain strategy this mandate pays for
    address sell;
    address buy;
    uint256 total; // largest sum of inputs over the mandate's life, base units of `sell`
    uint256 maximumSlice; // largest input of one execution, base units of `sell`
    uint256 refillAmount; // standing mandates: room for this much input, refilled over the period; 0: one-off
    uint32 refillPeriod; // seconds; 0: one-off
    uint64 start;
    uint64 end;
    uint32 minimumInterval; // seconds between two executions
    uint32 maximumExecutions;
    uint256 worstPrice; // smallest output per input, base units of `buy` per base unit of `sell`, times 1e36
    uint16 slippageBps; // largest shortfall below the oracle for this mandate
    uint16 poorFillBps; // a fill with a larger shortfall than this is poor
    uint8 maximumPoorFills; // so many poor fills in a row latch the mandate until the treasurer enables it
    bytes32 configurationHash; // hash of the strategy's configuration
    uint256 salt; // makes two otherwise equal mandates differ
}

/// @notice A mandate's progress: one word on chain.
struct MandateProgress {
    uint112 filled; // sum of inputs so far
    uint40 lastExecution; // time of the last execution, 0 before the first
    uint32 executionCount;
    uint8 poorFills; // in a row
    uint8 treasurerEpoch; // of the treasurer who signed it; a later one latches it
    bool open;
    bool closed;
    bool latched;
}

/// @notice One slice, made by the executor.
struct Order {
    bytes32 mandateId;
    uint256 amountIn;
    uint256 minimumOut;
    uint64 deadline;
    uint32 executionIndex; // must equal the mandate's execution count
    uint32 epoch; // must equal the vault's epoch
    bytes32 decisionHead; // head of the decision log that contains this order's decision
    bytes32 modelId; // the model that backs the decision; must be active in the vault
    uint16 sellHint; // where to look for the sold token's TWAP observation; 0 where it has no TWAP
    uint16 buyHint; // the same for the bought token
}

/// @notice Where a leg trades. `Section` is no venue: such an entry trades nothing but heads a section of the legs, and
/// says what those after it sell (`pool`) and buy (`hooks`), and how much all legs from here on, in this section and later
/// ones, plan to sell of that token (`amountIn`). Legs before any head sell and buy what the order does.
enum Venue {
    UniswapV2,
    UniswapV3,
    UniswapV4,
    Section
}

/// @notice One leg of the split: `amountIn` of what its section sells through one pool. Of a token on the way that is the
/// plan, and what is spent is its share of what arrived.
struct Leg {
    Venue venue;
    address pool; // v4: the PoolManager; head: the token sold from here on
    uint24 feePips; // hundredths of a basis point; v2 pairs and v4 pools need it, v3 pools know theirs; head: 0
    int24 tickSpacing; // v4 only; head: 0
    address hooks; // v4 only; head: the token bought from here on
    uint256 amountIn;
}

/// @notice Reviewers' approval of one order's envelope. An empty `signatures` means: no voucher.
struct Voucher {
    uint256 minimumOut;
    uint64 expiry;
    uint256 nonce; // single use
    ReviewerSignature[] signatures;
}

/// @notice `signature` is ECDSA for a key and EIP-1271 data for a contract. Signers strictly ascending.
struct ReviewerSignature {
    address signer;
    bytes signature;
}

/// @notice Reviewers' decision to re-arm a tripped breaker with a new executor key.
struct BreakerReset {
    uint32 incident;
    address newExecutor;
    uint64 executorExpiry;
    uint64 deadline;
}

/// @notice Where a token's price comes from: a Chainlink-style feed in USD and, beside it, a Uniswap v3 pool's
/// time-weighted average against a quote token that is listed with a feed alone.
struct PriceSource {
    address feed;
    uint32 heartbeat; // seconds after which the feed's price is stale
    uint256 lowestPrice; // a feed outside its bounds refuses; for a quote token they are the depeg check
    uint256 highestPrice;
    uint16 errorBps; // worst error of the feed itself: its deviation threshold
    address pool; // zero: feed alone
    address quote; // the pool's other token
    uint16 bandBps; // feed and TWAP may differ by so much
}

struct AssetConfiguration {
    address token;
    PriceSource source;
}

/// @notice How an asset is priced and whether it trades.
enum Listing {
    Unlisted,
    Feed,
    FeedAndTwap,
    Quarantined
}

/// @notice Every limit tightens by going down; zero forbids. USD limits are kept in whole dollars, rounded down.
struct Limits {
    uint256 automaticLimitUsd; // above it an order needs a voucher
    uint256 sizeCapUsd; // above it no order goes, scaled down by volatility
    uint256 volumeCapacityUsd; // of the volume meter, which drains this much a day
    uint256 lossCapacityUsd; // of the loss meter, which drains this much a day; zero forbids every loss
    uint256 refundCapacityUsd; // of the gas refund meter, which drains this much a day; zero: no refunds
    uint16 maximumSlippageBps; // largest that any order may use
    uint16 drawdownBps; // fall from the high-water mark that trips the breaker
    uint16 referenceVolatilityBps; // daily volatility up to which the size cap holds in full
    uint32 maximumCheckpointAge; // seconds
}

struct VaultConfiguration {
    address owner;
    address treasurer;
    address[] guardians;
    address[] reviewers;
    uint8 reviewThreshold; // M of N
    address executor;
    uint64 executorExpiry;
    address sentinel; // zero: none
    address router;
    address oracle;
    address approvals; // checks what people signed
    address wrappedNative; // its price values gas refunds
    uint256 dailyLossUsd; // the promise: no setting may ever allow more execution loss in 24 hours under it
    bytes32[] models; // active from the start
    AssetConfiguration[] assets;
    Limits limits;
}

/// @notice A price, or the reason why there is none. USD with 18 decimals per whole token.
struct Verdict {
    Refusal reason; // None: `low` and `high` hold
    uint256 low; // of the agreeing sources
    uint256 high;
    uint256 feed; // what the feed alone says
    uint64 updatedAt; // of the feed
}

/// @notice Everything about the vault that does not depend on an asset or a mandate.
struct VaultState {
    bool paused;
    bool suspended;
    bool tripped;
    bool isSealed;
    bool sentinelRequired;
    uint32 incident; // number of the latest trip
    uint32 epoch;
    address executor; // zero: dropped
    uint64 executorExpiry;
    uint64 checkpointAt; // time of the last checkpoint
    bool checkpointFresh; // younger than the limit, and no deposit or withdrawal since
    uint64 suspendedAt;
    uint256 peakUsd; // high-water mark, per the last checkpoint
    uint256 netAssetValueUsd; // at the last checkpoint
    uint256 volumeUsedUsd; // of the volume meter, drained to now
    uint256 lossUsedUsd; // of the loss meter, drained to now
    uint256 refundUsedUsd; // of the refund meter, drained to now
    Limits limits;
    uint8 reviewThreshold;
    uint8 treasurerEpoch;
    bytes32 policyHash; // of the configuration and every change since; vouchers and resets are bound to it
}

/// @notice One asset as the Lens shows it.
struct AssetState {
    address token;
    Listing listing;
    uint8 decimals;
    uint256 booked; // what the vault counts as its own
    uint256 balance; // what the token says
    uint256 sizeFactorBps; // what volatility leaves of the size cap
    uint16 hint; // where the TWAP observation is now; 0 where there is no TWAP
    address twapPool; // the pool whose average is that TWAP; zero where there is none
    Verdict verdict;
}
