import { describe, expect, it } from 'vitest'
import { driftLosses, fewestScored, isWorse, volatilityLosses } from '../../../models/standing.ts'
import { hoursPerYear } from '../../../models/volatility/annual.ts'

describe('a champion', () => {
  it('is not worse by too few outcomes, however bad they are', () => {
    expect(isWorse({ outcomes: fewestScored - 1, champion: 10, challenger: 1 })).toBe(false)
    expect(isWorse({ outcomes: fewestScored, champion: 10, challenger: 1 })).toBe(true)
  })

  it('is not worse by what nobody would notice', () => {
    expect(isWorse({ outcomes: 1_000, champion: 1.009, challenger: 1 })).toBe(false)
    expect(isWorse({ outcomes: 1_000, champion: 1.011, challenger: 1 })).toBe(true)
    expect(isWorse({ outcomes: 1_000, champion: 1, challenger: 2 })).toBe(false)
  })

  it('that says what its challenger says is never worse', () => {
    for (const loss of [0, 0.1, 3e9]) {
      expect(isWorse({ outcomes: 1_000, champion: loss, challenger: loss })).toBe(false)
    }
  })
})

describe('losses', () => {
  const annual = (hourly: number) => Math.sqrt(hourly * hoursPerYear)

  it('of a volatility are least where it is what came', () => {
    const realised = 4e-5
    const losses = volatilityLosses(realised, { champion: annual(realised), challenger: annual(realised * 2) })
    expect(losses?.champion).toBeCloseTo(0, 12)
    expect(losses?.challenger).toBeCloseTo(0.5 - Math.log(0.5) - 1, 12)
  })

  it('of a market that stood still are none', () => {
    expect(volatilityLosses(0, { champion: 0.5, challenger: 0.6 })).toBeNull()
    expect(volatilityLosses(4e-5, { champion: 0.5, challenger: 0 })).toBeNull()
  })

  it('of a drift weigh what lies above the quantile ninety-nine times as much', () => {
    const above = driftLosses(30, { champion: 20, challenger: 30 })
    expect(above?.champion).toBeCloseTo(9.9, 12)
    expect(above?.challenger).toBeCloseTo(0, 12)
    expect(driftLosses(10, { champion: 20, challenger: 30 })?.champion).toBeCloseTo(0.1, 12)
    expect(driftLosses(10, { champion: Number.NaN, challenger: 30 })).toBeNull()
  })
})
