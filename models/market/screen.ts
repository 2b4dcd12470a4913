import { barSeconds } from '../../shared/schema/bars.ts'
import type { Bar } from './bar.ts'

/** What can be wrong with a bar. Such a bar is left out, and counted: a gap widens a forecast, a wrong number would bend it. */
export const barFaults = [
  'NotANumber', // a price, or the time, is no number
  'NotPositive', // a price is zero or less
  'OffGrid', // it does not start on a multiple of five minutes
  'Unordered', // it is older than the one before it
  'Duplicate', // there is a bar of this time already
  'RangeBroken', // its high and low do not hold its open and close: columns are swapped
  'Leap', // it moved further within five minutes than any traded market has
] as const
export type BarFault = (typeof barFaults)[number]

/** More than a factor of four within five minutes is no market: a unit, or a column, has changed. */
const largestMove = 4

export interface Screened {
  bars: Bar[]
  /** Bars left out, with what is wrong with each. */
  discarded: { openTime: number; fault: BarFault }[]
}

/** Bars in order, without those that cannot be. Which of two bars of one time is right cannot be known: the first stays. */
export function screenBars(bars: readonly Bar[]): Screened {
  const screened: Screened = { bars: [], discarded: [] }
  for (const bar of bars) {
    const fault = faultOf(bar, screened.bars.at(-1))
    if (fault === null) screened.bars.push(bar)
    else screened.discarded.push({ openTime: bar.openTime, fault })
  }
  return screened
}

function faultOf(bar: Bar, previous: Bar | undefined): BarFault | null {
  const { openTime, open, high, low, close, volume } = bar
  const prices = [open, close, high ?? close, low ?? close]
  if (![openTime, ...prices, volume ?? 0].every(Number.isFinite)) return 'NotANumber'
  if (prices.some((price) => price <= 0) || (volume ?? 0) < 0) return 'NotPositive'
  if (openTime % barSeconds !== 0) return 'OffGrid'
  if (previous !== undefined && openTime === previous.openTime) return 'Duplicate'
  if (previous !== undefined && openTime < previous.openTime) return 'Unordered'
  const [highest, lowest] = [high ?? Math.max(open, close), low ?? Math.min(open, close)]
  if (highest < Math.max(open, close) || lowest > Math.min(open, close)) return 'RangeBroken'
  const isNext = previous !== undefined && openTime === previous.openTime + barSeconds
  const before = isNext ? previous.close : open
  const leaps = [close / before, highest / lowest].some((ratio) => ratio > largestMove || ratio * largestMove < 1)
  return leaps ? 'Leap' : null
}
