import { describe, expect, it } from 'vitest'
import type { StrategyConfiguration } from '../../../shared/schema/strategy.ts'
import { wantedBy } from '../../../workers/agent/decide/strategies/registry.ts'
import { Random } from '../random.ts'
import { mandateFor, start, twapConfiguration } from './world.ts'

function wanted(
  configuration: StrategyConfiguration,
  state: { slot: number; filled?: bigint; reserved?: bigint; now?: number; marketTurnover?: bigint | null },
) {
  const { slot, filled = 0n, reserved = 0n, now = start + 60, marketTurnover = null } = state
  return wantedBy({ configuration, mandate: mandateFor(configuration), filled, reserved, slot, now, marketTurnover })
}

/** What a schedule of five slices sells where each of them goes through whole. */
function schedule(configuration: StrategyConfiguration): bigint[] {
  let filled = 0n
  return Array.from({ length: 5 }, (_, slot) => {
    const slice = wanted(configuration, { slot, filled })
    filled += slice
    return slice
  })
}

const twap = { ...twapConfiguration, kind: 'twap' as const, total: 1_001n, maximumSlice: 450n, slices: 5 }
const { kind: _, ...common } = twapConfiguration
const dca: StrategyConfiguration = {
  kind: 'dca',
  sell: common.sell,
  buy: common.buy,
  start,
  intervalSeconds: 600,
  slippageBps: 60,
  worstPrice: common.worstPrice,
  orderflow: 'never-public',
  total: 1_001n,
  maximumSlice: 300n,
  amountPerSlice: 300n,
}

/** 08:00 on the 15th of January 2027 is the start: `start` itself. */
const hoursFrom8 = (weights: number[]) => Array.from({ length: 24 }, (_, hour) => weights[(hour + 24 - 8) % 24] ?? 0)
const vwap = {
  ...{ ...common, kind: 'vwap' as const, total: 1_000n, maximumSlice: 600n, slices: 5 },
  ...{ intervalSeconds: 3_600, hourWeights: hoursFrom8([1, 2, 0, 5, 2]) },
}
const pov = { ...common, kind: 'pov' as const, total: 1_000n, maximumSlice: 300n, slices: 5, participationBps: 1_000 }
const almgrenChriss = {
  ...{ ...common, kind: 'almgren-chriss' as const, total: 1_000_003n, maximumSlice: 900_000n, slices: 5 },
  urgencyMillionths: 2_500_000,
}
const schedules = { twap, vwap, almgrenChriss }

describe('twap', () => {
  it('sells equal slices, and the last one takes the remainder', () => {
    expect(schedule(twap)).toEqual([200n, 200n, 200n, 200n, 201n])
    expect(wanted(twap, { slot: 5, filled: 1_001n })).toBe(0n)
  })

  it('catches up what earlier slices left, never beyond the largest slice', () => {
    expect(wanted(twap, { slot: 1, filled: 50n })).toBe(350n)
    expect(wanted(twap, { slot: 4, filled: 0n })).toBe(450n)
    expect(wanted(twap, { slot: 9, filled: 900n })).toBe(101n)
  })

  it('counts what live orders hold as sold', () => {
    expect(wanted(twap, { slot: 1, filled: 200n, reserved: 150n })).toBe(50n)
    expect(wanted(twap, { slot: 1, filled: 200n, reserved: 500n })).toBe(0n)
  })
})

describe('dca', () => {
  it('sells the same amount, the last one smaller, and catches nothing up', () => {
    expect(wanted(dca, { slot: 0 })).toBe(300n)
    expect(wanted(dca, { slot: 2, filled: 0n })).toBe(300n)
    expect(wanted(dca, { slot: 3, filled: 900n })).toBe(101n)
    expect(wanted(dca, { slot: 4, filled: 1_001n })).toBe(0n)
    expect(wanted(dca, { slot: 3, filled: 600n, reserved: 300n })).toBe(101n)
  })
})

describe('vwap', () => {
  it('sells as the profile expects of each hour, and the last slice takes the remainder', () => {
    expect(new Date(start * 1_000).toISOString()).toBe('2027-01-15T08:00:00.000Z')
    expect(schedule(vwap)).toEqual([100n, 200n, 0n, 500n, 200n])
    expect(schedule({ ...vwap, total: 1_007n })).toEqual([100n, 202n, 0n, 503n, 202n])
  })

  it('catches up to the profile, never beyond the largest slice', () => {
    expect(wanted(vwap, { slot: 1, filled: 30n })).toBe(270n)
    expect(wanted(vwap, { slot: 3, filled: 0n })).toBe(600n)
    expect(wanted(vwap, { slot: 2, filled: 250n, reserved: 40n })).toBe(10n)
    expect(wanted(vwap, { slot: 2, filled: 300n })).toBe(0n)
    expect(wanted(vwap, { slot: 9, filled: 900n })).toBe(100n)
  })

  it('splits an hour in proportion to the time, and counts on through days', () => {
    const halves = { ...vwap, intervalSeconds: 1_800, slices: 4 }
    expect(wanted(halves, { slot: 0 })).toBe(166n)
    expect(wanted(halves, { slot: 2 })).toBe(600n)
    const days = { ...vwap, intervalSeconds: 43_200, hourWeights: hoursFrom8([3, ...Array(12).fill(0), 1]) }
    expect(schedule({ ...days, slices: 5 })).toEqual([272n, 91n, 273n, 91n, 273n])
  })

  it('is twap where all hours are alike, and wants nothing where no hour of the schedule has volume', () => {
    const even = { ...vwap, total: 1_001n, hourWeights: Array(24).fill(7) }
    expect(schedule(even)).toEqual(schedule({ ...twap, maximumSlice: 600n }))
    const night = { ...vwap, hourWeights: hoursFrom8([...Array(20).fill(0), 1]) }
    expect(schedule(night)).toEqual([0n, 0n, 0n, 0n, 0n])
  })
})

