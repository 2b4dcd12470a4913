/** A mean with its standard error: the deviation of the sample by the root of its size. */
export interface Estimate {
  mean: number
  /** Null for fewer than two values: one path says nothing of how sure it is. */
  standardError: number | null
}

/** @throws RangeError without a value */
export function estimate(values: readonly number[]): Estimate {
  const spread = deviation(values)
  return { mean: meanOf(values), standardError: spread === null ? null : spread / Math.sqrt(values.length) }
}

/** Of the sample; null for fewer than two values. */
export function deviation(values: readonly number[]): number | null {
  if (values.length < 2) return null
  const mean = meanOf(values)
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return Math.sqrt(squares / (values.length - 1))
}

/** @throws RangeError without a value */
function meanOf(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('A mean needs a value.')
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** How much one list is above another, pair by pair. */
export function pairedDifference(values: readonly number[], others: readonly number[]): Estimate {
  if (values.length !== others.length) throw new RangeError('Pairs need lists of one length.')
  return estimate(values.map((value, index) => value - (others[index] ?? Number.NaN)))
}
