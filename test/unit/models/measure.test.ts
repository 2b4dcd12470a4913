import { describe, expect, it } from 'vitest'
import type { Bar } from '../../../models/market/bar.ts'
import { measure, seriesOf } from '../../../models/market/measure.ts'
import { poolBars } from '../../../models/market/pool-bars.ts'
import { priceHistorySchema } from '../../../shared/schema/price-history.ts'
import { barsFrom, endOf, walk } from './bars.ts'

const bars = walk(0.6)
const history = measure(seriesOf(bars, 'candles'), endOf(bars))

describe('what a market did', () => {
  it('is what the schema says', () => {
    expect(priceHistorySchema.parse(history)).toEqual(history)
    expect(history.windows.map(({ present }) => present)).toEqual([2, 6, 12, 72, 288, 2016])
  })

  it('has the variance of a random walk by three measures', () => {
    const hourly = 0.6 ** 2 / 8_760
    const week = history.windows[5]
    expect((week?.realised ?? 0) / hourly).toBeCloseTo(1, 1)
    // Highs and lows of twenty points within a bar miss the path between them.
    expect((week?.range ?? 0) / hourly).toBeGreaterThan(0.7)
    expect((week?.range ?? 0) / hourly).toBeLessThan(1.05)
    expect(((week?.absolute ?? 0) ** 2 * 6 * Math.PI) / hourly).toBeCloseTo(1, 1)
    expect(week?.downside).toBeCloseTo(0.5, 1)
  })

  it('sums what can be summed by hand', () => {
    const three = [100, 110, 99].map((close, index): Bar => {
      return { openTime: barsFrom + index * 300, open: 100, high: 110, low: 99, close, volume: 2 }
    })
    const { windows } = measure(seriesOf(three, 'candles'), endOf(three))
    const [up, down] = [Math.log(1.1), Math.log(0.9)]
    expect(windows[0]?.realised).toBeCloseTo(((up ** 2 + down ** 2) / 2) * 12, 12)
    expect(windows[0]?.downside).toBeCloseTo(down ** 2 / (up ** 2 + down ** 2), 12)
    expect(windows[0]?.logReturn).toBeCloseTo(up + down, 12)
    expect(windows[0]?.turnover).toBeCloseTo(((2 * 110 + 2 * 99) / 2) * 12, 9)
    expect(windows[0]?.range).toBeCloseTo((Math.log(110 / 99) ** 2 / (4 * Math.LN2)) * 12, 12)
    expect(windows[2]).toMatchObject({ present: 3, moved: 2 })
  })

  it('holds nothing that had not happened yet', () => {
    const at = barsFrom + 2_300 * 300 + 77
    const seen = measure(seriesOf(bars, 'candles'), at)
    const future = bars.map((bar) =>
      bar.openTime + 300 > at ? { ...bar, close: bar.close * 2, high: bar.close * 3 } : bar,
    )
    expect(measure(seriesOf(future, 'candles'), at)).toEqual(seen)
    const past = bars.map((bar) =>
      bar.openTime + 600 > at ? { ...bar, close: bar.close * 1.01, high: bar.close * 3 } : bar,
    )
    expect(measure(seriesOf(past, 'candles'), at)).not.toEqual(seen)
  })

  it('one bar earlier is the same as with one bar fewer', () => {
    const earlier = measure(seriesOf(bars, 'candles'), endOf(bars) - 300)
    expect(measure(seriesOf(bars.slice(0, -1), 'candles'), endOf(bars) - 300)).toEqual(earlier)
    // Nothing but the newest and the oldest bar of each window moved.
    const [now, then] = [history.windows[5], earlier.windows[5]]
    expect(Math.abs((now?.realised ?? 0) / (then?.realised ?? 1) - 1)).toBeLessThan(0.01)
  })

  it('does not depend on how prices were sampled: averages have the variance of the price', () => {
    // Twenty prices make a bar; only their ratio matters, not how wild they are.
    const prices = walk(0.6, 7, 20 * 2_100).map(({ close }) => close)
    const barsOf = (priceOf: (within: number[]) => number) =>
      Array.from({ length: 2_100 }, (_, index): Bar => {
        const price = priceOf(prices.slice(20 * index, 20 * (index + 1)))
        return { openTime: barsFrom + index * 300, open: price, high: null, low: null, close: price, volume: null }
      })
    const averages = barsOf((within) => within.reduce((sum, price) => sum + price, 0) / within.length)
    const pool = measure(seriesOf(averages, 'pool'), endOf(averages)).windows[5]
    const closes = barsOf((within) => within.at(-1) ?? 0)
    const candles = measure(seriesOf(closes, 'candles'), endOf(closes)).windows[5]
    expect((pool?.realised ?? 0) / (candles?.realised ?? 1)).toBeGreaterThan(0.93)
    expect((pool?.realised ?? 0) / (candles?.realised ?? 1)).toBeLessThan(1.07)
    expect(pool).toMatchObject({ range: null, turnover: null })
  })
})

describe('averages with gaps', () => {
  it('say nothing of the move over a gap: what is left has the variance it had', () => {
    const averages = walk(0.6, 7, 2_600).map(({ openTime, close }): Bar => {
      return { openTime, open: close, high: null, low: null, close, volume: null }
    })
    const whole = measure(seriesOf(averages, 'pool'), endOf(averages)).windows[5]
    const holed = averages.filter((_, index) => index % 10 !== 0)
    const rest = measure(seriesOf(holed, 'pool'), endOf(averages)).windows[5]
    expect(rest?.present).toBeLessThan(0.85 * 2_016)
    expect((rest?.realised ?? 0) / (whole?.realised ?? 1)).toBeCloseTo(1, 1)
  })
})

describe('a pool’s samples', () => {
  const at = barsFrom + 90
  const samples = (ages: number[], ticks: number[]) => {
    let cumulative = 0n
    const tickCumulatives = ages.map((age, index) => {
      const elapsed = index === 0 ? 0 : (ages[index - 1] ?? 0) - age
      cumulative += BigInt(elapsed * (ticks[index - 1] ?? 0))
      return cumulative
    })
    return poolBars({ pool: '0x0000000000000000000000000000000000000001', secondsAgo: ages, tickCumulatives }, at)
  }

  it('become bars of the average price between them', () => {
    const made = samples([690, 390, 90], [0, 6_932])
    expect(made.map(({ openTime }) => openTime)).toEqual([barsFrom - 600, barsFrom - 300])
    expect(made[0]?.close).toBe(1)
    expect(made[1]?.close).toBeCloseTo(1.0001 ** 6_932, 9)
    expect(made[1]?.high).toBeNull()
  })

  it('give none where they do not lie on the grid, or one is missing', () => {
    expect(samples([600, 300, 0], [0, 1])).toEqual([])
    expect(samples([690, 90], [0])).toEqual([])
    expect(samples([], [])).toEqual([])
  })
})
