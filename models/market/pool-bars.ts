import { barSeconds } from '../../shared/schema/bars.ts'
import type { Snapshot } from '../../shared/schema/snapshot.ts'
import { exponential } from '../deterministic-math.ts'
import type { Bar } from './bar.ts'

/** ln 1.0001: a tick is this much log price (Uniswap v3 white paper, section 6.1). */
const logPricePerTick = 9.999500033330834e-5

/**
 * Bars of the average price between the samples of a v3 pool's tick cumulatives, in token1 per token0 by base units. Samples that do
 * not lie on the grid of bars, or are not one bar apart, give none.
 *
 * @param at time of the samples' block, seconds
 */
export function poolBars({ secondsAgo, tickCumulatives }: Snapshot['history'], at: number): Bar[] {
  const bars: Bar[] = []
  for (let index = 1; index < secondsAgo.length; index++) {
    const [openAge, closeAge] = [secondsAgo[index - 1] ?? 0, secondsAgo[index] ?? 0]
    const [before, after] = [tickCumulatives[index - 1], tickCumulatives[index]]
    const openTime = at - openAge
    if (before === undefined || after === undefined) return []
    if (openAge - closeAge !== barSeconds || openTime % barSeconds !== 0) continue
    const average = exponential((Number(after - before) / barSeconds) * logPricePerTick)
    bars.push({ openTime, open: average, high: null, low: null, close: average, volume: null })
  }
  return bars
}
