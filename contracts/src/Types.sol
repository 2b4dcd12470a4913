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
    uint64 start;
    uint64 end;
    uint32 minimumInterval; // seconds between two executions
    uint32 maximumExecutions;
    uint256 worstPrice; // smallest output per input, base units of `buy` per base unit of `sell`, times 1e36
    uint16 slippageBps; // largest shortfall below the oracle for this mandate
    bytes32 configurationHash; // hash of the strategy's configuration
    uint256 salt; // makes two otherwise equal mandates differ
}

/// @notice A mandate's progress: one word on chain.
struct MandateProgress {
    uint128 filled; // sum of inputs so far
    uint64 lastExecution; // time of the last execution, 0 before the first
    uint32 executionCount;
    bool open;
    bool closed;
}

/// @notice One slice, made by the executor.
struct Order {
    bytes32 mandateId;
    uint256 amountIn;
    uint256 minimumOut;
    uint64 deadline;
    uint32 executionIndex; // must equal the mandate's execution count
    uint32 epoch; // must equal the executor word's epoch
    bytes32 decisionHead; // head of the decision log that contains this order's decision
}

enum Venue {
    UniswapV2,
    UniswapV3
}

/// @notice One leg of the split: `amountIn` of the order's sell token through one pool.
struct Leg {
    Venue venue;
    address pool;
    uint24 feePips; // hundredths of a basis point; v2 pairs need it, v3 pools know theirs
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

/// @notice A Chainlink-style feed in USD.
struct Feed {
    address source;
    uint32 heartbeat; // seconds after which a price is stale
}

struct AssetConfiguration {
    address token;
    Feed feed;
}

struct Limits {
    uint256 automaticLimitUsd; // above it an order needs a voucher
    uint256 volumeCapacityUsd; // of the volume meter
    uint256 volumeRateUsd; // refill of the volume meter, per second
    uint16 maximumSlippageBps; // largest a mandate may ask for
    uint16 drawdownBps; // fall from the high-water mark that trips the breaker
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
    address router;
    address oracle;
    AssetConfiguration[] assets;
    Limits limits;
}

/// @notice A price, or the reason why there is none. USD with 18 decimals per whole token.
struct Verdict {
    Refusal reason; // None: `low` and `high` hold
    uint256 low;
    uint256 high;
    uint64 updatedAt;
}

/// @notice Everything about the vault that does not depend on an asset or a mandate.
struct VaultState {
    bool paused;
    bool suspended;
    bool tripped;
    bool isSealed;
    uint32 incident; // number of the latest trip
    uint32 epoch;
    address executor;
    uint64 executorExpiry;
    uint64 checkpointAt; // time of the last checkpoint
    bool checkpointFresh; // younger than the limit, and no deposit or withdrawal since
    uint64 suspendedAt;
    uint256 peakUsd; // high-water mark, per the last checkpoint
    uint256 netAssetValueUsd; // at the last checkpoint
    uint256 volumeUsedUsd; // of the volume meter, decayed to now
    Limits limits;
    uint8 reviewThreshold;
    bytes32 policyHash; // hash of roles and limits a voucher is bound to
}

struct AssetState {
    address token;
    uint8 decimals;
    uint256 booked; // what the vault counts as its own
    uint256 balance; // what the token says
    Verdict verdict;
}
