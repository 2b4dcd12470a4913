import { describe, expect, it } from 'vitest'
import { squareRootSlippage } from '../../../models/slippage/square-root.ts'
import { ewmaVolatility } from '../../../models/volatility/ewma.ts'
import type { Snapshot } from '../../../shared/schema/snapshot.ts'
import { Random } from '../random.ts'

const pool = '0x1000000000000000000000000000000000000001'

/** Tick cumulatives of a random walk with this annualised volatility, sampled every `interval` seconds. */
function historyOf(volatility: number, samples: number, interval: number, seed: number): Snapshot['history'] {
  const random = new Random(seed)
  const perSecond = volatility / Math.sqrt(31_536_000) / Math.log(1.0001)
  let tick = 197_000
  let cumulative = 0
  const cumulatives: bigint[] = [0n]
  for (let sample = 1; sample < samples; sample++) {
    for (let second = 0; second < interval; second++) {
      cumulative += tick
      // Sum of twelve uniforms: a normal deviate to within what matters here.
      let normal = -6
      for (let draw = 0; draw < 12; draw++) normal += random.unit()
      tick += perSecond * normal
    }
    cumulatives.push(BigInt(Math.round(cumulative)))
  }
  return {
    pool,
    secondsAgo: cumulatives.map((_, index) => (samples - 1 - index) * interval),
    tickCumulatives: cumulatives,
  }
}

describe('EWMA volatility', () => {
  it('recovers the volatility of a random walk on average, and its interval covers it', () => {
    for (const truth of [0.3, 0.8, 2]) {
      const forecasts = Array.from({ length: 40 }, (_, seed) => ewmaVolatility.forecast(historyOf(truth, 60, 60, seed)))
      const mean = Math.sqrt(forecasts.reduce((sum, { value }) => sum + value * value, 0) / forecasts.length)
      expect(mean / truth).toBeGreaterThan(0.9)
      expect(mean / truth).toBeLessThan(1.1)
      const covered = forecasts.filter(({ low, high }) => low <= truth && truth <= high).length
      expect(covered).toBeGreaterThanOrEqual(30)
    }
  })

  it('does not depend on how the history is spaced', () => {
    const mean = (interval: number) => {
      const forecasts = Array.from({ length: 40 }, (_, seed) =>
        ewmaVolatility.forecast(historyOf(0.8, 60, interval, seed)),
      )
      return Math.sqrt(forecasts.reduce((sum, { value }) => sum + value * value, 0) / forecasts.length)
    }
    expect(mean(12) / mean(120)).toBeGreaterThan(0.88)
    expect(mean(12) / mean(120)).toBeLessThan(1.12)
  })

  it('falls back to a wide prior where history is thin or broken, and says so', () => {
    const thin = ewmaVolatility.forecast(historyOf(0.8, 5, 60, 1))
    expect(thin.note).toMatch(/^Prior: 3 returns/)
    expect(thin.value).toBeGreaterThanOrEqual(0.8)
    expect(thin.high / thin.low).toBeGreaterThan(4)
    expect(ewmaVolatility.forecast({ pool, secondsAgo: [], tickCumulatives: [] }).note).toMatch(/^Prior/)
    const broken = historyOf(0.8, 60, 60, 1)
    expect(ewmaVolatility.forecast({ ...broken, secondsAgo: broken.secondsAgo.map(() => 5) }).note).toMatch(/^Prior/)
    expect(ewmaVolatility.forecast({ ...broken, tickCumulatives: broken.tickCumulatives.slice(1) }).note).toMatch(
      /^Prior/,
    )
  })

  it('does not call a pool that nobody traded calm', () => {
    const secondsAgo = Array.from({ length: 30 }, (_, index) => (29 - index) * 60)
    const still = { pool, secondsAgo, tickCumulatives: secondsAgo.map((ago) => BigInt(-ago) * 197_000n) } as const
    expect(ewmaVolatility.forecast({ ...still, tickCumulatives: [...still.tickCumulatives] })).toMatchObject({
      value: 0.1,
      note: expect.stringMatching(/^Floor/),
    })
  })
})

describe('square-root slippage', () => {
  const volatility = { model: 'x@1', value: 0.8, low: 0.5, high: 1.2, note: '' }

  it('is the exact cost in the median and grows with the square root of time above it', () => {
    const at = (secondsToInclusion: number) =>
      squareRootSlippage.forecast({ planShortfallBps: 7.5, volatility, secondsToInclusion })
    expect(at(0)).toMatchObject({ value: 7.5, low: 7.5, high: 7.5 })
    expect((at(48).high - 7.5) / (at(12).high - 7.5)).toBeCloseTo(2, 5)
    // 2.9 · 0.8 · √(36 s / 1 year) = 24.79 bps.
    expect(at(36).high).toBeCloseTo(7.5 + 24.79, 2)
  })

  it('grows with the volatility', () => {
    const of = (value: number) =>
      squareRootSlippage.forecast({ planShortfallBps: 0, volatility: { ...volatility, value }, secondsToInclusion: 36 })
    expect(of(1.6).high / of(0.8).high).toBeCloseTo(2, 5)
  })
})
