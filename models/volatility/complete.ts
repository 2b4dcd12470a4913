import { windowBars } from '../../shared/schema/bars.ts'
import type { PriceHistory } from '../../shared/schema/price-history.ts'

/** Share of each window's bars that may be missing, and one bar always: its absence widens the forecast. */
const mostMissing = 0.1

/** Whether every window has enough bars for the trained models. */
export function isComplete({ windows }: PriceHistory): boolean {
  return (
    windows.length === windowBars.length &&
    windows.every(({ bars, present }) => bars - present <= Math.max(1, mostMissing * bars))
  )
}
