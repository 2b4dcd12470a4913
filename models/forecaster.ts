import type { BaseFeeForecast, Forecast } from '../shared/schema/decision.ts'
import type { PriceHistory } from '../shared/schema/price-history.ts'
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

/** Hours ahead that a volatility is forecast for. */
export const horizons = [1, 24] as const
export type Horizon = (typeof horizons)[number]

/**
 * Annualised volatility of the pair's log price over the next hours, as a ratio (0.8 is 80 %), with an interval that holds 90 %
 * of outcomes. Pure: the same input gives the same bits. Never fails: the less is known, the wider the interval, and `note` says
 * why.
 *
 * @param from start of the forecast, seconds: the time of the decision
 */
export interface VolatilityForecaster extends ForecasterIdentity {
  forecast(history: PriceHistory, from: number, hours: Horizon): Forecast
}

export interface DriftInput {
  history: PriceHistory
  /** Over the next hour. */
  volatility: Forecast
  /** 1 where a rising price of the history is against the trade (it buys the base asset), −1 where a falling one is. */
  side: 1 | -1
  /** From the quote to the inclusion. */
  seconds: number
}

/**
 * Quantiles of how far the price drifts against the trade until it is included: basis points, one per level of
 * `quantileLevels`, never descending. Fees and impact are computed from the pools and are no part of it. Pure.
 */
export interface SlippageForecaster extends ForecasterIdentity {
  quantiles(input: DriftInput): number[]
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