describe('pov', () => {
  it('sells its share of the turnover, never beyond the largest slice or the total', () => {
    expect(wanted(pov, { slot: 0, marketTurnover: 2_009n })).toBe(200n)
    expect(wanted(pov, { slot: 1, marketTurnover: 90_000n })).toBe(300n)
    expect(wanted(pov, { slot: 2, filled: 950n, marketTurnover: 2_000n })).toBe(50n)
    expect(wanted(pov, { slot: 2, filled: 900n, reserved: 60n, marketTurnover: 2_000n })).toBe(40n)
    expect(wanted(pov, { slot: 3, filled: 1_000n, marketTurnover: 2_000n })).toBe(0n)
  })

  it('catches nothing up, and wants nothing of a turnover that is none or not known', () => {
    expect(wanted(pov, { slot: 4, filled: 0n, marketTurnover: 2_000n })).toBe(200n)
    expect(wanted(pov, { slot: 0, marketTurnover: 9n })).toBe(0n)
    expect(wanted(pov, { slot: 0, marketTurnover: null })).toBe(0n)
  })
})

describe('almgren-chriss', () => {
  it('follows sinh(κ(T − t)) / sinh(κT), and the last slice takes the remainder', () => {
    const unsold = [1, 2, 3, 4, 5].map((k) => Math.sinh(2.5 * (1 - k / 5)) / Math.sinh(2.5))
    let filled = 0
    for (const [slot, slice] of schedule(almgrenChriss).entries()) {
      filled += Number(slice)
      expect(Math.abs(filled - 1_000_003 * (1 - (unsold[slot] ?? 0)))).toBeLessThanOrEqual(1)
    }
    expect(filled).toBe(1_000_003)
  })

  it('sells evenly without urgency, and nearly everything at once with the most', () => {
    const even = { ...almgrenChriss, total: 1_001n, maximumSlice: 450n, urgencyMillionths: 0 }
    expect(schedule(even)).toEqual(schedule(twap))
    expect(wanted({ ...almgrenChriss, urgencyMillionths: 1 }, { slot: 1 })).toBe(400_001n)
    const hasty = { ...almgrenChriss, total: 1_000n, maximumSlice: 1_000n, urgencyMillionths: 20_000_000 }
    expect(schedule(hasty)).toEqual([981n, 18n, 0n, 0n, 1n])
  })

  it('sells earlier the more urgent it is, each slice no larger than the one before', () => {
    let last = 0n
    for (const urgencyMillionths of [0, 10, 1_000_000, 4_000_000, 9_000_000]) {
      const [first = 0n, ...rest] = schedule({ ...almgrenChriss, urgencyMillionths, maximumSlice: 1_000_003n })
      expect(first).toBeGreaterThanOrEqual(last)
      last = first
      let before = first
      for (const slice of rest) {
        expect(slice).toBeLessThanOrEqual(before + 1n)
        before = slice
      }
    }
  })

  it('catches up what earlier slices left, never beyond the largest slice', () => {
    const first = wanted(almgrenChriss, { slot: 0 })
    expect(wanted(almgrenChriss, { slot: 0, filled: first - 7n })).toBe(7n)
    expect(wanted(almgrenChriss, { slot: 4, filled: 3n })).toBe(900_000n)
    expect(wanted(almgrenChriss, { slot: 8, filled: 1_000_000n, reserved: 1n })).toBe(2n)
  })
})

describe('a schedule that catches up', () => {
  it.each(Object.entries(schedules))(
    'fills exactly its total whatever part of each slice goes through: %s',
    (_, kind) => {
      const configuration = { ...kind, total: 1_001n, maximumSlice: 450n }
      const random = new Random(41)
      for (let round = 0; round < 50; round++) {
        let filled = 0n
        for (let slot = 0; slot < 60 && filled < 1_001n; slot++) {
          const slice = wanted(configuration, { slot, filled })
          filled += random.unit() < 0.3 ? 0n : slice - slice / BigInt(random.integer(2, 9))
          expect(filled).toBeLessThanOrEqual(1_001n)
          if (slot > 20) filled += wanted(configuration, { slot, filled })
        }
        expect(filled).toBe(1_001n)
      }
    },
  )
})

describe('every strategy', () => {
  it('wants nothing before its start', () => {
    for (const configuration of [dca, pov, ...Object.values(schedules)]) {
      expect(wanted(configuration, { slot: 0, now: start - 1, marketTurnover: 10_000n })).toBe(0n)
      expect(wanted(configuration, { slot: 0, now: start, marketTurnover: 10_000n })).toBeGreaterThan(0n)
    }
  })

  it('obeys the mandate where the configuration says more', () => {
    const mandate = { ...mandateFor(dca), total: 250n, maximumSlice: 120n }
    const base = { mandate, reserved: 0n, slot: 0, now: start, marketTurnover: 10_000n }
    expect(wantedBy({ configuration: dca, filled: 0n, ...base })).toBe(120n)
    for (const configuration of [pov, ...Object.values(schedules)]) {
      expect(wantedBy({ configuration, filled: 0n, ...base, slot: 4 })).toBe(120n)
      expect(wantedBy({ configuration, filled: 240n, ...base, slot: 4 })).toBe(10n)
    }
  })
})
