import { describe, expect, it } from 'vitest'
import type { StrategyConfiguration } from '../../../shared/schema/strategy.ts'
import { wantedBy } from '../../../workers/agent/decide/strategies/registry.ts'
import { Random } from '../random.ts'
import { mandateFor, start, twapConfiguration } from './world.ts'

function wanted(
  configuration: StrategyConfiguration,
  state: { slot: number; filled?: bigint; reserved?: bigint; now?: number },
) {
  const { slot, filled = 0n, reserved = 0n, now = start + 60 } = state
  return wantedBy({ configuration, mandate: mandateFor(configuration), filled, reserved, slot, now })
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

describe('twap', () => {
  it('sells equal slices, and the last one takes the remainder', () => {
    let filled = 0n
    const slices: bigint[] = []
    for (let slot = 0; slot < 5; slot++) {
      const slice = wanted(twap, { slot, filled })
      slices.push(slice)
      filled += slice
    }
    expect(slices).toEqual([200n, 200n, 200n, 200n, 201n])
    expect(wanted(twap, { slot: 5, filled })).toBe(0n)
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

  it('fills exactly its total whatever part of each slice goes through', () => {
    const random = new Random(41)
    for (let round = 0; round < 50; round++) {
      let filled = 0n
      for (let slot = 0; slot < 60 && filled < 1_001n; slot++) {
        const slice = wanted(twap, { slot, filled })
        filled += random.unit() < 0.3 ? 0n : slice - slice / BigInt(random.integer(2, 9))
        expect(filled).toBeLessThanOrEqual(1_001n)
        if (slot > 20) filled += wanted(twap, { slot, filled })
      }
      expect(filled).toBe(1_001n)
    }
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

describe('every strategy', () => {
  it('wants nothing before its start', () => {
    for (const configuration of [twap, dca]) expect(wanted(configuration, { slot: 0, now: start - 1 })).toBe(0n)
  })

  it('obeys the mandate where the configuration says more', () => {
    const mandate = { ...mandateFor(dca), total: 250n, maximumSlice: 120n }
    const base = { mandate, reserved: 0n, slot: 0, now: start }
    expect(wantedBy({ configuration: dca, filled: 0n, ...base })).toBe(120n)
    expect(wantedBy({ configuration: twap, filled: 240n, ...base, slot: 4 })).toBe(10n)
  })
})
