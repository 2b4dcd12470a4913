import { z } from 'zod'
import { address, bigintFromDecimal, bytes32, signedBigintFromDecimal } from './primitives.ts'

// Amounts and reserves are base units; fees are pips, hundredths of a basis point; √prices are Q64.96 of token1 per token0.

const feePips = z.int().min(0).max(999_999)
const tokens = { token0: address, token1: address }

/** Constant-product pair. */
export const v2PoolSchema = z.object({
  venue: z.literal('UniswapV2'),
  pool: address,
  ...tokens,
  feePips,
  reserve0: bigintFromDecimal,
  reserve1: bigintFromDecimal,
})

export const initialisedTickSchema = z.object({ index: z.int(), liquidityNet: signedBigintFromDecimal })
export type InitialisedTick = z.output<typeof initialisedTickSchema>

const concentrated = {
  ...tokens,
  feePips,
  tickSpacing: z.int().min(1),
  sqrtPriceX96: bigintFromDecimal,
  tick: z.int(),
  liquidity: bigintFromDecimal,
  /** The ticks are complete within [tickLower, tickUpper], and ascend. */
  tickLower: z.int(),
  tickUpper: z.int(),
  ticks: z.array(initialisedTickSchema),
}

/** Concentrated liquidity in a contract of its own. */
export const v3PoolSchema = z.object({ venue: z.literal('UniswapV3'), pool: address, ...concentrated })

/** Concentrated liquidity in the manager of all v4 pools. Only pools whose hooks touch no swap and whose fee is static. */
export const v4PoolSchema = z.object({
  venue: z.literal('UniswapV4'),
  /** The PoolManager. */
  pool: address,
  /** keccak256 of the pool's key. */
  id: bytes32,
  hooks: address,
  /** What the protocol takes beside `feePips`, by direction: when token0 is sold and when token1 is. */
  protocolFeePips: z.object({ zeroForOne: z.int().min(0).max(1000), oneForZero: z.int().min(0).max(1000) }),
  ...concentrated,
})

/** Pools that the vault's router trades with. */
export const poolSchema = z.discriminatedUnion('venue', [v2PoolSchema, v3PoolSchema, v4PoolSchema])

export type V2Pool = z.output<typeof v2PoolSchema>
export type V3Pool = z.output<typeof v3PoolSchema>
export type V4Pool = z.output<typeof v4PoolSchema>
export type Pool = z.output<typeof poolSchema>
export type ConcentratedPool = V3Pool | V4Pool

/**
 * Curve's StableSwap of two to eight tokens (Egorov 2019, "StableSwap: efficient mechanism for stablecoin liquidity"), as the
 * 3pool and the pool templates after it have it. Pools with a dynamic fee (StableSwap-NG) are not these.
 */
export const stablePoolSchema = z.object({
  venue: z.literal('StableSwap'),
  pool: address,
  tokens: z.array(address).min(2).max(8),
  /** What the pool counts as its own, in the order of `tokens`. */
  balances: z.array(bigintFromDecimal),
  /** Per token: what one base unit counts, with 18 decimals, in the pool's own unit of 18 decimals. */
  rates: z.array(bigintFromDecimal),
  /** A, times `amplificationPrecision`: 1 in the 3pool, 100 in the templates after it. */
  amplification: bigintFromDecimal,
  amplificationPrecision: bigintFromDecimal,
  /** Of the output, in parts of 10^10. */
  fee: bigintFromDecimal,
  /** The administrator's share of the fee, in parts of 10^10. */
  adminFee: bigintFromDecimal,
})
export type StablePool = z.output<typeof stablePoolSchema>

/** Everything the solver prices; the vault's router knows the first three venues. */
export type RoutablePool = Pool | StablePool
