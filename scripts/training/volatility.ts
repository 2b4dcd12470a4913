import type { LinearVolatility, VolatilityArtifact } from '../../models/artifacts.ts'
import { matrixOf, times } from '../../models/training/matrix.ts'
import { quantileOf, ridge, varianceOf } from '../../models/training/regression.ts'
import { linearFeatures, logWindows, measuredFeatures } from '../../models/volatility/features.ts'
import type { Sample } from './sample.ts'

/** Keeps the coefficients of hours that tell the same apart; against some sixty thousand samples it hardly shows. */
const penalty = 10
/** Of the samples, for each feature: where so few were, the model is not trusted as elsewhere. */
const rareShare = 0.001

/** HAR with hour of day, range and absolute variation by least squares of the log variance, over the samples of all assets together. */
export function fitLinear(samples: readonly Sample[], hours: number, withRange: boolean): LinearVolatility {
  const logs = samples.map(({ history }) => logWindows(history))
  const features = matrixOf(logs.map((log, index) => linearFeatures(log, withRange, samples[index]?.time ?? 0, hours)))
  const targets = Float64Array.from(samples, ({ realised }) => Math.log(realised))
  const coefficients = ridge(features, targets, penalty)
  const residuals = times(features, coefficients).map((fitted, row) => (targets[row] ?? 0) - fitted)
  const smearing = varianceOf(residuals) / 2
  const measured = logs.map((log) => measuredFeatures(log, withRange))
  const columns = measured[0]?.map((_, column) => measured.map((row) => row[column] ?? 0)) ?? []
  return {
    coefficients,
    smearing,
    residual: {
      low: quantileOf(residuals, 0.05) - smearing,
      high: quantileOf(residuals, 0.95) - smearing,
    },
    domain: {
      low: columns.map((values) => quantileOf(values, rareShare / 2)),
      high: columns.map((values) => quantileOf(values, 1 - rareShare / 2)),
    },
  }
}

/** The artifact without a network, from samples of candles and of the same markets' averages. */
export function fitVolatility(candles: readonly Sample[], pool: readonly Sample[], hours: number): VolatilityArtifact {
  return { hours, candles: fitLinear(candles, hours, true), pool: fitLinear(pool, hours, false), net: null }
}
