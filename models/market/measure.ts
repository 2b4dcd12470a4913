import { barSeconds, windowBars } from '../../shared/schema/bars.ts'
import type { PriceHistory, PriceWindow } from '../../shared/schema/price-history.ts'
import { logarithm } from '../deterministic-math.ts'
import type { Bar } from './bar.ts'
import { screenBars } from './screen.ts'

const barsPerHour = 3600 / barSeconds
const longestWindow = 2016
/** Weight of an hour against the next newer one: RiskMetrics' λ (J.P. Morgan 1996, section 5.3), here of hours. */
const hourlyDecay = 0.94
/** Parkinson 1980: the mean squared log range of a Brownian motion is 4·ln 2 times its variance. */
const parkinson = 4 * Math.LN2
/** An average over five minutes moves less than its end: the difference of two in a row has two thirds of the variance. */
const averageCorrection = 1.5

/** What one bar says of the market's movement, in log price. */
interface Step {
  openTime: number
  /** From the bar before, or from its own open where that is missing. */
  logReturn: number
  /** Parkinson's variance of the bar; NaN without high and low. */
  range: number
  /** NaN without volume. */
  turnover: number
}

/** Bars made ready to be measured at many times. */
export interface Series {
  source: 'candles' | 'pool'
  steps: readonly Step[]
  /** Start of each bar that was thrown away, in any order; NaN where it had none. */
  discarded: readonly number[]
}

/**
 * Bars as a series, without those that cannot be (see {@link screenBars}).
 *
 * @param bars oldest first
 * @param source candles: prices at the end of each bar. pool: averages over each bar, whose variance is corrected
 */
export function seriesOf(bars: readonly Bar[], source: Series['source']): Series {
  const { bars: kept, discarded } = screenBars(bars)
  const steps = kept.flatMap((bar, index) => {
    const previous = kept[index - 1]
    const follows = previous?.openTime === bar.openTime - barSeconds
    // An average alone tells of no move; a candle has an open of its own.
    if (!follows && source === 'pool') return []
    const before = follows ? previous.close : bar.open
    const spread = bar.high === null || bar.low === null ? Number.NaN : logarithm(bar.high / bar.low)
    const step: Step = {
      openTime: bar.openTime,
      logReturn: logarithm(bar.close / before),
      range: (spread * spread) / parkinson,
      turnover: bar.volume === null ? Number.NaN : bar.volume * bar.close,
    }
    return [step]
  })
  return { source, steps, discarded: discarded.map(({ openTime }) => openTime) }
}

/** What a market did up to a time, seconds since epoch. Only bars that had closed by then count: nothing later can be in it. */
export function measure({ source, steps, discarded }: Series, at: number): PriceHistory {
  const until = at - (at % barSeconds)
  const from = until - longestWindow * barSeconds
  const lost = discarded.filter((openTime) => !(openTime < from || openTime >= until)).length
  const end = closedBy(steps, until)
  if (end === 0 || (steps[end - 1]?.openTime ?? 0) < from) return noHistory(until, lost)
  const correction = source === 'pool' ? averageCorrection : 1
  const windows: PriceWindow[] = []
  const hours = newHours()
  const sums = { present: 0, moved: 0, squares: 0, falls: 0, absolute: 0, range: 0, logReturn: 0, turnover: 0 }
  let next = end - 1
  for (const bars of windowBars) {
    const start = until - bars * barSeconds
    for (let step = steps[next]; step !== undefined && step.openTime >= start; step = steps[--next]) {
      const square = step.logReturn * step.logReturn
      sums.present += 1
      sums.moved += step.logReturn === 0 ? 0 : 1
      sums.squares += square
      sums.falls += step.logReturn < 0 ? square : 0
      sums.absolute += Math.abs(step.logReturn)
      sums.range += step.range
      sums.logReturn += step.logReturn
      sums.turnover += step.turnover
      hours.add(until - barSeconds - step.openTime, square)
    }
    windows.push(windowOf(bars, sums, correction))
  }
  const weighted = hours.weighted()
  return {
    source,
    until,
    windows,
    weighted: weighted === null ? null : weighted * correction,
    discarded: lost,
  }
}

/** Nothing is known of the market. */
export function noHistory(until: number, discarded = 0): PriceHistory {
  return { source: 'none', until, windows: [], weighted: null, discarded }
}

/** How many steps had closed by a time. */
function closedBy(steps: readonly Step[], until: number): number {
  let [low, high] = [0, steps.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((steps[middle]?.openTime ?? 0) + barSeconds <= until) low = middle + 1
    else high = middle
  }
  return low
}

type Sums = Record<'present' | 'moved' | 'squares' | 'falls' | 'absolute' | 'range' | 'logReturn' | 'turnover', number>

function windowOf(bars: PriceWindow['bars'], sums: Sums, correction: number): PriceWindow {
  const { present, moved, squares, falls, absolute, range, logReturn, turnover } = sums
  const perHour = present === 0 ? 0 : barsPerHour / present
  return {
    bars,
    present,
    moved,
    realised: squares * perHour * correction,
    absolute: present === 0 ? 0 : (absolute / present) * Math.sqrt(correction),
    downside: squares > 0 ? falls / squares : 0.5,
    range: present === 0 || Number.isNaN(range) ? null : range * perHour,
    logReturn,
    turnover: present === 0 || Number.isNaN(turnover) ? null : turnover * perHour,
  }
}

/** Sums of whole hours, counted back from now, and their weighted mean: the newest has weight 1. */
function newHours() {
  const hours: { squares: number; bars: number }[] = []
  return {
    add(age: number, square: number): void {
      const hour = Math.floor(age / 3600)
      const { squares, bars } = hours[hour] ?? { squares: 0, bars: 0 }
      hours[hour] = { squares: squares + square, bars: bars + 1 }
    },
    weighted(): number | null {
      let [sum, weights, weight] = [0, 0, 1]
      for (let age = 0; age < hours.length; age++) {
        const hour = hours[age]
        if (hour?.bars === barsPerHour) {
          sum += weight * hour.squares
          weights += weight
        }
        weight *= hourlyDecay
      }
      return weights === 0 ? null : sum / weights
    },
  }
}
