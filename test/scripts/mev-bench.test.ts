import { describe, expect, it } from 'vitest'
import { attribute, type Fill } from '../../scripts/bench/mev/attribution.ts'
import { fillOf, type IncludedSlice, type Observed, requireWhole } from '../../scripts/bench/mev/fills.ts'

/** 10,000 dollars at 2,000 each, without any cost. */
const free: Fill = {
  soldUsd: 10_000,
  bought: 5,
  boughtWithoutSandwich: 5,
  arrivalPrice: 2000,
  priceThen: 2000,
  feeUsd: 0,
  inclusionBlocks: 1,
}
const nothing = { shortfallBps: 0, impactBps: 0, feeBps: 0, timingBps: 0, sandwichBps: 0 }

/** Its parts to a millionth of a basis point. */
function partsOf(...fills: Fill[]) {
  const { shortfallBps, impactBps, feeBps, timingBps, sandwichBps } = attribute(fills)
  const rounded = (bps: number) => Math.round(bps * 1e6) / 1e6 + 0
  return {
    shortfallBps: rounded(shortfallBps),
    impactBps: rounded(impactBps),
    feeBps: rounded(feeBps),
    timingBps: rounded(timingBps),
    sandwichBps: rounded(sandwichBps),
  }
}

describe('attribution of a cost', () => {
  it('is nothing where nothing was lost', () => {
    expect(partsOf(free)).toEqual(nothing)
  })

  it('calls impact what a pool gave less than the reference, beyond its fee', () => {
    const fill = { ...free, bought: 4.98, boughtWithoutSandwich: 4.98 }
    expect(partsOf(fill)).toEqual({ ...nothing, shortfallBps: 40, impactBps: 40 })
    expect(partsOf({ ...fill, feeUsd: 15 })).toEqual({ ...nothing, shortfallBps: 40, feeBps: 15, impactBps: 25 })
  })

  it('calls impact a gain, too: a pool that gave more than the reference', () => {
    const fill = { ...free, bought: 5.01, boughtWithoutSandwich: 5.01 }
    expect(partsOf(fill)).toEqual({ ...nothing, shortfallBps: -20, impactBps: -20 })
  })

  it('counts a price that rose until the fill as a cost of timing, and one that fell as a gain', () => {
    const risen = { ...free, priceThen: 2500, bought: 4, boughtWithoutSandwich: 4 }
    expect(partsOf(risen)).toEqual({ ...nothing, shortfallBps: 2000, timingBps: 2000 })
    const fallen = { ...free, priceThen: 1600, bought: 6.25, boughtWithoutSandwich: 6.25 }
    expect(partsOf(fallen)).toEqual({ ...nothing, shortfallBps: -2500, timingBps: -2500 })
  })

  it('counts as sandwich what the same fill would have bought more, and nothing else', () => {
    const fill = { ...free, bought: 4.97, boughtWithoutSandwich: 4.995 }
    expect(partsOf(fill)).toEqual({ ...nothing, shortfallBps: 60, impactBps: 10, sandwichBps: 50 })
  })

  it('weighs each fill by what it sold', () => {
    const small = { ...free, soldUsd: 2000, bought: 0.9, boughtWithoutSandwich: 1, feeUsd: 6 }
    // 200 dollars were taken of 12,000 sold.
    const { sandwichBps, feeBps } = attribute([free, small])
    expect(sandwichBps).toBeCloseTo((200 / 12_000) * 10_000, 9)
    expect(feeBps).toBeCloseTo((6 / 12_000) * 10_000, 9)
  })

  it('has four parts that add up to the shortfall, which follows from what was paid and got alone', () => {
    const fills = [
      { ...free, priceThen: 2013.7, bought: 4.9312, boughtWithoutSandwich: 4.9501, feeUsd: 4.97 },
      { ...free, soldUsd: 7301.22, priceThen: 1988.1, bought: 3.6604, boughtWithoutSandwich: 3.6604, feeUsd: 21.9 },
      { ...free, soldUsd: 18.5, bought: 0.009241, boughtWithoutSandwich: 0.00925, feeUsd: 0.0055 },
    ]
    const { shortfallBps, impactBps, feeBps, timingBps, sandwichBps } = attribute(fills)
    const sold = 10_000 + 7301.22 + 18.5
    const worth = (4.9312 + 3.6604 + 0.009241) * 2000
    expect(shortfallBps).toBeCloseTo(((sold - worth) / sold) * 10_000, 6)
    expect(impactBps + feeBps + timingBps + sandwichBps).toBeCloseTo(shortfallBps, 9)
  })
})

