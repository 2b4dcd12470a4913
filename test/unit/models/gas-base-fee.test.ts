import { describe, expect, it } from 'vitest'
import { baseFeeForecaster } from '../../../models/gas/base-fee.ts'
import { highestBaseFee, lowestBaseFee } from '../../../shared/chain/base-fee.ts'
import { baseFeeForecastSchema } from '../../../shared/schema/decision.ts'
import { Random } from '../random.ts'
import { chainOf, type Demand, demands, knownAt, type SimulatedChain } from './fee-process.ts'

const { forecast } = baseFeeForecaster
const horizons = Array.from({ length: 10 }, (_, index) => index + 1)
const seeds = [1, 2, 3]

/** Share of blocks whose base fee stayed at or below each quantile that was forecast for it. */
function coverage(chains: readonly SimulatedChain[], blocksAhead: number) {
  const below = { median: 0, quantile90: 0, quantile99: 0 }
  let count = 0
  for (const chain of chains) {
    for (let newest = 9; newest + blocksAhead < chain.fees.length; newest++) {
      const told = forecast(knownAt(chain, newest), blocksAhead)
      const came = chain.fees[newest + blocksAhead] ?? 0n
      expect(told.note).toBe('')
      count += 1
      for (const name of ['median', 'quantile90', 'quantile99'] as const) if (came <= told[name]) below[name] += 1
    }
  }
  return { median: below.median / count, quantile90: below.quantile90 / count, quantile99: below.quantile99 / count }
}

describe('the next block’s base fee', () => {
  it('is known to the wei, whatever the gas limit', () => {
    for (const [name, demand] of Object.entries(demands)) {
      for (const first of [7n, 1_000n, 50_000_000n, 900_000_000_000n]) {
        const chain = chainOf(demand, 200, 5, first)
        for (let newest = 0; newest < 200; newest++) {
          const next = chain.fees[newest + 1]
          const told = forecast(knownAt(chain, newest), 1)
          expect(told, name).toMatchObject({ median: next, quantile90: next, quantile99: next, note: '' })
        }
      }
    }
  })

  it('is not certain where one base fee of the history is not what the block before it gives', () => {
    const known = knownAt(
      chainOf(() => 0.5, 40, 1),
      20,
    )
    const { recentBlocks } = known
    const otherRatio = recentBlocks.map((block, position) => (position === 4 ? { ...block, gasUsedRatio: 0.9 } : block))
    const otherNext = (known.baseFeePerGas * 101n) / 100n
    for (const odd of [
      { ...known, recentBlocks: otherRatio },
      { ...known, nextBaseFeePerGas: otherNext },
    ]) {
      const told = forecast(odd, 1)
      expect(told.note).toMatch(/not move as EIP-1559 says/)
      expect(told.quantile90).toBeGreaterThan(odd.nextBaseFeePerGas ?? 0n)
      expect(told.quantile99).toBeLessThanOrEqual(highestBaseFee(odd.baseFeePerGas, 1))
      expect(forecast(odd, 4).quantile99).toBeGreaterThan(forecast(known, 4).quantile99)
    }
  })
})

