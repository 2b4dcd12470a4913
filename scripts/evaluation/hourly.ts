import { barSeconds } from '../../shared/schema/bars.ts'
import type { Asset } from '../training/asset.ts'

/** An asset by whole hours: what the classical models see. NaN where less than nine tenths of an hour is there. */
export interface Hourly {
  /** Start of the first hour. */
  from: number
  realised: Float64Array
  /** Parkinson's variance. */
  range: Float64Array
  /** Log return over the hour. */
  returns: Float64Array
}

export function hourlyOf(asset: Asset): Hourly {
  const from = Math.ceil(asset.from / 3600) * 3600
  const size = Math.floor((asset.to - from) / 3600)
  const sums = { realised: new Float64Array(size), range: new Float64Array(size), returns: new Float64Array(size) }
  const counts = new Float64Array(size)
  for (const { openTime, logReturn, range } of asset.candles.steps) {
    const hour = Math.floor((openTime - from) / 3600)
    if (hour < 0 || hour >= size) continue
    counts[hour] = (counts[hour] ?? 0) + 1
    sums.realised[hour] = (sums.realised[hour] ?? 0) + logReturn * logReturn
    sums.range[hour] = (sums.range[hour] ?? 0) + range
    sums.returns[hour] = (sums.returns[hour] ?? 0) + logReturn
  }
  const bars = 3600 / barSeconds
  for (const values of Object.values(sums)) {
    for (let hour = 0; hour < size; hour++) {
      if ((counts[hour] ?? 0) < 0.9 * bars) values[hour] = Number.NaN
    }
  }
  return { from, ...sums }
}

/** Mean of the `hours` values that end with index `last`; NaN where more than a tenth is missing. */
export function trailingMeans(values: Float64Array, hours: number): Float64Array {
  const means = new Float64Array(values.length).fill(Number.NaN)
  let [sum, count] = [0, 0]
  for (let last = 0; last < values.length; last++) {
    const entering = values[last] ?? Number.NaN
    const leaving = values[last - hours] ?? Number.NaN
    if (!Number.isNaN(entering)) [sum, count] = [sum + entering, count + 1]
    if (!Number.isNaN(leaving)) [sum, count] = [sum - leaving, count - 1]
    if (last + 1 >= hours && count >= 0.9 * hours) means[last] = sum / count
  }
  return means
}
