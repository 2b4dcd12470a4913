import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { quantileOf } from '../../models/training/regression.ts'
import { barSeconds } from '../../shared/schema/price-history.ts'
import type { Asset } from './asset.ts'

/** A v3 pool at the end of each block of a recorded span. */
export interface PoolPrices {
  firstBlock: number
  /** Time of the first block, seconds. */
  from: number
  blockSeconds: number
  /** ln √price of token1 per token0, in units of the recorded Q96 number, at the end of each block from `firstBlock` on. */
  logSqrtPrices: Float64Array
  /** Of the last swap before each block's end. */
  liquidity: Float64Array
}

/** Seconds between blocks of a chain whose headers were written down to the second. */
const usualBlockSeconds = 12

/**
 * Block-end prices from a CSV of a pool's swaps (columns block, time, event, sqrtPriceX96, liquidity).
 *
 * @throws RangeError with a sentence where the file has no swaps
 */
export function readPoolPrices(path: string): PoolPrices {
  const bytes = readFileSync(path)
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  const rows: Record<string, string>[] = parse(text, { columns: true, skip_empty_lines: true })
  const swaps = rows.filter(({ event }) => event === 'SWAP')
  const [first, last] = [swaps[0], swaps.at(-1)]
  if (first === undefined || last === undefined) throw new RangeError(`${path} has no swaps.`)
  const firstBlock = Number(first.block)
  const count = Number(last.block) - firstBlock + 1
  const logSqrtPrices = new Float64Array(count).fill(Number.NaN)
  const liquidity = new Float64Array(count).fill(Number.NaN)
  for (const swap of swaps) {
    logSqrtPrices[Number(swap.block) - firstBlock] = Math.log(Number(swap.sqrtPriceX96))
    liquidity[Number(swap.block) - firstBlock] = Number(swap.liquidity)
  }
  for (let index = 1; index < count; index++) {
    // A block without a swap leaves the pool as it was.
    if (Number.isNaN(logSqrtPrices[index] ?? 0)) {
      logSqrtPrices[index] = logSqrtPrices[index - 1] ?? 0
      liquidity[index] = liquidity[index - 1] ?? 0
    }
  }
  return { firstBlock, from: secondsOf(first.time ?? ''), blockSeconds: usualBlockSeconds, logSqrtPrices, liquidity }
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

/** Finds the asset whose five-minute returns the pool's are, by correlation; null where none is above one half. */
export function matchAsset(pool: PoolPrices, assets: readonly Asset[]): Match | null {
  const blocks = Math.round(barSeconds / pool.blockSeconds)
  let best: Match | null = null
  for (const asset of assets) {
    const pairs: [number, number][] = []
    for (let index = 0; index + blocks < pool.logSqrtPrices.length; index += blocks) {
      const time = pool.from + index * pool.blockSeconds
      const market = asset.returnAfter(time - (time % barSeconds))
      const own = logPriceAt(pool, index + blocks) - logPriceAt(pool, index)
      if (Number.isFinite(market) && Number.isFinite(own)) pairs.push([market, own])
    }
    const correlation = correlationOf(pairs)
    if (Math.abs(correlation) > Math.max(0.5, Math.abs(best?.correlation ?? 0))) {
      best = { asset, orientation: correlation > 0 ? 1 : -1, correlation }
    }
  }
  return best
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
