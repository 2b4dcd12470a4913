import { z } from 'zod'
import { address, basisPoints, bigintFromDecimal, bytes32, timestamp } from './primitives.ts'

/** Never publish an unsent order, or allow a public last step. Only the first exists today. */
const publicPolicy = z.enum(['never-public'])

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
  orderflow: publicPolicy,
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

export const strategyConfigurationSchema = z.discriminatedUnion('kind', [twapSchema, dcaSchema])
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
