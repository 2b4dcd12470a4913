import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { quantileOf } from '../../models/training/regression.ts'
import { barSeconds } from '../../shared/schema/bars.ts'
import type { Asset } from './asset.ts'
import { UnusableData } from './manifest.ts'

/** A v3 pool at the end of each block of a recorded span. */
export interface PoolPrices {
  firstBlock: number
  /** Usual seconds from one block to the next. */
  blockSeconds: number
  /** Of each block; of one without a swap, on the line between its neighbours: a slot may be missed. */
  times: Float64Array
  /** ln √price of token1 per token0, in units of the recorded Q96 number, at the end of each block from `firstBlock` on. */
  logSqrtPrices: Float64Array
  /** Of the last swap before each block's end. */
  liquidity: Float64Array
}

/** A pool that trades seldom lags behind its market, and says little of a few blocks. */
const leastCorrelation = 0.7
/** Seconds between blocks of a chain whose headers were written down to the second. */
const usualBlockSeconds = 12

/**
 * Block-end prices from a CSV of a pool's swaps (columns block, time, event, sqrtPriceX96, liquidity).
 *
 * @throws UnusableData where the file has no swaps
 */
export function readPoolPrices(path: string): PoolPrices {
  const bytes = readFileSync(path)
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  const rows: Record<string, string>[] = parse(text, { columns: true, skip_empty_lines: true })
  const swaps = rows.filter(({ event }) => event === 'SWAP')
  const [first, last] = [swaps[0], swaps.at(-1)]
  if (first === undefined || last === undefined) throw new UnusableData(`${path} has no swaps.`)
  const firstBlock = Number(first.block)
  const count = Number(last.block) - firstBlock + 1
  const times = new Float64Array(count).fill(Number.NaN)
  const logSqrtPrices = new Float64Array(count).fill(Number.NaN)
  const liquidity = new Float64Array(count).fill(Number.NaN)
  for (const swap of swaps) {
    logSqrtPrices[Number(swap.block) - firstBlock] = Math.log(Number(swap.sqrtPriceX96))
    liquidity[Number(swap.block) - firstBlock] = Number(swap.liquidity)
    times[Number(swap.block) - firstBlock] = secondsOf(swap.time ?? '')
  }
  interpolate(times)
  for (let index = 1; index < count; index++) {
    // A block without a swap leaves the pool as it was.
    if (Number.isNaN(logSqrtPrices[index] ?? 0)) {
      logSqrtPrices[index] = logSqrtPrices[index - 1] ?? 0
      liquidity[index] = liquidity[index - 1] ?? 0
    }
  }
  return { firstBlock, blockSeconds: usualBlockSeconds, times, logSqrtPrices, liquidity }
}

/** Fills each gap between two known values with the line between them. */
function interpolate(values: Float64Array): void {
  let known = 0
  for (const [index, value] of values.entries()) {
    if (Number.isNaN(value)) continue
    const [before, step] = [values[known] ?? value, (value - (values[known] ?? value)) / Math.max(1, index - known)]
    for (let between = known + 1; between < index; between++) values[between] = before + step * (between - known)
    known = index
  }
}

/** "2024-01-05 00:00:23" in UTC, or seconds. */
function secondsOf(time: string): number {
  return /^\d+$/.test(time) ? Number(time) : Date.parse(`${time.replace(' ', 'T')}Z`) / 1000
}

/** Log price at the end of block `index`. */
export function logPriceAt({ logSqrtPrices }: PoolPrices, index: number): number {
  return 2 * (logSqrtPrices[index] ?? Number.NaN)
}

/** The candle history that a pool moves with: which asset, and whether its price is the pool's or one over it. */
export interface Match {
  asset: Asset
  orientation: 1 | -1
  correlation: number
}

/** Finds the asset whose five-minute returns the pool's are, by correlation; null where none is close enough. */
export function matchAsset(pool: PoolPrices, assets: readonly Asset[]): Match | null {
  const bars = ownReturns(pool)
  let best: Match | null = null
  for (const asset of assets) {
    const pairs = bars
      .map(([time, own]): [number, number] => [asset.returnAfter(time), own])
      .filter(([market]) => Number.isFinite(market))
    const correlation = correlationOf(pairs)
    if (Math.abs(correlation) > Math.max(leastCorrelation, Math.abs(best?.correlation ?? 0))) {
      best = { asset, orientation: correlation > 0 ? 1 : -1, correlation }
    }
  }
  return best
}

/** The pool's log return over each whole bar of its span. */
function ownReturns(pool: PoolPrices): [openTime: number, logReturn: number][] {
  const ends = new Map<number, number>()
  for (const [index, time] of pool.times.entries()) ends.set(barOf(time), logPriceAt(pool, index))
  return [...ends].flatMap(([bar, price]) => {
    const before = ends.get(bar - barSeconds)
    return before === undefined ? [] : [[bar, price - before]]
  })
}

/** Start of the bar that a time lies in. */
export function barOf(time: number): number {
  return Math.floor(time / barSeconds) * barSeconds
}

function correlationOf(pairs: readonly [number, number][]): number {
  // Robust against a single wild bar: returns beyond the 1 % quantiles count as those.
  const bounded = [0, 1].map((side) => {
    const values = pairs.map((pair) => pair[side] ?? 0)
    const [low, high] = [quantileOf(values, 0.01), quantileOf(values, 0.99)]
    return values.map((value) => Math.min(Math.max(value, low), high))
  })
  const [a = [], b = []] = bounded
  const [meanA, meanB] = [a, b].map((values) => values.reduce((sum, value) => sum + value, 0) / values.length)
  let [products, squaresA, squaresB] = [0, 0, 0]
  for (const [index, value] of a.entries()) {
    const [x, y] = [value - (meanA ?? 0), (b[index] ?? 0) - (meanB ?? 0)]
    products += x * y
    squaresA += x * x
    squaresB += y * y
  }
  return pairs.length < 20 ? 0 : products / Math.sqrt(squaresA * squaresB)
}
