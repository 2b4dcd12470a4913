import { z } from 'zod'
import { relayNames } from '../chain/relays.ts'
import { address, basisPoints, bigintFromDecimal, bytes32, timestamp } from './primitives.ts'

/**
 * Where orders may go. never-public: to relays and nowhere else. publicLastStep: after an attempt that no block held, one
 * through the public pool, by a tighter bound.
 */
const orderflow = z.union([
  z.literal('never-public'),
  z.strictObject({
    publicLastStep: z.strictObject({
      /** Largest shortfall below the oracle of an order that goes through the public pool. */
      slippageBps: basisPoints.refine((bps) => bps > 0, 'zero would forbid every trade'),
    }),
  }),
])

/** What every strategy has. `configurationHash` covers all of it, so the mandate commits to it. */
const common = {
  sell: address,
  buy: address,
  /** Sum of all slices, base units of `sell`. */
  total: bigintFromDecimal,
  /** Largest slice, base units of `sell`. */
  maximumSlice: bigintFromDecimal,
  start: timestamp,
  /** Seconds between slices; at least one minute, the cron's grain. */
  intervalSeconds: z.int().min(60).max(31_536_000),
  /** Largest shortfall below the oracle. */
  slippageBps: basisPoints.refine((bps) => bps > 0, 'zero would forbid every trade'),
  /** Base units of `buy` per base unit of `sell`, times 1e36; the mandate's hard floor. */
  worstPrice: bigintFromDecimal,
  orderflow,
  /** The relays that may be given orders of this strategy; absent: every relay the agent is configured with. */
  relays: z.array(z.enum(relayNames)).min(1).optional(),
  /** Wei per gas that a transaction of this strategy pays at most while it can trade; absent: what the chain's definition says. */
  maximumFeePerGas: bigintFromDecimal.optional(),
}

/** Equal slices over a fixed schedule, catching up what earlier slices left. */
const twapSchema = z.strictObject({
  kind: z.literal('twap'),
  ...common,
  slices: z.int().min(1).max(10_000),
})

/** The same amount every interval until the total is filled; a missed slice is not caught up. */
const dcaSchema = z.strictObject({
  kind: z.literal('dca'),
  ...common,
  /** Base units of `sell` per slice. */
  amountPerSlice: bigintFromDecimal,
})

/** Follows the day's usual volume: after each slice as much is sold as the profile's volume has passed. */
const vwapSchema = z.strictObject({
  kind: z.literal('vwap'),
  ...common,
  slices: z.int().min(1).max(10_000),
  /** Volume to be expected in each hour of the day, UTC, from midnight on; only their proportions matter. */
  hourWeights: z
    .array(z.int().min(0).max(1_000_000))
    .length(24)
    .refine((weights) => weights.some((weight) => weight > 0), 'some hour must have a volume'),
})

/** Percentage of volume: a share of what the market turned over in each interval, until the total is filled. */
const povSchema = z.strictObject({
  kind: z.literal('pov'),
  ...common,
  /** Intervals the mandate lasts; the total may be filled before, and what the market leaves unfilled stays unsold. */
  slices: z.int().min(1).max(10_000),
  /** Share of the market's turnover. */
  participationBps: basisPoints.refine((bps) => bps > 0, 'zero would sell nothing'),
})

/** Almgren & Chriss (2000): sells faster at first, so that less of the total is exposed to the market's moves. */
const almgrenChrissSchema = z.strictObject({
  kind: z.literal('almgren-chriss'),
  ...common,
  slices: z.int().min(1).max(10_000),
  /**
   * κT, in millionths: how many times over the whole schedule the unsold part would shrink by the factor e, were it never to
   * end. 0 sells evenly, 3,000,000 sells nearly all in the first half; κ = √(λσ²/η) in the paper's terms.
   */
  urgencyMillionths: z.int().min(0).max(20_000_000),
})

export const strategyConfigurationSchema = z.discriminatedUnion('kind', [
  twapSchema,
  dcaSchema,
  vwapSchema,
  povSchema,
  almgrenChrissSchema,
])
export type StrategyConfiguration = z.output<typeof strategyConfigurationSchema>
export type StrategyConfigurationJson = z.input<typeof strategyConfigurationSchema>

/** draft: no mandate on chain yet. latched: stopped after repeated failures until a person re-enables it. */
export const strategyStatus = z.enum(['draft', 'active', 'filled', 'ended', 'closed', 'latched'])
export type StrategyStatus = z.infer<typeof strategyStatus>

/** One strategy as the agent sees it. */
export const strategySchema = z.object({
  id: bytes32,
  vault: address,
  chainId: z.int().positive(),
  configuration: strategyConfigurationSchema,
  configurationHash: bytes32,
  status: strategyStatus,
  paused: z.boolean(),
})
export type Strategy = z.output<typeof strategySchema>
