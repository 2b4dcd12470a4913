import type { Bar } from '../../../models/market/bar.ts'
import { Random } from '../random.ts'

/** Start of the bars: a Monday at midnight, UTC. */
export const barsFrom = 1_700_438_400

const stepsPerBar = 20

/** Candles of a random walk with this annualised volatility, a month of them by default. */
export function walk(volatility: number, seed = 1, count = 2_600): Bar[] {
  const random = new Random(seed)
  const step = volatility / Math.sqrt(31_536_000 / (300 / stepsPerBar))
  let price = 2_000
  return Array.from({ length: count }, (_, index) => {
    const path = [price]
    for (let taken = 0; taken < stepsPerBar; taken++) {
      // Sum of twelve uniforms: a normal deviate to within what matters here.
      let normal = -6
      for (let draw = 0; draw < 12; draw++) normal += random.unit()
      price *= Math.exp(step * normal)
      path.push(price)
    }
    const [open = price] = path
    return {
      openTime: barsFrom + index * 300,
      open,
      high: Math.max(...path),
      low: Math.min(...path),
      close: price,
      volume: 10,
    }
  })
}

/** The end of the last bar. */
export function endOf(bars: readonly Bar[]): number {
  return (bars.at(-1)?.openTime ?? 0) + 300
}
