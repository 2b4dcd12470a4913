import { z } from 'zod'
import { refusals } from '../chain/generated/refusals.ts'
import { poolSchema } from './pool.ts'
import { address, basisPoints, bigintFromDecimal, bytes32, signedBigintFromDecimal, timestamp } from './primitives.ts'

export const refusalSchema = z.enum(refusals)

/** USD with 18 decimals per whole token, or why there is none. */
const priceVerdictSchema = z.object({
  reason: refusalSchema,
  /** Of the agreeing sources. */
  low: bigintFromDecimal,
  high: bigintFromDecimal,
  /** What the feed alone says. */
  feed: bigintFromDecimal,
  /** Of the feed. */
  updatedAt: timestamp,
})

/** How an asset is priced and whether it trades, in the order of the Solidity enum. */
export const listings = ['Unlisted', 'Feed', 'FeedAndTwap', 'Quarantined'] as const

export const assetStateSchema = z.object({
  token: address,
  listing: z.enum(listings),
  decimals: z.int().min(0).max(255),
  /** Base units. */
  booked: bigintFromDecimal,
  balance: bigintFromDecimal,
  /** What volatility leaves of the size cap. */
  sizeFactorBps: basisPoints,
  /** Where the observation lies that the time-weighted average starts from; 0 where there is no such average. */
  hint: z.int().min(0).max(65_535),
  /** The Uniswap v3 pool of that average; the zero address where there is none. */
  twapPool: address,
  verdict: priceVerdictSchema,
})
export type AssetState = z.output<typeof assetStateSchema>

/** USD with 18 decimals, of whole dollars. A meter drains its capacity in a day; zero forbids. */
const limitsSchema = z.object({
  /** Above it an order needs reviewers. */
  automaticLimitUsd: bigintFromDecimal,
  /** Above it no order goes; volatility scales it down. */
  sizeCapUsd: bigintFromDecimal,
  volumeCapacityUsd: bigintFromDecimal,
  lossCapacityUsd: bigintFromDecimal,
  /** Of gas refunds. */
  refundCapacityUsd: bigintFromDecimal,
  maximumSlippageBps: basisPoints,
  drawdownBps: basisPoints,
  /** Daily volatility up to which the size cap holds in full. */
  referenceVolatilityBps: basisPoints,
  /** Seconds. */
  maximumCheckpointAge: z.int().min(0),
})

export const vaultStateSchema = z.object({
  paused: z.boolean(),
  suspended: z.boolean(),
  tripped: z.boolean(),
  isSealed: z.boolean(),
  /** Orders need the sentinel's signature. */
  sentinelRequired: z.boolean(),
  incident: z.int(),
  epoch: z.int(),
  executor: address,
  executorExpiry: timestamp,
  checkpointAt: timestamp,
  checkpointFresh: z.boolean(),
  suspendedAt: timestamp,
  peakUsd: bigintFromDecimal,
  netAssetValueUsd: bigintFromDecimal,
  /** Used of the meters, drained to the snapshot. */
  volumeUsedUsd: bigintFromDecimal,
  lossUsedUsd: bigintFromDecimal,
  refundUsedUsd: bigintFromDecimal,
  limits: limitsSchema,
  reviewThreshold: z.int(),
  /** Rises with every new treasurer; mandates of an older one are latched. */
  treasurerEpoch: z.int(),
  policyHash: bytes32,
})
export type VaultState = z.output<typeof vaultStateSchema>

export const mandateProgressSchema = z.object({
  filled: bigintFromDecimal,
  lastExecution: timestamp,
  executionCount: z.int(),
  /** In a row. */
  poorFills: z.int(),
  /** Of the treasurer who signed it, or enabled it last. */
  treasurerEpoch: z.int(),
  open: z.boolean(),
  closed: z.boolean(),
  latched: z.boolean(),
})
export type MandateProgress = z.output<typeof mandateProgressSchema>

/** What a standing mandate has used of its refill, base units, as of `updatedAt`; it drains from then on. */
export const refillSchema = z.object({ used: bigintFromDecimal, updatedAt: timestamp })
export type Refill = z.output<typeof refillSchema>

/** Everything a decision is made on, read at one block. */
export const snapshotSchema = z.object({
  chainId: z.int(),
  blockNumber: bigintFromDecimal,
  blockHash: bytes32,
  /** Of the block: the agent's only clock. */
  timestamp,
  vaultAddress: address,
  vault: vaultStateSchema,
  assets: z.array(assetStateSchema),
  mandate: mandateProgressSchema,
  refill: refillSchema,
  /** Whether the vault lets the agent's model back orders. */
  modelActive: z.boolean(),
  pools: z.array(poolSchema),
  /** Tick cumulatives of the pair's deepest v3 pool: `secondsAgo` descending, at the ends of five-minute bars; empty where there is no history. */
  history: z.object({
    pool: address,
    secondsAgo: z.array(z.int()),
    tickCumulatives: z.array(signedBigintFromDecimal),
  }),
  fees: z.object({
    /** Wei per gas of the block. */
    baseFeePerGas: bigintFromDecimal,
    /** Wei per gas; median tip of recent blocks, at least one wei. */
    priorityFeePerGas: bigintFromDecimal,
    /** Wei per gas of the block after, as one node tells it; null where its fee history cannot be, and has no blocks then. */
    nextBaseFeePerGas: bigintFromDecimal.nullable(),
    /** Oldest first, up to the snapshot's own block. */
    recentBlocks: z.array(
      z.object({
        /** Wei per gas. */
        baseFeePerGas: bigintFromDecimal,
        /** Gas used over gas limit, 0 to 1. */
        gasUsedRatio: z.number().min(0).max(1),
      }),
    ),
  }),
  executor: z.object({
    /** Wei. */
    balance: bigintFromDecimal,
    nonce: z.int(),
  }),
})
export type Snapshot = z.output<typeof snapshotSchema>
