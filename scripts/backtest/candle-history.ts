import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Bar } from '../../models/market/bar.ts'
import { screenBars } from '../../models/market/screen.ts'
import { barSeconds } from '../../shared/schema/bars.ts'
import { readCandles, UnreadableCandles } from '../data/candles.ts'
import { BacktestError } from './backtest-error.ts'

/** A candle that has all its numbers. */
export interface Candle extends Bar {
  high: number
  low: number
}

/** Candles of one symbol, oldest first; what was wrong with a file is left out and counted. */
export class CandleHistory {
  readonly symbol: string
  readonly candles: readonly Candle[]
  /** Bars left out. */
  readonly leftOut: number
  readonly #indexOf: ReadonlyMap<number, number>

  constructor(symbol: string, bars: readonly Bar[]) {
    const { bars: screened } = screenBars(bars)
    const candles = screened.filter((bar): bar is Candle => bar.high !== null && bar.low !== null)
    this.symbol = symbol
    this.candles = candles
    this.leftOut = bars.length - candles.length
    this.#indexOf = new Map(candles.map(({ openTime }, index) => [openTime, index]))
  }

  /** The candles that open in [from, to), both multiples of five minutes; null where one of them is missing. */
  whole(from: number, to: number): readonly Candle[] | null {
    const first = this.#indexOf.get(from)
    const count = (to - from) / barSeconds
    if (first === undefined) return null
    const found = this.candles.slice(first, first + count)
    const last = found.at(-1)
    return found.length === count && last?.openTime === to - barSeconds ? found : null
  }

  /** The candles that open at `from` or later and had closed by `at`: all that anybody knew then. */
  known(from: number, at: number): readonly Candle[] {
    return this.candles.slice(this.#firstFrom(from), this.#firstFrom(at - barSeconds + 1))
  }

  /** Index of the first candle that opens at `time` or later. */
  #firstFrom(time: number): number {
    let [low, high] = [0, this.candles.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.candles[middle]?.openTime ?? 0) < time) low = middle + 1
      else high = middle
    }
    return low
  }
}

/**
 * Reads SYMBOL_5m.csv or SYMBOL_5m.csv.xz of a folder.
 *
 * @throws BacktestError where there is none, or nothing in it can be used
 */
export async function readHistory(folder: string, symbol: string): Promise<CandleHistory> {
  const names = [`${symbol}_5m.csv`, `${symbol}_5m.csv.xz`]
  const file = names.map((name) => join(folder, name)).find((path) => existsSync(path))
  if (file === undefined) throw new BacktestError(`${folder} has neither ${names.join(' nor ')}.`)
  try {
    const history = new CandleHistory(symbol, await readCandles(file))
    if (history.candles.length > 0) return history
    throw new BacktestError(`${file} holds no candle that could be one: its numbers contradict each other.`)
  } catch (error) {
    if (error instanceof UnreadableCandles) throw new BacktestError(error.message)
    throw error
  }
}
