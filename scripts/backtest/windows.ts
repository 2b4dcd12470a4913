import { barSeconds } from '../../shared/schema/bars.ts'
import { seededRandom } from '../devnet/random.ts'
import { BacktestError } from './backtest-error.ts'
import type { CandleHistory } from './candle-history.ts'

const secondsPerDay = 86_400
/** What is measured from before a window needs at least so much of it, seconds. */
const warmUpSeconds = 7 * secondsPerDay
/** The market around an order reaches this far beyond its mandate, seconds. */
export const tailSeconds = 1_800

export interface Span {
  from: number | null
  to: number | null
}

/**
 * Where so many windows start: one at a random time in each of as many equal parts of the span, so that no hour of the day or
 * day of the week is preferred.
 *
 * @param length seconds from a window's start to the end of its mandate
 * @throws BacktestError where not even one fits
 */
export function windowStarts(
  history: CandleHistory,
  span: Span,
  length: number,
  count: number,
  seed: string,
): number[] {
  const [first, last] = [history.candles[0], history.candles.at(-1)]
  if (first === undefined || last === undefined) throw new BacktestError(`There are no candles of ${history.symbol}.`)
  const end = last.openTime + barSeconds
  const earliest = Math.max(first.openTime + warmUpSeconds, span.from ?? 0)
  const latest = Math.min(end, span.to ?? end) - length - tailSeconds
  if (latest < earliest) {
    const [since, until] = [dayOf(first.openTime), dayOf(end)]
    const hours = Math.ceil((length + tailSeconds) / 3_600)
    throw new BacktestError(
      `No window fits: it takes ${hours} hours after a week of candles, and those of ${history.symbol} are from ${since} to ${until}.`,
    )
  }
  const random = seededRandom(`windows ${seed}`)
  const part = (latest - earliest + length) / count
  // As long as they fit beside one another, windows share no time.
  const room = part >= length ? part - length : part
  return Array.from({ length: count }, (_, index) => {
    const start = Math.min(earliest + part * index + room * random.uniform(), latest)
    return Math.max(Math.floor(start / barSeconds), Math.ceil(earliest / barSeconds)) * barSeconds
  })
}

/** "2023-03-01" of a time, UTC. */
export function dayOf(time: number): string {
  return new Date(time * 1_000).toISOString().slice(0, 10)
}
