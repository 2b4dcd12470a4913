import { describe, expect, it } from 'vitest'
import { calibrated, fewestOutcomes, learn, uncalibrated } from '../../../models/calibration.ts'
import { Random } from '../random.ts'

const forecast = [0, 10, 20]

/** Outcomes of a drift whose true 90 and 99 % quantiles are `scale` times the forecast ones, uniform between. */
function outcomesOf(scale: number, count: number, seed = 1) {
  const random = new Random(seed)
  const draw = () => {
    const share = random.unit()
    if (share < 0.5) return -5
    if (share < 0.9) return (scale * 10 * (share - 0.5)) / 0.4
    if (share < 0.99) return scale * (10 + (10 * (share - 0.9)) / 0.09)
    return scale * 40
  }
  return Array.from({ length: count }, draw)
}

function taught(scale: number, count: number) {
  let state = uncalibrated()
  let [covered90, covered99] = [0, 0]
  for (const drift of outcomesOf(scale, count)) {
    const [, high = 0, highest = 0] = calibrated(state, forecast)
    if (drift <= high) covered90 += 1
    if (drift <= highest) covered99 += 1
    state = learn(state, calibrated(state, forecast), drift)
  }
  return { state, covered90: covered90 / count, covered99: covered99 / count }
}

describe('calibration', () => {
  it('leaves quantiles alone that are right', () => {
    const { state, covered99 } = taught(1, 5_000)
    expect(covered99).toBeCloseTo(0.99, 2)
    for (const correction of state.corrections) expect(Math.abs(correction)).toBeLessThan(0.35)
  })

  it('brings coverage back where the market has become twice as wild', () => {
    const { covered90, covered99, state } = taught(2, 20_000)
    expect(covered90).toBeGreaterThan(0.89)
    expect(covered99).toBeGreaterThan(0.985)
    expect(calibrated(state, forecast)[1]).toBeGreaterThan(14)
  })

  it('says nothing before there are enough outcomes', () => {
    let state = uncalibrated()
    for (let outcome = 0; outcome < fewestOutcomes; outcome++) state = learn(state, forecast, 1_000)
    expect(state).toMatchObject({ outcomes: fewestOutcomes, corrections: [0, 0, 0], misses: [200, 200, 200] })
    expect(calibrated(state, forecast)).toEqual(forecast)
    expect(learn(state, forecast, 1_000).corrections[2]).toBeGreaterThan(0)
  })

  it('stays within a factor of three, whatever comes', () => {
    for (const drift of [1e9, -1e9]) {
      let state = uncalibrated()
      for (let outcome = 0; outcome < 20_000; outcome++) state = learn(state, calibrated(state, forecast), drift)
      const [, high = 0, highest = 0] = calibrated(state, forecast)
      expect(high).toBeGreaterThan(3.3)
      expect(high).toBeLessThanOrEqual(30)
      expect(highest).toBeLessThanOrEqual(60)
    }
  })

  it('stays within it also where the state it is given does not', () => {
    for (const corrections of [
      [0, -1_000, -1_000],
      [0, 1_000, 1_000],
    ]) {
      const [, high = 0, highest = 0] = calibrated({ outcomes: 500, misses: [0, 0, 0], corrections }, forecast)
      expect(high).toBeGreaterThan(3.3)
      expect(high).toBeLessThanOrEqual(30)
      expect(highest).toBeGreaterThan(6.6)
      expect(highest).toBeLessThanOrEqual(60)
    }
  })

  it('learns nothing from what is no number', () => {
    const state = uncalibrated()
    expect(learn(state, forecast, Number.NaN)).toEqual(state)
    expect(learn(state, [0, Number.NaN, 1], 5)).toEqual(state)
    expect(learn(state, [], 5)).toEqual(state)
  })

  it('never lets a quantile pass the next one, and leaves one alone that helps the trade', () => {
    const state = { outcomes: 500, misses: [0, 0, 0], corrections: [0, 1, -1] }
    const [median = 0, high = 0, highest = 0] = calibrated(state, forecast)
    expect(median).toBeLessThanOrEqual(high)
    expect(high).toBeLessThanOrEqual(highest)
    expect(calibrated(state, [-3, -2, -1])).toEqual([-3, -2, -1])
  })
})
