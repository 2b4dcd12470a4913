import { describe, expect, it } from 'vitest'
import { measure, noHistory, seriesOf } from '../../../models/market/measure.ts'
import { squareRootSlippage } from '../../../models/slippage/square-root.ts'
import { ewmaVolatility } from '../../../models/volatility/ewma.ts'
import { endOf, walk } from './bars.ts'

/** The last bars of a walk. */
function seen(volatility: number, seed: number, bars: number) {
  const candles = walk(volatility, seed, bars)
  return { history: measure(seriesOf(candles, 'candles'), endOf(candles)), at: endOf(candles) }
}

function floorOf(volatility: number, seed: number, bars: number) {
  const { history, at } = seen(volatility, seed, bars)
  return ewmaVolatility.forecast(history, at, 1)
}

describe('EWMA volatility', () => {
  it('recovers the volatility of a random walk on average, and its interval covers it', () => {
    for (const truth of [0.3, 0.8, 2]) {
      const forecasts = Array.from({ length: 30 }, (_, seed) => floorOf(truth, seed + 1, 300))
      const mean = Math.sqrt(forecasts.reduce((sum, { value }) => sum + value * value, 0) / forecasts.length)
      expect(mean / truth).toBeGreaterThan(0.93)
      expect(mean / truth).toBeLessThan(1.07)
      const covered = forecasts.filter(({ low, high }) => low <= truth && truth <= high).length
      expect(covered).toBeGreaterThanOrEqual(27)
    }
  })

  it('is of the bars there are while no hour is whole', () => {
    expect(floorOf(0.8, 1, 11)).toMatchObject({ note: '' })
  })

  it('falls back to a wide prior where history is thin or old, and says so', () => {
    const thin = floorOf(0.8, 1, 5)
    expect(thin.note).toMatch(/^Prior: 5 bars/)
    expect(thin.value).toBeGreaterThanOrEqual(0.8)
    expect(thin.high / thin.low).toBeGreaterThan(4)
    expect(ewmaVolatility.forecast(noHistory(1_700_000_000), 1_700_000_000, 1).note).toMatch(/^Prior/)
    const candles = walk(0.8, 1, 600)
    const old = measure(seriesOf(candles, 'candles'), endOf(candles) + 3_600)
    expect(ewmaVolatility.forecast(old, endOf(candles) + 3_600, 1).note).toMatch(/^Prior: there is no bar/)
  })

  it('does not call a market that nobody traded calm', () => {
    const still = walk(0, 1, 300)
    const forecast = ewmaVolatility.forecast(measure(seriesOf(still, 'candles'), endOf(still)), endOf(still), 1)
    expect(forecast).toMatchObject({ value: 0.1, note: expect.stringMatching(/^Floor/) })
  })
})

describe('square-root slippage', () => {
  const volatility = { model: 'x@1', value: 0.8, low: 0.5, high: 1.2, note: '' }
  const at = (seconds: number, value = 0.8) =>
    squareRootSlippage.quantiles({ history: noHistory(0), volatility: { ...volatility, value }, side: 1, seconds })

  it('is nothing in the median and grows with the square root of time above it', () => {
    expect(at(0)).toEqual([0, 0, 0])
    expect((at(48)[2] ?? 0) / (at(12)[2] ?? 1)).toBeCloseTo(2, 5)
    // 2.3 · 0.8 · √(36 s / 1 year) = 19.66 bps.
    expect(at(36)[2]).toBeCloseTo(19.66, 2)
    expect(at(36)[0]).toBe(0)
  })

  it('grows with the volatility', () => {
    expect((at(36, 1.6)[2] ?? 0) / (at(36)[2] ?? 1)).toBeCloseTo(2, 5)
  })
})
