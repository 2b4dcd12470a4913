import type { PriceHistory, PriceWindow } from '../../shared/schema/price-history.ts'
import { circle, logarithm } from '../deterministic-math.ts'
import { calendarOf, isWeekend, newYorkOffset } from '../market/calendar.ts'

/** Far below what any window of a traded market shows: keeps the logarithm of a window that stood still finite. */
const smallestVariance = 1e-8
const smallestReturn = 2e-5
/** Twelve five-minute returns an hour; the mean absolute value of a normal variable is √(2/π) of its deviation. */
const absoluteToVariance = logarithm(6 * Math.PI)

/** Log variances of each window, hourly. */
export interface LogWindows {
  realised: readonly number[]
  absolute: readonly number[]
  /** Null where any window has no highs and lows. */
  range: readonly number[] | null
}

export function logWindows({ windows }: PriceHistory): LogWindows {
  return {
    realised: windows.map(({ realised }) => logarithm(realised + smallestVariance)),
    absolute: windows.map(({ absolute }) => 2 * logarithm(absolute + smallestReturn) + absoluteToVariance),
    range: windows.every(hasRange) ? windows.map(({ range }) => logarithm(range + smallestVariance)) : null,
  }
}

function hasRange(window: PriceWindow): window is PriceWindow & { range: number } {
  return window.range !== null
}

/** The measured features of the linear model: realised variance, the range where it is wanted, absolute variation. */
export function measuredFeatures({ realised, range, absolute }: LogWindows, withRange: boolean): number[] {
  return [...realised, ...(withRange ? (range ?? []) : []), ...absolute]
}

/** All features of the linear model: what is measured (HAR, Corsi 2009), then the calendar. */
export function linearFeatures(logs: LogWindows, withRange: boolean, from: number, hours: number): number[] {
  return [...measuredFeatures(logs, withRange), ...calendarOf(from, hours)]
}

/** Positions in `windowBars`. */
const [tenMinutes, hour, sixHours, day, week] = [0, 2, 3, 4, 5] as const

/**
 * Inputs of the residual network. All relative to the week's range, so that they mean the same for a calm and a wild asset: log
 * variances, the share that falls made, returns, time of day in New York, weekend, and the linear model's calendar effect.
 */
export function netFeatures(history: PriceHistory, logs: LogWindows, from: number, calendarEffect: number): number[] {
  const { windows } = history
  const range = logs.range ?? []
  const level = range[week] ?? 0
  const weekly = Math.sqrt(windows[week]?.range ?? 0)
  const downside = (index: number) => (windows[index]?.downside ?? 0.5) - 0.5
  const scaledReturn = (index: number) => {
    const { logReturn = 0, bars = 1 } = windows[index] ?? {}
    return logReturn / (weekly * Math.sqrt(bars / 12) + 1e-6)
  }
  const newYork = from + newYorkOffset(from)
  const turns = (newYork % 86_400) / 86_400
  const [once, twice] = [circle(turns), circle((2 * turns) % 1)]
  return [
    ...logs.realised.map((value) => value - level),
    ...range.slice(0, week).map((value) => value - level),
    ...[tenMinutes, hour, sixHours, day, week].map((index) => (logs.absolute[index] ?? 0) - level),
    ...[hour, sixHours, day].map(downside),
    ...[tenMinutes, hour, sixHours, day].map(scaledReturn),
    ...[once.sine, once.cosine, twice.sine, twice.cosine],
    isWeekend(newYork) ? 1 : 0,
    calendarEffect,
  ]
}

/** Standardised inputs never leave this many deviations: beyond it the network has seen nothing. */
const largestDeviation = 5

export function standardise(
  values: readonly number[],
  mean: readonly number[],
  deviation: readonly number[],
): number[] {
  return values.map((value, index) => {
    const standardised = (value - (mean[index] ?? 0)) / (deviation[index] ?? 1)
    return Math.min(Math.max(standardised, -largestDeviation), largestDeviation)
  })
}
