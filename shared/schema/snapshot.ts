import { z } from 'zod'
import { refusals } from '../chain/generated/refusals.ts'
import { address, basisPoints, bigintFromDecimal, bytes32, signedBigintFromDecimal, timestamp } from './primitives.ts'

export const refusalSchema = z.enum(refusals)

/** USD with 18 decimals per whole token, or why there is none. */
const priceVerdictSchema = z.object({
  reason: refusalSchema,
  low: bigintFromDecimal,
  high: bigintFromDecimal,
  updatedAt: timestamp,
})

export const assetStateSchema = z.object({
  token: address,
  decimals: z.int().min(0).max(255),
  /** Base units. */
  booked: bigintFromDecimal,
  balance: bigintFromDecimal,
  verdict: priceVerdictSchema,
})
export type AssetState = z.output<typeof assetStateSchema>

const limitsSchema = z.object({
  automaticLimitUsd: bigintFromDecimal,
  volumeCapacityUsd: bigintFromDecimal,
  /** USD with 18 decimals per second. */
  volumeRateUsd: bigintFromDecimal,
  maximumSlippageBps: basisPoints,
  drawdownBps: basisPoints,
  /** Seconds. */
  maximumCheckpointAge: z.int().min(0),
})

export const vaultStateSchema = z.object({
  paused: z.boolean(),
  suspended: z.boolean(),
  tripped: z.boolean(),
  isSealed: z.boolean(),
  incident: z.int(),
  epoch: z.int(),
  executor: address,
  executorExpiry: timestamp,
  checkpointAt: timestamp,
  checkpointFresh: z.boolean(),
  suspendedAt: timestamp,
  peakUsd: bigintFromDecimal,
  netAssetValueUsd: bigintFromDecimal,
  volumeUsedUsd: bigintFromDecimal,
  limits: limitsSchema,
  reviewThreshold: z.int(),
  policyHash: bytes32,
})
export type VaultState = z.output<typeof vaultStateSchema>

export const mandateProgressSchema = z.object({
  filled: bigintFromDecimal,
  lastExecution: timestamp,
  executionCount: z.int(),
  open: z.boolean(),
  closed: z.boolean(),
})
export type MandateProgress = z.output<typeof mandateProgressSchema>

const tickSchema = z.object({ index: z.int(), liquidityNet: signedBigintFromDecimal })

/** Constant-product pair; `feePips` in hundredths of a basis point. */
export const v2PoolSchema = z.object({
  venue: z.literal('UniswapV2'),
  pool: address,
  token0: address,
  token1: address,
  feePips: z.int().min(0).max(999_999),
  reserve0: bigintFromDecimal,
  reserve1: bigintFromDecimal,
})

/** Concentrated liquidity; ticks are complete within [tickLower, tickUpper], ascending. */
export const v3PoolSchema = z.object({
  venue: z.literal('UniswapV3'),
  pool: address,
  token0: address,
  token1: address,
  feePips: z.int().min(0).max(999_999),
  tickSpacing: z.int().min(1),
  sqrtPriceX96: bigintFromDecimal,
  tick: z.int(),
  liquidity: bigintFromDecimal,
  tickLower: z.int(),
  tickUpper: z.int(),
  ticks: z.array(tickSchema),
})

export const poolSchema = z.discriminatedUnion('venue', [v2PoolSchema, v3PoolSchema])
export type V2Pool = z.output<typeof v2PoolSchema>
export type V3Pool = z.output<typeof v3PoolSchema>
export type Pool = z.output<typeof poolSchema>

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
  pools: z.array(poolSchema),
  /** Tick cumulatives of the pair's deepest v3 pool: `secondsAgo` descending to 0; empty where there is no history. */
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
  }),
  executor: z.object({
    /** Wei. */
    balance: bigintFromDecimal,
    nonce: z.int(),
  }),
})
export type Snapshot = z.output<typeof snapshotSchema>
