import { basename } from 'node:path'
import type { Bar } from '../../../models/market/bar.ts'
import { barSeconds } from '../../../shared/schema/bars.ts'
import { readCandles } from '../../data/candles.ts'
import type { Random } from '../../devnet/random.ts'
import { filesUnder, symbolOf, UnusableData } from '../../training/manifest.ts'

/** A week is the longest window; a stretch has a day and a half more, to be measured at many times. */
const stretchBars = 2016 + 432

/** The bars of every `SYMBOL_5m.csv[.xz]` under a folder. */
export async function readMarkets(folder: string, progress: (line: string) => void): Promise<Bar[][]> {
  const markets: Bar[][] = []
  for (const path of filesUnder(folder)) {
    if (symbolOf(path) === null) continue
    progress(`reading ${basename(path)}`)
    const bars = await readCandles(path)
    if (bars.length >= stretchBars) markets.push(bars)
  }
  if (markets.length === 0) {
    throw new UnusableData(`There is no SYMBOL_5m.csv or SYMBOL_5m.csv.xz of nine days or more under ${folder}.`)
  }
  return markets
}

/** Three markets of two months: volatility that comes and goes, and jumps; calm, usual and wild. */
export function syntheticMarkets(random: Random): Bar[][] {
  return [0.15, 0.6, 2.5].map((volatility) => walk(random, volatility, 60 * 288))
}

function walk(random: Random, annual: number, length: number): Bar[] {
  const deviation = annual / Math.sqrt(365 * 288)
  let [price, mood] = [100 + 3000 * random.uniform(), 0]
  return Array.from({ length }, (_, index) => {
    mood = 0.99 * mood + 0.1 * random.normal()
    const jump = random.uniform() < 0.001 ? 30 * random.normal() : 0
    const scale = deviation * Math.exp(mood)
    const open = price
    price = open * Math.exp(Math.max(-1, Math.min(1, scale * (random.normal() + jump))))
    const high = Math.max(open, price) * (1 + scale * Math.abs(random.normal()))
    const low = Math.min(open, price) / (1 + scale * Math.abs(random.normal()))
    return {
      openTime: 1_700_000_100 + index * barSeconds,
      open,
      high,
      low,
      close: price,
      volume: 500 * random.uniform(),
    }
  })
}

/** Some nine days of a market, from anywhere in it, in one of many conditions. */
export function stretchOf(market: readonly Bar[], random: Random): Bar[] {
  const first = Math.floor(random.uniform() * (market.length - stretchBars + 1))
  const bars = market.slice(first, first + stretchBars)
  const choice = random.uniform()
  const damage = damages[Math.floor(choice * 2 * damages.length)]
  return damage === undefined ? bars : damage(bars, random)
}

type Damage = (bars: Bar[], random: Random) => Bar[]

/** What happens to data: half of the stretches have one of these. */
const damages: readonly Damage[] = [
  // Single bars are missing.
  (bars, random) => bars.filter(() => random.uniform() > 0.03),
  // Hours are missing.
  (bars, random) => without(bars, random, 12 + 200 * random.uniform()),
  // The source stood still for hours: among those that are measured, or anywhere.
  (bars, random) => stuck(bars, random, bars.length - Math.floor(random.uniform() * 400)),
  (bars, random) => stuck(bars, random, Math.floor(random.uniform() * bars.length)),
  // Columns are swapped, prices are zero, or a unit changes.
  (bars, random) =>
    bars.map((bar) => {
      const kind = random.uniform()
      if (kind < 0.005) return { ...bar, high: bar.low, low: bar.high }
      if (kind < 0.01) return { ...bar, close: 0 }
      return kind < 0.015 ? { ...bar, close: bar.close * 100 } : bar
    }),
  // There is no volume.
  (bars) => bars.map((bar) => ({ ...bar, volume: null })),
  // It moves as no market ever did, or hardly at all.
  (bars) => bars.map((bar) => scaled(bar, 40)),
  (bars) => bars.map((bar) => scaled(bar, 1e-4)),
  // It has only just begun to be recorded.
  (bars, random) => bars.slice(-Math.floor(1 + 100 * random.uniform())),
]

function without(bars: readonly Bar[], random: Random, length: number): Bar[] {
  const from = Math.floor(random.uniform() * bars.length)
  return bars.filter((_, index) => index < from || index >= from + length)
}

function stuck(bars: readonly Bar[], random: Random, until: number): Bar[] {
  const from = Math.max(0, until - 8 - Math.floor(250 * random.uniform()))
  const price = bars[from]?.close ?? 1
  return bars.map((bar, index) =>
    index > from && index <= until ? { ...bar, open: price, high: price, low: price, close: price } : bar,
  )
}

/** The same bar, its moves times a factor, around one price. */
function scaled({ openTime, open, high, low, close, volume }: Bar, factor: number): Bar {
  const moved = (price: number | null) =>
    1000 * Math.exp(Math.max(-1, Math.min(1, factor * Math.log((price ?? open) / open))))
  return { openTime, open: 1000, high: moved(high), low: moved(low), close: moved(close), volume }
}
