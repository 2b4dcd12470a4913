import type { Bar } from '../../models/market/bar.ts'
import { type Series, seriesOf } from '../../models/market/measure.ts'
import { barSeconds } from '../../shared/schema/bars.ts'

/** One market's history, ready to be trained and tested on. */
export interface Asset {
  symbol: string
  /** As they were read. */
  bars: readonly Bar[]
  candles: Series
  /** The same market as a pool's averages would show it. */
  pool: Series
  /** Start of the first bar and end of the last, seconds. */
  from: number
  to: number
  /** Realised variance of the log price over `hours` after a time; NaN where less than nine tenths of the bars are there. */
  realisedAfter(time: number, hours: number): number
  /** Log return of the bar that opens at a time; NaN without it, or without the one before. */
  returnAfter(time: number): number
}

/** Share of a window's bars that must be there for its realised variance to count. */
const fewestPresent = 0.9

export function assetOf(symbol: string, bars: readonly Bar[]): Asset {
  const candles = seriesOf(bars, 'candles')
  const from = candles.steps[0]?.openTime ?? 0
  const to = (candles.steps.at(-1)?.openTime ?? 0) + barSeconds
  const size = (to - from) / barSeconds
  const returns = new Float64Array(size).fill(Number.NaN)
  for (const { openTime, logReturn } of candles.steps) returns[(openTime - from) / barSeconds] = logReturn
  const squares = new Float64Array(size + 1)
  const counts = new Float64Array(size + 1)
  for (let index = 0; index < size; index++) {
    const value = returns[index] ?? Number.NaN
    squares[index + 1] = (squares[index] ?? 0) + (Number.isNaN(value) ? 0 : value * value)
    counts[index + 1] = (counts[index] ?? 0) + (Number.isNaN(value) ? 0 : 1)
  }
  return {
    symbol,
    bars,
    candles,
    pool: seriesOf(bars.map(averaged), 'pool'),
    from,
    to,
    realisedAfter(time, hours) {
      const start = (time - from) / barSeconds
      const length = (hours * 3600) / barSeconds
      const count = (counts[start + length] ?? Number.NaN) - (counts[start] ?? Number.NaN)
      const sum = (squares[start + length] ?? Number.NaN) - (squares[start] ?? Number.NaN)
      return count >= fewestPresent * length ? (sum / count) * length : Number.NaN
    },
    returnAfter(time) {
      const index = (time - from) / barSeconds
      const known = index > 0 && !Number.isNaN(returns[index - 1] ?? Number.NaN)
      return known ? (returns[index] ?? Number.NaN) : Number.NaN
    },
  }
}

/**
 * (1 + √⅓)/2: open plus this much of the way to the close moves from bar to bar with two thirds of the price's variance and one
 * sixth of it as covariance, as averages over the bars of a Brownian motion do.
 */
const averageWeight = 0.788675134594813

/** A price that moves as the time-weighted average over the bar does. */
export function averaged({ openTime, open, close }: Bar): Bar {
  const average = open + averageWeight * (close - open)
  return { openTime, open: average, high: null, low: null, close: average, volume: null }
}

/** Times from `first` to before `last`, every so many seconds. */
export function timesBetween(first: number, last: number, every: number): number[] {
  const start = Math.ceil(first / every) * every
  return Array.from({ length: Math.max(0, Math.ceil((last - start) / every)) }, (_, index) => start + index * every)
}

/** What is trained on ends here; what follows is tested on. */
export function splitOf({ from, to }: Asset, trainShare: number): number {
  return Math.floor((from + trainShare * (to - from)) / 3600) * 3600
}
