import { barSeconds } from '../../shared/schema/bars.ts'
import { seededRandom } from '../devnet/random.ts'
import type { Candle } from './candle-history.ts'

/** Parkinson 1980: the mean squared log range of a Brownian motion is this times its variance. */
const parkinson = 4 * Math.LN2

/** A price at every block of a span, USD of one base token, with the mean log price between any two of them. */
export class MarketPath {
  readonly from: number
  readonly to: number
  readonly #step: number
  readonly #logs: Float64Array
  readonly #sums: Float64Array

  constructor(from: number, step: number, logs: Float64Array) {
    this.from = from
    this.to = from + (logs.length - 1) * step
    this.#step = step
    this.#logs = logs
    this.#sums = new Float64Array(logs.length)
    for (let index = 1; index < logs.length; index++) {
      this.#sums[index] = (this.#sums[index - 1] ?? 0) + (logs[index - 1] ?? 0)
    }
  }

  /** At the newest block at or before `time`. */
  price(time: number): number {
    return Math.exp(this.#logs[this.#at(time)] ?? Number.NaN)
  }

  /** Sum of log price times seconds from the beginning to `time`: what a pool's oracle adds up. */
  cumulative(time: number): number {
    return (this.#sums[this.#at(time)] ?? Number.NaN) * this.#step
  }

  #at(time: number): number {
    if (time < this.from || time > this.to) throw new RangeError(`The path knows nothing of ${time}.`)
    return Math.floor((time - this.from) / this.#step)
  }
}

/**
 * A path through candles that follow one another: at the end of each it stands at its close, in between it touches its high
 * and its low at times drawn at random, and moves between those as a Brownian bridge that stays within them. What it does
 * until the end of a candle depends on no later one.
 *
 * @param step seconds between blocks; divides a candle
 */
export function pathThrough(candles: readonly Candle[], step: number, seed: string): MarketPath {
  const [first] = candles
  if (first === undefined) throw new RangeError('A path needs a candle.')
  if (barSeconds % step !== 0) throw new RangeError(`Blocks of ${step} seconds do not divide five minutes.`)
  const blocks = barSeconds / step
  const logs = new Float64Array(candles.length * blocks + 1)
  logs[0] = Math.log(first.open)
  for (const [index, candle] of candles.entries()) {
    bridge(logs, index * blocks, blocks, candle, `bridge ${seed} ${candle.openTime}`)
  }
  return new MarketPath(first.openTime, step, logs)
}

/** Fills the blocks of one candle, from the price that the one before left. */
function bridge(logs: Float64Array, from: number, blocks: number, candle: Candle, seed: string): void {
  const random = seededRandom(seed)
  const [low, high] = [Math.log(candle.low), Math.log(candle.high)]
  const deviation = Math.sqrt((high - low) ** 2 / parkinson / blocks)
  // Two different blocks before the last: how far the second is beyond the first, around the end.
  const first = Math.floor(random.uniform() * (blocks - 1))
  const second = (first + 1 + Math.floor(random.uniform() * (blocks - 2))) % (blocks - 1)
  const times = [first + 1, second + 1].sort((a, b) => a - b)
  const extremes = random.uniform() < 0.5 ? [low, high] : [high, low]
  const anchors = [
    ...times.map((time, index) => ({ time, log: extremes[index] ?? low })),
    { time: blocks, log: Math.log(candle.close) },
  ]
  let at = 0
  for (const { time, log } of anchors) {
    for (; at < time; at++) {
      const left = time - at
      const now = logs[from + at] ?? log
      const drawn = now + (log - now) / left + deviation * Math.sqrt((left - 1) / left) * random.normal()
      logs[from + at + 1] = left === 1 ? log : Math.min(high, Math.max(low, drawn))
    }
    logs[from + at] = log
  }
}
