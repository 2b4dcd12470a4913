import type { BaseFeeForecast, Forecast } from '../shared/schema/decision.ts'
import type { Snapshot } from '../shared/schema/snapshot.ts'

/**
 * Who made a forecast: `version` rises whenever the code changes so that the same input could give another one, and
 * `parameters` are all numbers it works with that somebody chose.
 */
export interface ForecasterIdentity {
  id: string
  version: number
  parameters: Readonly<Record<string, number>>
}

/**
 * Annualised volatility of the pair's log price, as a ratio (0.8 is 80 %). Pure: the same input gives the same bits. Never
 * fails: without enough history it gives a conservative prior and says so in `note`.
 */
export interface VolatilityForecaster extends ForecasterIdentity {
  forecast(history: Snapshot['history']): Forecast
}

export interface SlippageInput {
  /** Exact cost of the plan at the snapshot: shortfall below the oracle, fees and impact included. Basis points. */
  planShortfallBps: number
  volatility: Forecast
  /** Longest time until the order can be included. */
  secondsToInclusion: number
}

/**
 * Shortfall of the fill below the oracle in basis points: `value` is the median, `high` the 99 % quantile, `low` the 1 %
 * one. Fees and impact are computed and never forecast; what is forecast is the drift until inclusion. Pure.
 */
export interface SlippageForecaster extends ForecasterIdentity {
  forecast(input: SlippageInput): Forecast
}

/**
 * Quantiles of the base fee so many blocks after the snapshot's, one to ten, wei per gas. Pure: the same input gives the same
 * bits. Without enough history the upper quantiles are the most that EIP-1559 allows, and `note` says so.
 *
 * @throws RangeError for another number of blocks
 */
export interface GasForecaster extends ForecasterIdentity {
  forecast(
    fees: Pick<Snapshot['fees'], 'baseFeePerGas' | 'nextBaseFeePerGas' | 'recentBlocks'>,
    blocksAhead: number,
  ): BaseFeeForecast
}

/** How a forecast names its maker. */
export function modelName({ id, version }: Pick<ForecasterIdentity, 'id' | 'version'>): string {
  return `${id}@${version}`
}

/** A forecast that is no number, or whose interval does not hold it, must not decide anything. */
export function isUsable({ value, low, high }: Forecast): boolean {
  return Number.isFinite(value) && Number.isFinite(low) && Number.isFinite(high) && low <= value && value <= high
}
