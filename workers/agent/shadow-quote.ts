import { z } from 'zod'
import {
  type Decision,
  type DecisionInput,
  type DriftForecast,
  driftForecastSchema,
  legSchema,
} from '../../shared/schema/decision.ts'
import { address, bigintFromDecimal, bytes32, timestamp } from '../../shared/schema/primitives.ts'
import { lifeBlocks } from './decide/bounds.ts'

/**
 * A plan as it was quoted at one block, to be quoted again at the end of an order's life: what the price has drifted until then,
 * whether or not anything was traded, is an outcome of the drift's forecast.
 */
export const shadowQuoteSchema = z.object({
  id: z.string(),
  sell: address,
  buy: address,
  blockNumber: bigintFromDecimal,
  blockHash: bytes32,
  /** Of that block. */
  madeAt: timestamp,
  legs: z.array(legSchema),
  /** Base units of `buy`. */
  expectedOut: bigintFromDecimal,
  drift: driftForecastSchema,
})
export type ShadowQuote = z.output<typeof shadowQuoteSchema>

/** Blocks after its own at which a shadow quote is quoted again: those of an order's life. */
export const shadowBlocks = 1 + lifeBlocks

/** What a tick forecast, for the ledger to remember until the outcome is known. */
export interface ForecastNote {
  /** Null where nothing was planned. */
  shadow: ShadowQuote | null
  /** Null where nothing is known of the market. */
  volatility: VolatilityNote | null
}

/** Annualised volatilities forecast for the next hour. */
export interface VolatilityNote {
  /** Whose bars will tell: see market-history.ts. */
  series: string
  madeAt: number
  champion: number
  challenger: number
}

/** The shadow of a plan, whatever became of it; null where there is none. */
export function shadowOf(
  id: string,
  { snapshot, mandate }: Pick<DecisionInput, 'snapshot' | 'mandate'>,
  { plan, drift }: Pick<Decision, 'plan'> & { drift: DriftForecast },
): ShadowQuote | null {
  if (plan === null || plan.expectedOut === 0n) return null
  const { blockNumber, blockHash, timestamp: madeAt } = snapshot
  const { sell, buy } = mandate
  const { legs, expectedOut } = plan
  return { id, sell, buy, blockNumber, blockHash, madeAt, legs, expectedOut, drift }
}
