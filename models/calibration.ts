import type { CalibrationState } from '../shared/schema/calibration.ts'
import { exponential } from './deterministic-math.ts'
import { quantileLevels } from './slippage/drift.ts'

/** Fewer outcomes than this say nothing about a rare quantile: nothing is corrected before. */
export const fewestOutcomes = 200
/** How far one miss moves the logarithm of a quantile, by level. */
const rates = [0, 0.01, 0.02] as const
/** The correction stays within a factor of three either way. */
const largestCorrection = 1.0986

/** Before any outcome. */
export function uncalibrated(): CalibrationState {
  return { outcomes: 0, corrections: quantileLevels.map(() => 0), misses: quantileLevels.map(() => 0) }
}

/**
 * One outcome more: adaptive conformal inference (Gibbs & Candès 2021, "Adaptive conformal inference under distribution
 * shift"), on the logarithm of the quantile. A miss widens by its rate times the level, a hit narrows by the little that balances it in
 * the long run.
 *
 * @param quantiles as forecast then and corrected by the state of that time, basis points
 * @param drift what came, basis points
 */
export function learn(state: CalibrationState, quantiles: readonly number[], drift: number): CalibrationState {
  if (!Number.isFinite(drift) || quantiles.length !== quantileLevels.length || !quantiles.every(Number.isFinite)) {
    return state
  }
  const missed = quantiles.map((quantile) => drift > quantile)
  const outcomes = state.outcomes + 1
  const isThin = outcomes <= fewestOutcomes
  return {
    outcomes,
    misses: state.misses.map((count, index) => count + (missed[index] === true ? 1 : 0)),
    corrections: state.corrections.map((correction, index) => {
      if (isThin) return correction
      const step = (missed[index] === true ? 1 : 0) - (1 - (quantileLevels[index] ?? 1))
      return bounded(correction + (rates[index] ?? 0) * step)
    }),
  }
}

/**
 * Quantiles corrected by what outcomes taught, within the bounds whatever the state says; the median stays, and a quantile that
 * helps the trade is left alone.
 */
export function calibrated(state: CalibrationState, quantiles: readonly number[]): number[] {
  let floor = Number.NEGATIVE_INFINITY
  return quantiles.map((quantile, index) => {
    const corrected = quantile > 0 ? quantile * exponential(bounded(state.corrections[index] ?? 0)) : quantile
    floor = Math.max(floor, corrected)
    return floor
  })
}

function bounded(correction: number): number {
  return Math.min(Math.max(correction, -largestCorrection), largestCorrection)
}
