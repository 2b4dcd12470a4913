import { describe, expect, it } from 'vitest'
import type { Bar } from '../../../models/market/bar.ts'
import { measure, seriesOf } from '../../../models/market/measure.ts'
import { modelInUse } from '../../../models/model-in-use.ts'
import type { Forecast } from '../../../shared/schema/decision.ts'
import { Random } from '../random.ts'
import { endOf, walk } from './bars.ts'

const bars = walk(0.6, 5, 2_200)
const at = endOf(bars)
const { champion, challenger, floor } = modelInUse.volatility

/** What the champion says of the hour and the day after bars that somebody spoiled. */
function forecasts(spoiled: readonly Bar[], time = at): Forecast[] {
  const history = measure(seriesOf(spoiled, 'candles'), time)
  return [champion.forecast(history, time, 1), champion.forecast(history, time, 24)]
}

/** The 99 % quantile of the drift over 48 seconds, basis points. */
function driftOf(spoiled: readonly Bar[]): number {
  const history = measure(seriesOf(spoiled, 'candles'), at)
  const volatility = champion.forecast(history, at, 1)
  const [, , worst] = modelInUse.slippage.champion.quantiles({ history, volatility, side: 1, seconds: 48 })
  return worst ?? Number.NaN
}

const width = ({ low, high }: Forecast) => high / low
const calm = forecasts(bars)

describe('volatility from bad input', () => {
  it('is sensible from good input, without a note', () => {
    for (const forecast of calm) {
      expect(forecast.note).toBe('')
      expect(forecast.value).toBeGreaterThan(0.3)
      expect(forecast.value).toBeLessThan(1.2)
      expect(width(forecast)).toBeGreaterThan(2)
    }
    expect(calm[0]?.model).toBe('volatility/har-net@1')
  })

  it.each<[string, (bars: Bar[]) => Bar[]]>([
    [
      'a gap of an hour this morning',
      (all) => all.filter(({ openTime }) => openTime < at - 9_000 || openTime >= at - 5_400),
    ],
    ['a gap of the last bar', (all) => all.slice(0, -1)],
    ['a gap of the last hour', (all) => all.slice(0, -12)],
    ['two days of history', (all) => all.slice(-576)],
    ['half an hour of history', (all) => all.slice(-6)],
    ['a day of zeros', (all) => all.map((bar, index) => (index < 2_000 ? bar : { ...bar, close: 0 }))],
    [
      'no numbers at all for a day',
      (all) => all.map((bar, index) => (index < 1_900 ? bar : { ...bar, open: Number.NaN })),
    ],
    [
      'high and low exchanged for two days',
      (all) => all.map((bar, index) => (index < 1_600 ? bar : { ...bar, high: bar.low, low: bar.high })),
    ],
    ['open and volume exchanged', (all) => all.map((bar) => ({ ...bar, open: bar.volume ?? 0, volume: bar.open }))],
    ['a stuck price', (all) => all.map((bar, index) => (index < 2_188 ? bar : stuck(bar, all[2_187])))],
    ['a fall by a third within five minutes', (all) => falling(all, 2_195, 2 / 3)],
    ['a fall by half a day ago', (all) => falling(all, 1_950, 0.5)],
  ])('%s: a wider interval and a reason', (_name, spoil) => {
    for (const [index, forecast] of forecasts(spoil([...bars])).entries()) {
      for (const number of [forecast.value, forecast.low, forecast.high]) expect(Number.isFinite(number)).toBe(true)
      expect(forecast.low).toBeGreaterThan(0)
      expect(forecast.low).toBeLessThanOrEqual(forecast.value)
      expect(forecast.value).toBeLessThanOrEqual(forecast.high)
      const usual = calm[index]
      if (usual === undefined) throw new Error('no calm forecast')
      expect(forecast.note).not.toBe('')
      expect(width(forecast)).toBeGreaterThan(width(usual))
    }
  })

  it('no bars, or bars of another century, are no history', () => {
    for (const none of [[], bars.map((bar) => ({ ...bar, openTime: bar.openTime - 3_000_000_000 }))]) {
      for (const forecast of forecasts(none))
        expect(forecast).toMatchObject({ value: 1, note: expect.stringMatching(/^Prior/) })
    }
  })

  it('bars twice are the bars once', () => {
    const twice = forecasts(bars.flatMap((bar) => [bar, bar]))
    expect(twice.map(({ value }) => value)).toEqual(calm.map(({ value }) => value))
  })

  it.each([5, 20, 288, 576, 1_152])('a price that is stuck for %i bars is not called calm', (count) => {
    const first = bars.length - count
    const spoiled = bars.map((bar, index) => (index < first ? bar : stuck(bar, bars[first - 1])))
    for (const hour of forecasts(spoiled)) {
      expect(hour.value).toBeGreaterThan(0.4)
      expect(hour.note).toMatch(/may be stuck/)
    }
    expect(driftOf(spoiled)).toBeGreaterThan(0.8 * driftOf(bars))
  })

  it('is never a number that is none, and never tight, whatever is done to the bars', () => {
    const random = new Random(9)
    for (let round = 0; round < 300; round++) {
      const spoiled = bars.map((bar) => (random.unit() < 0.05 * random.unit() ? garbled(bar, random) : bar))
      const history = measure(seriesOf(spoiled, 'candles'), at)
      for (const model of [champion, challenger, floor]) {
        const forecast = model.forecast(history, at, 1)
        expect(
          [forecast.low, forecast.value, forecast.high].every((value) => Number.isFinite(value) && value > 0),
        ).toBe(true)
        if (model !== floor) expect(width(forecast)).toBeGreaterThan(2)
      }
      const drift = modelInUse.slippage.champion.quantiles({
        history,
        volatility: champion.forecast(history, at, 1),
        side: 1,
        seconds: 48,
      })
      expect(drift.every(Number.isFinite)).toBe(true)
      expect([...drift].sort((a, b) => a - b)).toEqual(drift)
      expect(drift[2]).toBeGreaterThan(1)
    }
  })
})

function stuck(bar: Bar, last: Bar | undefined): Bar {
  const price = last?.close ?? 1
  return { ...bar, open: price, high: price, low: price, close: price }
}

/** From bar `first` on, all prices are a share of what they were; the first itself falls. */
function falling(all: readonly Bar[], first: number, share: number): Bar[] {
  return all.map((bar, index) => {
    if (index < first) return bar
    const { open, high, low, close } = bar
    const [top, bottom] = [(high ?? 0) * share, (low ?? 0) * share]
    if (index > first) return { ...bar, open: open * share, high: top, low: bottom, close: close * share }
    return { ...bar, low: Math.min(bottom, close * share), close: close * share }
  })
}

function garbled(bar: Bar, random: Random): Bar {
  const values = [Number.NaN, 0, -1, 1e300, Number.POSITIVE_INFINITY, bar.open * 1.4, bar.low ?? 0]
  const pick = () => values[random.integer(0, values.length - 1)] ?? 0
  const fields = ['open', 'high', 'low', 'close', 'volume'] as const
  return { ...bar, [fields[random.integer(0, 4)] ?? 'open']: pick() }
}