describe('blocks until inclusion', () => {
  const waits = (...blocks: number[]) => {
    const { inclusionP50, inclusionP95 } = attribute(blocks.map((inclusionBlocks) => ({ ...free, inclusionBlocks })))
    return [inclusionP50, inclusionP95]
  }

  it.each([
    [[3], [3, 3]],
    [
      [4, 1],
      [1, 4],
    ],
    [
      [9, 2, 1],
      [2, 9],
    ],
    [
      [2, 10, 1, 3],
      [2, 10],
    ],
  ])('of %j have the quantiles %j', (blocks, quantiles) => {
    expect(waits(...blocks)).toEqual(quantiles)
  })

  it('leave the slowest of twenty out of the 95 %, and not two of them', () => {
    const ones = (count: number) => Array.from({ length: count }, () => 1)
    expect(waits(7, ...ones(19))).toEqual([1, 1])
    expect(waits(7, 7, ...ones(18))).toEqual([1, 7])
  })
})

describe('what cannot be attributed', () => {
  it('is an order of which nothing was filled', () => {
    expect(() => attribute([])).toThrow('Nothing was filled')
  })

  it.each(Object.keys(free) as (keyof Fill)[])('is a fill without a %s', (name) => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, -1]) {
      expect(() => attribute([free, { ...free, [name]: value }])).toThrow(`The ${name} of a fill cannot be ${value}.`)
    }
  })

  it.each(['soldUsd', 'arrivalPrice', 'priceThen', 'inclusionBlocks'] as const)('is a fill whose %s is 0', (name) => {
    expect(() => attribute([{ ...free, [name]: 0 }])).toThrow(`The ${name} of a fill cannot be 0.`)
  })
})

describe('a slice that was filled', () => {
  const slice: IncludedSlice = {
    slot: 4,
    blockNumber: 12,
    amountIn: 10_000_000_000n,
    amountOut: 4_900_000_000_000_000_000n,
    amountOutWithoutSandwich: 5_000_000_000_000_000_000n,
  }
  const observed: Observed = {
    prices: new Map([
      [10, 1990],
      [12, 2000],
    ]),
    firstSent: new Map([
      [3, 8],
      [4, 10],
    ]),
    arrivalPrice: 1980,
  }

  it('takes the price of its block and waits since its own hand-over', () => {
    expect(fillOf(slice, observed, (priceThen) => priceThen / 100)).toEqual({
      ...{ soldUsd: 10_000, bought: 4.9, boughtWithoutSandwich: 5 },
      ...{ arrivalPrice: 1980, priceThen: 2000, feeUsd: 20, inclusionBlocks: 2 },
    })
  })

  it('is refused where nobody saw it handed over, or saw the price', () => {
    const fee = () => 0
    expect(() => fillOf({ ...slice, slot: 5 }, observed, fee)).toThrow(
      'Block 12 filled slot 5, which nobody saw handed over.',
    )
    expect(() => fillOf({ ...slice, blockNumber: 11 }, observed, fee)).toThrow('Nobody saw the price in block 11')
  })
})

describe('an order that is not filled to the last unit', () => {
  it.each([
    [0n, 'Only 0 % of the order was filled'],
    [732n, 'Only 73.2 % of the order was filled'],
    [999n, 'Only 99.9 % of the order was filled'],
  ])('has no cost to compare: %s of 1,000', (filled, sentence) => {
    expect(() => requireWhole(filled, 1000n)).toThrow(sentence)
  })

  it('is unlike a whole one', () => {
    expect(() => requireWhole(1000n, 1000n)).not.toThrow()
  })

  it('is not rounded up to a whole one', () => {
    expect(() => requireWhole(999_999n, 1_000_000n)).toThrow('Only 99.99 %')
  })
})
