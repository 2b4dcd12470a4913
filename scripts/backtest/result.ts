import type { Ending } from './parent-run.ts'
import type { Estimate } from './statistics.ts'
import type { Kind } from './strategies.ts'

/** What was compared, for people. */
export interface Subject {
  /** "Sell 400 WETH for USDC in 24 slices, one each hour". */
  order: string
  symbol: string
  /** Days of the first window's start and of the last one's end. */
  from: string
  to: string
  /** Windows that were run, and those left out since a candle of theirs is missing. */
  windows: number
  leftOut: number
  /** Whether windows share time, so that standard errors are too small. */
  areOverlapping: boolean
  /** Windows that begin before `trainedUntil`, the day up to which the models in use were trained: they are no test of them. */
  trainedOn: number
  trainedUntil: string
  /** Mean worth of the order on arrival, USD. */
  meanUsd: number
  hours: number
  liquidity: string
  assumptions: string[]
}

/** Means over all windows, with standard errors. Costs in basis points of the order's worth on arrival, positive is a cost. */
export interface StrategyResult {
  name: string
  kind: Kind
  isGated: boolean
  filledPercent: Estimate
  shortfallBps: Estimate
  /** Standard deviation of the shortfall from window to window: how sure one order can be of it. Null for a single window. */
  shortfallDeviationBps: number | null
  feeBps: Estimate
  impactBps: Estimate
  timingBps: Estimate
  gasBps: Estimate
  /** Fee, impact and gas: all but what the market did by itself. */
  executionBps: Estimate
  /** Shortfall beyond that of TWAP in the same window, both as they are gated. */
  beyondTwapBps: Estimate
  /** Per cent. */
  drawdownFromArrival: Estimate
  drawdownFromPeak: Estimate
  /** Fills, and orders no block could hold, over all windows. */
  fills: number
  expired: number
  /** How decisions and orders ended, over all windows. */
  endings: (Ending & { count: number })[]
  /** Mean share of the total that was filled, and that the schedule planned, at the end of each slot; per cent. */
  filledBySlot: number[]
  /** Null where the schedule depends on what the market turns over. */
  plannedBySlot: number[] | null
}

export interface ExampleFill {
  at: number
  /** The market's price, USD. */
  usd: number
  /** Of the total, per cent. */
  percent: number
}

/** The window in which the price moved most. */
export interface Example {
  start: number
  prices: { at: number; usd: number }[]
  fills: { name: string; fills: ExampleFill[] }[]
}

export interface BacktestResult {
  subject: Subject
  strategies: StrategyResult[]
  /** Shortfall of each window, basis points, in the order of `strategies`. */
  windows: { start: number; arrivalUsd: number; endUsd: number; shortfallBps: number[] }[]
  example: Example
}
