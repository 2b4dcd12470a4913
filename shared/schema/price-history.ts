import { z } from 'zod'
import { windowBars } from './bars.ts'
import { address, timestamp } from './primitives.ts'

/** One window, counted back from `until`. Numbers are of the bars that are there: `present` of `bars`. */
const windowSchema = z.object({
  bars: z.union(windowBars.map((bars) => z.literal(bars))),
  present: z.int().min(0),
  /** Bars among those present that moved at all. */
  moved: z.int().min(0),
  /** Realised variance of the log price, mean per hour: squared five-minute returns. */
  realised: z.number().min(0),
  /** Mean absolute five-minute return: what a single jump hardly moves. */
  absolute: z.number().min(0),
  /** Share of the realised variance that falls made, 0 to 1. */
  downside: z.number().min(0).max(1),
  /** Variance from highs and lows, mean per hour (Parkinson 1980); null where the source has no highs and lows. */
  range: z.number().min(0).nullable(),
  /** Change of the log price over the window. */
  logReturn: z.number(),
  /** Turnover in units of the quoted currency, mean per hour; null where the source has no volume. */
  turnover: z.number().min(0).nullable(),
})
export type PriceWindow = z.output<typeof windowSchema>

/**
 * What the market of a pair did lately: what forecasts are made from.
 */
export const priceHistorySchema = z.object({
  /** candles: of an exchange. pool: time-weighted averages of the pair's deepest v3 pool. none: no history at all. */
  source: z.enum(['candles', 'pool', 'none']),
  /** End of the newest bar. */
  until: timestamp,
  /** In the order of `windowBars`; empty where there is no history. */
  windows: z.array(windowSchema),
  /** Exponentially weighted mean of the hours' realised variances, newest first, weight 0.94 an hour; null without a whole hour. */
  weighted: z.number().min(0).nullable(),
  /** Bars of the longest window that were thrown away, since their numbers cannot be. */
  discarded: z.int().min(0),
})
export type PriceHistory = z.output<typeof priceHistorySchema>

/** A pair's history, and which of its tokens the price is of. */
export const marketSchema = priceHistorySchema.extend({ base: address })
export type PairMarket = z.output<typeof marketSchema>
