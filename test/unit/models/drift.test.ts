import { describe, expect, it } from 'vitest'
import { artifacts } from '../../../models/generated/artifacts.ts'
import { measure, seriesOf } from '../../../models/market/measure.ts'
import { modelInUse } from '../../../models/model-in-use.ts'
import { cautiousVolatility, undoubtedRatio } from '../../../models/slippage/doubt.ts'
import { endOf, walk } from './bars.ts'

const bars = walk(0.6, 5, 2_200)
const history = measure(seriesOf(bars, 'candles'), endOf(bars))
const volatility = modelInUse.volatility.champion.forecast(history, endOf(bars), 1)
const { champion, challenger } = modelInUse.slippage
const ask = (changes: Partial<Parameters<typeof champion.quantiles>[0]> = {}) =>
  champion.quantiles({ history, volatility, side: 1, seconds: 48, ...changes })

describe('quantiles of the drift', () => {
  it('ascend, from a median of nothing', () => {
    const [median = 1, high = 0, highest = 0] = ask()
    expect(median).toBe(0)
    expect(high).toBeGreaterThan(0)
    expect(highest).toBeGreaterThan(high)
  })

  it('grow with the latency, at the shortest less than by the root of time, as a pool’s fee holds its price', () => {
    const at = [12, 24, 48, 120, 300, 1_200].map((seconds) => ask({ seconds })[1] ?? 0)
    expect([...at].sort((a, b) => a - b)).toEqual(at)
    expect((at[2] ?? 0) / (at[0] ?? 1)).toBeGreaterThan(2)
    // Beyond what was measured the root of time holds.
    expect((at[5] ?? 0) / (at[4] ?? 1)).toBeCloseTo(2, 9)
  })

  it('depend on the side only by the momentum', () => {
    const still = { ...history, windows: history.windows.map((window) => ({ ...window, logReturn: 0 })) }
    expect(ask({ history: still, side: 1 })).toEqual(ask({ history: still, side: -1 }))
    const rising = { ...still, windows: still.windows.map((window) => ({ ...window, logReturn: 0.004 })) }
    expect(ask({ history: rising, side: 1 })).not.toEqual(ask({ history: rising, side: -1 }))
    expect(ask({ history: rising, side: -1 })[2]).toBeGreaterThan(ask({ history: still })[2] ?? 0)
  })

  it('widen where the volatility is doubtful, the challenger’s alike, and not where it is not', () => {
    expect(Math.exp((artifacts.volatility[0]?.candles.residual.high ?? 9) / 2)).toBeLessThanOrEqual(undoubtedRatio)
    expect(cautiousVolatility(volatility)).toBe(volatility.value)
    const doubtful = { ...volatility, high: volatility.high * 2 }
    for (const model of [champion, challenger]) {
      const of = (asked: typeof volatility) =>
        model.quantiles({ history, volatility: asked, side: 1, seconds: 48 })[2] ?? 0
      expect(of(doubtful) / of(volatility)).toBeGreaterThan(1.3)
    }
  })

  it('are those of the square-root law while a week is not complete, and no tighter than it says', () => {
    const few = bars.slice(-40)
    const thin = measure(seriesOf(few, 'candles'), endOf(bars))
    const floor = modelInUse.volatility.champion.forecast(thin, endOf(bars), 1)
    const question = { history: thin, volatility: floor, side: 1, seconds: 48 } as const
    expect(champion.quantiles(question)).toEqual(challenger.quantiles(question))
    expect(champion.quantiles(question)[2]).toBeGreaterThan(
      challenger.quantiles({ ...question, volatility: { ...floor, high: floor.value } })[2] ?? 0,
    )
  })
})