describe('the base fee of later blocks', () => {
  for (const [name, demand] of Object.entries(demands)) {
    it(`lies below its quantiles as often as they say, with blocks ${name}`, () => {
      const chains = seeds.map((seed) => chainOf(demand, 1_500, seed))
      for (const blocksAhead of [2, 4, 10]) {
        const { median, quantile90, quantile99 } = coverage(chains, blocksAhead)
        const told = `${blocksAhead} blocks ahead: ${median} ${quantile90} ${quantile99}`
        expect(Math.abs(median - 0.5), told).toBeLessThan(0.06)
        expect(quantile90, told).toBeGreaterThan(0.85)
        // Ten blocks cannot tell a calm chain from one that was calm by chance: its quantiles are too high, never too low.
        if (name !== 'near the target') expect(quantile90, told).toBeLessThan(0.96)
        expect(quantile99, told).toBeGreaterThan(0.985)
      }
    })
  }

  it('spreads with the root of their number, and a little faster', () => {
    // Fees in a range where a wei is nothing, blocks calm enough to stay clear of the bounds.
    const known = knownAt(chainOf(demands['near the target'] as Demand, 40, 3), 20)
    const spread = (blocksAhead: number) => {
      const { median, quantile90 } = forecast(known, blocksAhead)
      return Math.log(Number(quantile90) / Number(median))
    }
    expect(spread(5) / spread(2)).toBeGreaterThan(2)
    expect(spread(5) / spread(2)).toBeLessThan(2.15)
    expect(spread(10) / spread(2)).toBeGreaterThan(3)
    expect(spread(10) / spread(2)).toBeLessThan(3.5)
  })

  it('has the tails of Student’s distribution, as wide as few blocks make them', () => {
    // Four changes of zero leave half of the prior's variance and eight degrees of freedom: 1.397 and 2.896 by the tables.
    const told = forecast(
      knownAt(
        chainOf(() => 0.5, 40, 1, 8_000_000_000_000n),
        20,
        4,
      ),
      4,
    )
    const spread = Math.sqrt((0.0725 ** 2 / 2) * (3 + 9 / 24))
    const deviations = (fee: bigint) => Math.log(Number(fee) / Number(told.median)) / spread
    expect(deviations(told.quantile90)).toBeCloseTo(1.397, 2)
    expect(deviations(told.quantile99)).toBeCloseTo(2.896, 2)
  })

  it('is wider after a restless window, and higher after full blocks than after empty ones', () => {
    const calm = forecast(
      knownAt(
        chainOf(() => 0.5, 40, 1),
        20,
      ),
      4,
    )
    const restless = forecast(knownAt(chainOf(demands['as often full as empty'] as Demand, 40, 1), 20), 4)
    const ratio = ({ median, quantile90 }: { median: bigint; quantile90: bigint }) =>
      Number(quantile90) / Number(median)
    expect(ratio(restless)).toBeGreaterThan(ratio(calm) * 1.05)
    const medianAfter = (ratioNow: number) => {
      const known = knownAt(
        chainOf(() => ratioNow, 40, 1),
        20,
      )
      return Number(forecast(known, 6).median) / Number(known.nextBaseFeePerGas)
    }
    expect(medianAfter(0.9)).toBeGreaterThan(1.05)
    expect(medianAfter(0.1)).toBeLessThan(0.95)
  })

  it('never leaves what the protocol allows, and its quantiles are in order', () => {
    const random = new Random(11)
    for (let run = 0; run < 300; run++) {
      const demand: Demand = (draw) => (draw.unit() < 0.5 ? Math.round(draw.unit()) : draw.unit())
      const chain = chainOf(demand, 30, run, random.magnitude(13))
      const known = knownAt(chain, 15, random.integer(1, 16))
      for (const blocksAhead of horizons) {
        const { median, quantile90, quantile99 } = forecast(known, blocksAhead)
        const next = known.nextBaseFeePerGas ?? 0n
        expect(median).toBeGreaterThanOrEqual(lowestBaseFee(next, blocksAhead - 1))
        expect(quantile90).toBeGreaterThanOrEqual(median)
        expect(quantile99).toBeGreaterThanOrEqual(quantile90)
        expect(quantile99).toBeLessThanOrEqual(highestBaseFee(next, blocksAhead - 1))
      }
    }
  })

  it('gives what its schema takes, and the same again', () => {
    const known = knownAt(chainOf(demands['as often full as empty'] as Demand, 40, 8), 20)
    const told = forecast(known, 4)
    expect(baseFeeForecastSchema.decode(baseFeeForecastSchema.encode(told))).toEqual(told)
    expect(forecast(structuredClone(known), 4)).toEqual(told)
    expect(told).toMatchObject({ model: 'gas/base-fee@1', blocksAhead: 4 })
  })
})

