import type { Bar } from '../../models/market/bar.ts'
import { barSeconds } from '../../shared/schema/bars.ts'

/** Seconds that the newest candle may be old: a source that stands still says nothing of now. */
const oldest = 3 * barSeconds
/** How far the newest close may be from the oracle's price, as a ratio. */
const farthest = 1.05
/** Bars that candles and pool must share where the pool has a history at all: an hour. */
const fewestShared = 12
/**
 * How far the returns over the shared bars may be apart: a pool follows its market within its fee, at most one per cent, and an
 * average over five minutes is not a price; in a market that runs, a quarter of the run.
 */
const tolerance = { always: 0.01, ofMove: 0.25 }

export interface CandleWitnesses {
  /** Chain time. */
  at: number
  /** Dollars for one token by the oracle; null where it says nothing. */
  oraclePrice: number | null
  /** What the pair's deepest pool shows of the last two hours, priced in the same token. */
  pool: readonly Bar[]
}

/** Why candles are not to be believed, as the end of a sentence; null where they agree with oracle and pool. */
export function complaintAbout(candles: readonly Bar[], { at, oraclePrice, pool }: CandleWitnesses): string | null {
  const newest = candles.at(-1)
  if (newest === undefined) return 'the candle source has none'
  if (newest.openTime + barSeconds < at - oldest) return 'the newest candle is old'
  if (oraclePrice !== null) {
    const ratio = newest.close / oraclePrice
    if (!(ratio < farthest && ratio * farthest > 1)) return 'the candles’ price is far from the oracle’s'
  }
  if (pool.length === 0) return null
  const byTime = new Map(candles.map((candle) => [candle.openTime, candle]))
  const shared = pool.flatMap((bar) => {
    const candle = byTime.get(bar.openTime)
    return candle === undefined ? [] : [{ candle: (candle.open + candle.close) / 2, pool: bar.close }]
  })
  const [first, last] = [shared[0], shared.at(-1)]
  if (first === undefined || last === undefined || shared.length < fewestShared) {
    return 'candles and pool have too few bars in common'
  }
  const [ofCandles, ofPool] = [last.candle / first.candle - 1, last.pool / first.pool - 1]
  const room = tolerance.always + tolerance.ofMove * Math.max(Math.abs(ofCandles), Math.abs(ofPool))
  return Math.abs(ofCandles - ofPool) <= room ? null : 'the candles do not move with the pool'
}
