import { describe, expect, it } from 'vitest'
import { directionOf, exactQuotes, quotePool } from '../../../shared/routing/pool-quote.ts'
import { planRoute, type Route, type RouteRequest } from '../../../shared/routing/route.ts'
import { venuesOf } from '../../../shared/routing/venue.ts'
import type { Pool } from '../../../shared/schema/pool.ts'
import { Random } from '../random.ts'
import { concentrated, pair, token0, token1, usdcWethPools } from './pools.ts'

type Options = Pick<RouteRequest, 'maximumLegs' | 'gas'>

function directionFor(zeroForOne: boolean) {
  return zeroForOne ? { sell: token0, buy: token1 } : { sell: token1, buy: token0 }
}

function plan(pools: readonly Pool[], zeroForOne: boolean, amountIn: bigint, options: Options = {}): Route | null {
  return planRoute({ pools, ...directionFor(zeroForOne), amount: { kind: 'exactInput', amountIn }, ...options })
}

function legsOf(route: Route | null) {
  return route?.legs.map(({ pool }) => pool.pool) ?? []
}

describe('the split over the pools of a pair', () => {
  it('adds up: legs sum to the plan, each leg is its pool’s exact quote', () => {
    const random = new Random(13)
    for (let round = 0; round < 60; round++) {
      const pools = usdcWethPools(random)
      const zeroForOne = round % 2 === 0
      const routed = plan(pools, zeroForOne, random.magnitude(zeroForOne ? 12 : 20) + 1n)
      if (routed === null) continue
      const { legs, amountIn, expectedOut } = routed
      expect(legs.reduce((sum, leg) => sum + leg.amountIn, 0n)).toBe(amountIn)
      expect(legs.reduce((sum, leg) => sum + leg.expectedOut, 0n)).toBe(expectedOut)
      for (const leg of legs) {
        const pool = pools.find((candidate) => candidate.pool === leg.pool.pool)
        if (pool === undefined) throw new Error('The leg goes through no pool we gave.')
        const { amountOut, exhausted } = quotePool(pool, zeroForOne, leg.amountIn)
        expect({ amountOut, exhausted }).toEqual({ amountOut: leg.expectedOut, exhausted: false })
      }
    }
  })

  it('shares two equal pools equally, and beats either alone', () => {
    const pools = [pair(1, 10n ** 24n, 10n ** 24n), pair(2, 10n ** 24n, 10n ** 24n)]
    const amountIn = 10n ** 22n
    const routed = plan(pools, true, amountIn)
    expect(routed?.legs.map((leg) => leg.amountIn)).toEqual([amountIn / 2n, amountIn / 2n])
    const single = plan(pools.slice(0, 1), true, amountIn)
    expect(routed?.expectedOut).toBeGreaterThan(single?.expectedOut ?? 0n)
    expect(single?.gapBps).toBeLessThan(1e-6)
  })

  it('takes a pool that is given twice for the one it is', () => {
    const one = pair(1, 10n ** 24n, 10n ** 24n)
    expect(plan([one, { ...one }], true, 10n ** 22n)).toEqual(plan([one], true, 10n ** 22n))
  })

  it('gives an input of a few units to where it buys something', () => {
    const pools = [pair(1, 10n ** 20n, 10n ** 20n / 2n), pair(2, 10n ** 20n, 10n ** 20n / 2n)]
    expect(plan(pools, true, 5n)).toMatchObject({ amountIn: 5n, expectedOut: 2n, partial: false })
  })

  it('leaves a pool with a worse first price alone until the better one is moved that far', () => {
    const cheap = pair(1, 10n ** 24n, 10n ** 24n, 500)
    const dear = pair(2, 10n ** 24n, 10n ** 24n, 10_000)
    expect(legsOf(plan([cheap, dear], true, 10n ** 21n))).toEqual([cheap.pool])
    expect(legsOf(plan([cheap, dear], true, 10n ** 23n))).toEqual([cheap.pool, dear.pool])
  })

  it('trades inputs that are lost in the rounding of doubles, and single units', () => {
    const deep = [pair(1, 10n ** 30n, 2n * 10n ** 30n), pair(2, 10n ** 30n, 10n ** 30n)]
    expect(plan(deep, true, 1000n)).toMatchObject({ amountIn: 1000n, expectedOut: 1993n })
    expect(plan(deep, true, 2n)).toMatchObject({ amountIn: 2n, expectedOut: 3n })
    // One unit less its fee is worth less than two.
    expect(plan(deep, true, 1n)).toMatchObject({ amountIn: 1n, expectedOut: 1n })
    expect(plan([pair(1, 10n ** 30n, 10n ** 30n)], true, 1n)).toBeNull()
  })

  it('leaves out what adds next to nothing, and keeps to the most legs allowed, at a stated cost', () => {
    const pools = Array.from({ length: 12 }, (_, index) =>
      pair(index + 1, 10n ** 22n * BigInt(index + 1), 10n ** 22n * BigInt(index + 1)),
    )
    const routed = plan(pools, true, 10n ** 21n, { maximumLegs: 8 })
    expect(routed?.legs).toHaveLength(8)
    expect(legsOf(routed)).not.toContain(pools[0]?.pool)
    expect(routed?.gapBps).toBeGreaterThan(0.01)
    expect(plan(pools, true, 10n ** 21n)?.gapBps).toBeLessThan(1e-6)
    const dust = [pair(1, 10n ** 24n, 10n ** 24n), pair(2, 10n ** 21n, 10n ** 21n)]
    expect(plan(dust, true, 10n ** 19n)?.legs).toHaveLength(1)
    expect(plan(dust, true, 10n ** 22n)?.legs).toHaveLength(2)
    expect(plan(dust, true, 10n ** 19n)?.gapBps).toBeLessThan(0.001)
  })

  it('handles 8-decimal tokens within the rounding of one unit per leg', () => {
    // WBTC (8) sold for WETH (18) and back, near 20 WETH each.
    const pools = [pair(1, 500n * 10n ** 8n, 10_000n * 10n ** 18n), pair(2, 90n * 10n ** 8n, 1_801n * 10n ** 18n)]
    expect(plan(pools, true, 10n ** 8n)?.gapBps).toBeLessThan(0.001)
    const toBitcoin = plan(pools, false, 20n * 10n ** 18n)
    expect(toBitcoin && toBitcoin.upperBound - toBitcoin.expectedOut).toBeLessThanOrEqual(4n)
    expect(toBitcoin?.gapBps).toBeLessThan(1e-6)
    expect(toBitcoin?.roundingBps).toBeGreaterThan(1e-6)
  })
})