describe('without history to go by', () => {
  const gwei = 1_000_000_000n

  it('only the protocol’s bound is told', () => {
    const none = { baseFeePerGas: gwei, nextBaseFeePerGas: null, recentBlocks: [] }
    for (const blocksAhead of horizons) {
      const bound = highestBaseFee(gwei, blocksAhead)
      const told = forecast(none, blocksAhead)
      expect(told).toMatchObject({ median: gwei, quantile90: bound, quantile99: bound })
      expect(told.note).toMatch(/^No fee history/)
    }
  })

  it('a few blocks give the next base fee and the bound from there', () => {
    const known = knownAt(
      chainOf(() => 0.7, 40, 1),
      20,
      3,
    )
    const next = known.nextBaseFeePerGas ?? 0n
    expect(forecast(known, 1)).toMatchObject({ quantile99: next, note: '' })
    const bound = highestBaseFee(next, 3)
    const told = forecast(known, 4)
    expect(told).toMatchObject({ median: next, quantile90: bound, quantile99: bound })
    expect(told.note).toMatch(/^Changes of the base fee: 3, of 4 needed/)
  })

  it('a history that cannot be, or is of another block, counts for nothing', () => {
    const known = knownAt(
      chainOf(() => 0.5, 40, 1),
      20,
    )
    const [oldest, ...others] = known.recentBlocks
    if (oldest === undefined) throw new Error('It should have blocks.')
    const broken = [
      { ...known, nextBaseFeePerGas: known.baseFeePerGas * 2n },
      { ...known, nextBaseFeePerGas: 0n },
      { ...known, baseFeePerGas: known.baseFeePerGas + 5n },
      { ...known, recentBlocks: [{ ...oldest, baseFeePerGas: 1n }, ...others] },
      { ...known, recentBlocks: [{ ...oldest, gasUsedRatio: Number.NaN }, ...others] },
      { ...known, recentBlocks: [{ ...oldest, gasUsedRatio: 1.2 }, ...others] },
      { ...known, recentBlocks: [] },
    ]
    for (const one of broken) {
      const told = forecast(one, 3)
      expect(told.note).toMatch(/^No fee history/)
      expect(told).toMatchObject({ median: one.baseFeePerGas, quantile99: highestBaseFee(one.baseFeePerGas, 3) })
    }
  })

  it('a chain whose base fee is zero, or never moves, gets a wide answer and a note', () => {
    const still = (baseFeePerGas: bigint, gasUsedRatio: number) => ({
      ...{ baseFeePerGas, nextBaseFeePerGas: baseFeePerGas },
      recentBlocks: Array.from({ length: 10 }, () => ({ baseFeePerGas, gasUsedRatio })),
    })
    expect(forecast(still(0n, 0.2), 4)).toMatchObject({
      median: 0n,
      quantile99: highestBaseFee(0n, 3),
      note: expect.stringMatching(/^A base fee of zero/),
    })
    const fixed = forecast(still(gwei, 0.1), 4)
    expect(fixed.note).toMatch(/not move as EIP-1559 says/)
    expect(fixed.median).toBe(gwei)
    expect(fixed.quantile99).toBeGreaterThan((gwei * 12n) / 10n)
    expect(fixed.quantile99).toBeLessThanOrEqual(highestBaseFee(gwei, 4))
  })

  it('a chain that moves by smaller steps gets an answer around the base fee its node tells', () => {
    // Elasticity 6 and denominator 250, as on Optimism: 2 % up and 0.4 % down at most.
    const random = new Random(4)
    const recentBlocks: { baseFeePerGas: bigint; gasUsedRatio: number }[] = []
    let fee = 1_000_000n
    for (let block = 0; block < 10; block++) {
      const gasUsedRatio = random.unit() / 2
      recentBlocks.push({ baseFeePerGas: fee, gasUsedRatio })
      fee += BigInt(Math.floor(Number(fee) * ((6 * gasUsedRatio - 1) / 250)))
    }
    const told = forecast(
      { baseFeePerGas: recentBlocks[9]?.baseFeePerGas ?? 0n, nextBaseFeePerGas: fee, recentBlocks },
      1,
    )
    expect(told.note).toMatch(/not move as EIP-1559 says/)
    expect(Math.abs(Number(told.median) / Number(fee) - 1)).toBeLessThan(0.01)
    expect(told.quantile90).toBeGreaterThan((fee * 102n) / 100n)
  })

  it('is refused for no block, a part of one, or one too far', () => {
    const known = knownAt(
      chainOf(() => 0.5, 40, 1),
      20,
    )
    for (const blocksAhead of [0, -1, 1.5, 11, Number.NaN]) {
      expect(() => forecast(known, blocksAhead)).toThrow(/1 to 10 blocks ahead/)
    }
  })
})
