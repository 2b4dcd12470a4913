import { gram, type Matrix, solve, times, weightedSum } from './matrix.ts'

/** Least squares with a penalty on large coefficients (Hoerl & Kennard 1970). */
export function ridge(features: Matrix, targets: Float64Array, penalty: number): number[] {
  return solve(gram(features), weightedSum(features, targets), penalty)
}

/**
 * Coefficients b for which exp(features · b) is the mean of positive targets, by minimising Σ (target ÷ mean + ln mean): a gamma
 * regression with a logarithmic link, by damped Newton steps.
 */
export function logMeanRegression(
  features: Matrix,
  targets: Float64Array,
  start: readonly number[],
  penalty: number,
): number[] {
  let coefficients = [...start]
  for (let iteration = 0; iteration < 50; iteration++) {
    const ratios = times(features, coefficients).map((mean, row) => (targets[row] ?? 0) * Math.exp(-mean))
    const gradient = weightedSum(
      features,
      ratios.map((ratio) => ratio - 1),
    ).map((sum, index) => sum - penalty * (coefficients[index] ?? 0))
    const curvature = gram(
      features,
      ratios.map((ratio) => Math.min(ratio, 50)),
    )
    const step = solve(curvature, gradient, penalty + 1e-6)
    const largest = largestOf(times(features, step))
    const damping = largest > 2 ? 2 / largest : 1
    coefficients = coefficients.map((value, index) => value + damping * (step[index] ?? 0))
    if (largestOf(Float64Array.from(step)) < 1e-7) break
  }
  return coefficients
}

/**
 * Linear quantile regression by majorisation and minimisation (Hunter & Lange 2000, "Quantile regression via an MM algorithm").
 *
 * @param level of the quantile, between 0 and 1
 */
export function quantileRegression(
  features: Matrix,
  targets: Float64Array,
  level: number,
  start: readonly number[],
): number[] {
  let coefficients = [...start]
  for (let iteration = 0; iteration < 60; iteration++) {
    const fitted = times(features, coefficients)
    const weights = fitted.map((value, row) => 1 / (Math.abs((targets[row] ?? 0) - value) + 1e-3))
    const factors = weights.map((weight, row) => weight * (targets[row] ?? 0) + (2 * level - 1))
    coefficients = solve(gram(features, weights), weightedSum(features, factors), 1e-4)
  }
  return coefficients
}

/** The empirical quantile of the values, by linear interpolation; NaN of none. */
export function quantileOf(values: Iterable<number>, level: number): number {
  const sorted = Float64Array.from(values).sort()
  const position = (sorted.length - 1) * level
  const below = Math.floor(position)
  const [low = Number.NaN, high = low] = [sorted[below], sorted[below + 1]]
  return low + (high - low) * (position - below)
}

export function meanOf(values: ArrayLike<number>): number {
  let sum = 0
  for (let index = 0; index < values.length; index++) sum += values[index] ?? 0
  return sum / values.length
}

export function varianceOf(values: ArrayLike<number>): number {
  const mean = meanOf(values)
  let sum = 0
  for (let index = 0; index < values.length; index++) sum += ((values[index] ?? 0) - mean) ** 2
  return sum / values.length
}

function largestOf(values: Float64Array): number {
  return values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)
}
