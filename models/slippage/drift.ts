import type { Artifacts, SlippageArtifact } from '../artifacts.ts'
import { exponential, logarithm } from '../deterministic-math.ts'
import { dot } from '../evaluator.ts'
import type { DriftInput, SlippageForecaster } from '../forecaster.ts'
import { hoursPerYear } from '../volatility/annual.ts'
import { isComplete } from '../volatility/complete.ts'
import { logWindows } from '../volatility/features.ts'
import { isStuck } from '../volatility/stuck.ts'
import { cautiousVolatility } from './doubt.ts'
import { squareRootSlippage } from './square-root.ts'

/** Features beyond these bounds say no more. */
const largestActivity = 4
const largestMomentum = 6

/** The levels of the quantiles that are forecast. */
export const quantileLevels = [0.5, 0.9, 0.99] as const

/**
 * Linear quantiles of the drift, on the scale of the volatility in use; the square-root law without enough history, and where the
 * price stands still: the activity that the linear ones ask for is then that of its source.
 */
export function driftSlippage({ slippage: artifact }: Artifacts): SlippageForecaster {
  return {
    id: 'slippage/linear-quantiles',
    version: 1,
    parameters: {},
    quantiles(input) {
      if (!isComplete(input.history) || isStuck(input.history)) return squareRootSlippage.quantiles(input)
      return driftQuantiles(artifact, {
        ...input,
        logVariance: hourlyLogVariance(cautiousVolatility(input.volatility)),
      })
    },
  }
}

/** What the drift depends on. */
export interface DriftFeatures extends Pick<DriftInput, 'history' | 'side'> {
  /** ln of the realised variance forecast for the next hour. */
  logVariance: number
}

/** ln of the hour's variance of an annualised volatility. */
function hourlyLogVariance(volatility: number): number {
  return logarithm((volatility * volatility) / hoursPerYear)
}

/**
 * Linear quantile regression (Koenker & Bassett 1978) of the drift between quote and inclusion, on the scale of volatility.
 * Basis points, in the order of {@link quantileLevels}.
 */
export function driftQuantiles(artifact: SlippageArtifact, input: DriftFeatures & { seconds: number }): number[] {
  const { activity, momentum } = driftFeatures(input)
  const scale = driftScale(artifact, input.logVariance, activity, input.seconds)
  const shares = sharesAt(artifact, input.seconds)
  const features = [1, ...activity, momentum, Math.abs(momentum)]
  let floor = Number.NEGATIVE_INFINITY
  return artifact.quantiles.map(({ coefficients }, index) => {
    floor = Math.max(floor, scale * dot(features, coefficients) * (shares[index] ?? 1))
    return floor
  })
}

/** Typical size of the drift: volatility over the latency, times what recent activity makes of it. Basis points. */
export function driftScale(
  { scale }: Pick<SlippageArtifact, 'scale'>,
  logVariance: number,
  activity: readonly number[],
  seconds: number,
): number {
  const volatility = Math.sqrt((exponential(logVariance) * seconds) / 3600)
  return volatility * exponential(dot([1, ...activity], scale)) * 10_000
}

/** Activity of the last minutes beside the hour's forecast, and the last ten minutes' return in the direction against the trade. */
export function driftFeatures({ history, logVariance, side }: DriftFeatures) {
  const { realised, absolute } = logWindows(history)
  const activity = [absolute[0], realised[0], absolute[1], absolute[2], realised[3]].map((value) => {
    const difference = (value ?? logVariance) - logVariance
    return Math.min(Math.max(difference, -largestActivity), largestActivity)
  })
  const { logReturn = 0, bars = 2 } = history.windows[0] ?? {}
  const usual = Math.sqrt((exponential(logVariance) * bars) / 12)
  const momentum = Math.min(Math.max((side * logReturn) / usual, -largestMomentum), largestMomentum)
  return { activity, momentum }
}

/** The shares of a latency: between two that were measured, on the line between them; beyond, those of the nearest. */
function sharesAt({ latency }: SlippageArtifact, seconds: number): readonly number[] {
  const after = latency.findIndex((entry) => entry.seconds >= seconds)
  const upper = latency[after]
  const lower = latency[after - 1]
  if (upper === undefined) return latency.at(-1)?.shares ?? []
  if (lower === undefined) return upper.shares
  const weight = (seconds - lower.seconds) / (upper.seconds - lower.seconds)
  return upper.shares.map((share, index) => share * weight + (lower.shares[index] ?? share) * (1 - weight))
}