describe('the ends of liquidity', () => {
  const window = concentrated(5, {
    feePips: 500,
    tickSpacing: 10,
    tick: 0,
    positions: [{ lower: -100, upper: 100, liquidity: 10n ** 21n }],
  })

  it('plans what the pools can take and says that it is partial', () => {
    const routed = plan([window], true, 10n ** 24n)
    expect(routed?.partial).toBe(true)
    expect(routed?.amountIn).toBe(exactQuotes(window, true).ofInput(10n ** 24n).amountIn)
    expect(routed?.expectedOut).toBeLessThanOrEqual(routed?.upperBound ?? 0n)
    expect(routed?.gapBps).toBeLessThan(0.001)
    // What it takes, it takes whole.
    const again = plan([window], true, routed?.amountIn ?? 0n)
    expect(again).toMatchObject({ partial: false, amountIn: routed?.amountIn, expectedOut: routed?.expectedOut })
  })

  it('fills what an exhausted pool cannot take from another', () => {
    const routed = plan([window, pair(6, 10n ** 20n, 10n ** 20n)], true, 10n ** 20n)
    expect(routed).toMatchObject({ partial: false, amountIn: 10n ** 20n })
    expect(routed?.legs).toHaveLength(2)
  })

  it('keeps a dust leg without which the input would not fit', () => {
    const small = concentrated(7, {
      feePips: 500,
      tickSpacing: 10,
      tick: 0,
      positions: [{ lower: -100, upper: 100, liquidity: 10n ** 18n }],
    })
    const beyond = (plan([window], true, 10n ** 24n)?.amountIn ?? 0n) + 10n ** 15n
    const routed = plan([window, small], true, beyond)
    expect(routed?.partial).toBe(false)
    expect(routed?.legs).toHaveLength(2)
    expect(plan([window, small], true, beyond, { maximumLegs: 1 })?.partial).toBe(true)
  })

  it('crosses a gap without liquidity', () => {
    const gap = concentrated(8, {
      feePips: 3000,
      tickSpacing: 60,
      tick: 0,
      positions: [
        { lower: -60, upper: 60, liquidity: 10n ** 20n },
        { lower: 6000, upper: 6060, liquidity: 10n ** 20n },
      ],
    })
    const routed = plan([gap], false, 4n * 10n ** 17n)
    expect(routed).toMatchObject({ partial: false, amountIn: 4n * 10n ** 17n })
    expect(routed?.legs[0]?.crossings).toBe(2)
    expect(routed?.gapBps).toBeLessThan(0.001)
  })

  it('gives nothing without pools, without liquidity, or for other tokens', () => {
    expect(plan([], true, 1n)).toBeNull()
    expect(plan([pair(1, 0n, 0n)], true, 10n)).toBeNull()
    expect(plan([concentrated(2, { feePips: 500, tickSpacing: 10, tick: 0, positions: [] })], true, 10n)).toBeNull()
    expect(venuesOf([window], token0, '0x3000000000000000000000000000000000000003')).toEqual([])
    expect(directionOf(window, token1, token0)).toBe(false)
    expect(plan([window], true, 0n)).toBeNull()
    expect(plan([window], true, -5n)).toBeNull()
  })
})

