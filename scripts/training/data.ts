import { basename } from 'node:path'
import { readCandles } from '../data/candles.ts'
import { type Asset, assetOf } from './asset.ts'
import { candleEntry, type FileEntry, filesUnder, isSwaps, sha256Of, symbolOf, UnusableData } from './manifest.ts'
import { type Match, matchAsset, type PoolPrices, readPoolPrices } from './pool-prices.ts'

/** Everything a folder holds to train and test on. */
export interface TrainingData {
  assets: Asset[]
  pools: { name: string; prices: PoolPrices; match: Match }[]
  entries: FileEntry[]
}

/** A pool needs this many blocks to say anything of rare drifts. */
const fewestBlocks = 5_000

/**
 * Reads every `SYMBOL_5m.csv[.xz]` under a folder, and every recorded pool whose market is among them.
 *
 * @throws UnusableData without any candles
 */
export async function readTrainingData(folder: string, progress: (line: string) => void): Promise<TrainingData> {
  const data: TrainingData = { assets: [], pools: [], entries: [] }
  const files = filesUnder(folder)
  for (const path of files) {
    const symbol = symbolOf(path)
    if (symbol === null) continue
    if (data.assets.some((asset) => asset.symbol === symbol)) {
      throw new UnusableData(`There are two files of ${symbol} under ${folder}.`)
    }
    progress(`reading ${basename(path)}`)
    const bars = await readCandles(path)
    data.entries.push(await candleEntry(path, bars))
    data.assets.push(assetOf(symbol, bars))
  }
  if (data.assets.length === 0) throw new UnusableData(`There is no SYMBOL_5m.csv or SYMBOL_5m.csv.xz under ${folder}.`)
  for (const path of files.filter(isSwaps)) {
    const prices = readPoolPrices(path)
    const match = matchAsset(prices, data.assets)
    const blocks = prices.logSqrtPrices.length
    if (match === null || blocks < fewestBlocks) {
      progress(`${basename(path)} is left out: ${match === null ? 'no candles move with it' : `only ${blocks} blocks`}`)
      continue
    }
    data.entries.push(await swapsEntry(path, prices))
    data.pools.push({ name: basename(path), prices, match })
  }
  return data
}

async function swapsEntry(path: string, { times, logSqrtPrices }: PoolPrices): Promise<FileEntry> {
  const [from = 0, to = 0] = [times[0], times.at(-1)]
  const sha256 = await sha256Of(path)
  return { name: basename(path), kind: 'swaps', sha256, rows: logSqrtPrices.length, from, to, gaps: [], discarded: {} }
}
