/** What a column of figures comes to. */
export interface Spread {
  count: number
  p50: number
  p95: number
  max: number
}

/** The smallest value that at least this share of the values does not exceed (nearest rank); NaN for an empty list. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.max(Math.ceil(share * sorted.length) - 1, 0)] ?? Number.NaN
}

/** Percentiles and the maximum; null where there is nothing to tell. */
export function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null
  return {
    count: values.length,
    p50: percentile(values, 0.5),
    p95: percentile(values, 0.95),
    max: percentile(values, 1),
  }
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** How far `value` is below `bound`, basis points of the bound; negative above it. */
export function shortfallBps(bound: bigint, value: bigint): number {
  return bound === 0n ? 0 : Number(((bound - value) * 10n ** 14n) / bound) / 1e10
}