describe('an exact output', () => {
  it('takes the smallest input: one unit less gives less than was wanted', () => {
    const random = new Random(17)
    let exact = 0
    for (let round = 0; round < 60; round++) {
      const pools = usdcWethPools(random)
      const zeroForOne = round % 2 === 0
      const amountOut = random.magnitude(zeroForOne ? 20 : 11) + 1n
      const request = { pools, ...directionFor(zeroForOne) }
      const routed = planRoute({ ...request, amount: { kind: 'exactOutput', amountOut } })
      if (routed === null || routed.partial) continue
      exact += 1
      expect(routed.expectedOut).toBeGreaterThanOrEqual(amountOut)
      expect(routed.gapBps).toBeLessThan(0.01)
      const less = plan(pools, zeroForOne, routed.amountIn - 1n)
      expect(less === null || less.expectedOut < amountOut).toBe(true)
    }
    expect(exact).toBeGreaterThan(40)
  })

  it('is nothing where whole units never get there, though parts of them would', () => {
    const pools = [pair(1, 10n ** 18n, 1n), pair(2, 10n ** 18n, 1n)]
    const amount = { kind: 'exactOutput', amountOut: 1n } as const
    expect(planRoute({ pools, sell: token0, buy: token1, amount })).toBeNull()
    const beyond = { kind: 'exactOutput', amountOut: 10n ** 400n } as const
    expect(
      planRoute({ pools: [pair(1, 10n ** 24n, 10n ** 24n)], sell: token0, buy: token1, amount: beyond })?.partial,
    ).toBe(true)
  })

  it('gives what there is where more is wanted, and says so', () => {
    const pool = pair(1, 10n ** 24n, 10n ** 24n)
    const request = { pools: [pool], sell: token0, buy: token1 }
    const routed = planRoute({ ...request, amount: { kind: 'exactOutput', amountOut: 10n ** 24n } })
    expect(routed?.partial).toBe(true)
    expect(routed?.expectedOut).toBeGreaterThan(99n * 10n ** 22n)
    expect(planRoute({ ...request, amount: { kind: 'exactOutput', amountOut: 0n } })).toBeNull()
    expect(planRoute({ ...request, buy: pool.pool, amount: { kind: 'exactOutput', amountOut: 5n } })).toBeNull()
  })
})
