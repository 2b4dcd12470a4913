import { describe, expect, it } from 'vitest'
import { Ladder } from '../../../shared/routing/ladder.ts'
import { type DepthLimits, depthOf, limitsOf } from '../../../shared/routing/limits.ts'
import { netSplit } from '../../../shared/routing/net-split.ts'
import { planRoute, type Route, type RouteRequest } from '../../../shared/routing/route.ts'
import { SegmentCurve } from '../../../shared/routing/segment-curve.ts'
import { venueOf } from '../../../shared/routing/venue.ts'
import { type Branch, waterfill } from '../../../shared/routing/waterfill.ts'
import type { Pool } from '../../../shared/schema/pool.ts'
import { Random } from '../random.ts'
import { concentrated, pair, token0, token1 } from './pools.ts'

function plan(pools: readonly Pool[], amountIn: bigint, options: Partial<RouteRequest> = {}): Route | null {
  return planRoute({ pools, sell: token0, buy: token1, amount: { kind: 'exactInput', amountIn }, ...options })
}

describe('limits on the pools', () => {
  const free: DepthLimits = { shareBps: 10_000, impactBps: 9_000, oraclePools: [], oracleMoveBps: 0 }

  it('takes of each pool at most its share, and says that the rest did not fit', () => {
    const pools = [pair(1, 10n ** 24n, 10n ** 24n), pair(2, 10n ** 24n, 10n ** 24n, 10_000)]
    const limitOf = limitsOf({ ...free, shareBps: 2_500, impactBps: 200 })
    const routed = plan(pools, 10n ** 24n, { limitOf })
    expect(routed?.partial).toBe(true)
    for (const leg of routed?.legs ?? []) {
      // The price of a constant-product pool falls by 2 % when the reserve has grown by 1.015 %, less the fee.
      const share = Number(leg.amountIn) / 1e24 / 0.25
      expect(share).toBeGreaterThan(0.01015)
      expect(share).toBeLessThan(0.01027)
    }
    // Within the limits, it is the best there is.
    expect(routed?.gapBps).toBeLessThan(0.001)
    expect(plan(pools, 10n ** 21n, { limitOf })).toEqual(plan(pools, 10n ** 21n))
  })

  it('moves the pool that guards the trade no further than allowed, and not at all where that is zero', () => {
    const guard = concentrated(3, {
      feePips: 500,
      tickSpacing: 10,
      tick: 0,
      positions: [{ lower: -1000, upper: 1000, liquidity: 10n ** 24n }],
    })
    const other = pair(1, 10n ** 24n, 10n ** 24n)
    const limitOf = limitsOf({ ...free, oraclePools: [guard.pool], oracleMoveBps: 10 })
    const routed = plan([guard, other], 10n ** 22n, { limitOf })
    const legIn = routed?.legs.find(({ pool }) => pool.pool === guard.pool)?.amountIn ?? 0n
    // √price falls by half of ten basis points: L·(1/√P − 1) is what that takes, and the fee.
    expect(Number(legIn) / 1e24).toBeCloseTo((1 / Math.sqrt(0.999) - 1) / 0.9995, 12)
    expect(routed?.legs).toHaveLength(2)
    const still = limitsOf({ ...free, oraclePools: [guard.pool], oracleMoveBps: 0 })
    expect(plan([guard, other], 10n ** 22n, { limitOf: still })?.legs.map(({ pool }) => pool.pool)).toEqual([
      other.pool,
    ])
    // Nor where it is the only one there is.
    expect(plan([guard], 10n ** 22n, { limitOf: still })).toBeNull()
    expect(plan([guard], 3n, { limitOf: still })).toBeNull()
    // However the address is written.
    const shouted = `0x${guard.pool.slice(2).toUpperCase()}` as const
    const loud = limitsOf({ ...free, oraclePools: [shouted], oracleMoveBps: 10 })
    expect(plan([guard], 10n ** 22n, { limitOf: loud })).toEqual(plan([guard], 10n ** 22n, { limitOf }))
  })

  it('counts a gap without liquidity as the move that it is', () => {
    const gap = concentrated(4, {
      feePips: 500,
      tickSpacing: 10,
      tick: 0,
      positions: [{ lower: -10_000, upper: -5000, liquidity: 10n ** 24n }],
    })
    const limitOf = limitsOf({ ...free, oraclePools: [gap.pool], oracleMoveBps: 10 })
    expect(plan([gap], 10n ** 20n)).not.toBeNull()
    expect(plan([gap], 10n ** 20n, { limitOf })).toBeNull()
  })

  it('holds with fewer legs than pools: what does not fit into them is left', () => {
    const pools = Array.from({ length: 12 }, (_, index) => pair(index + 1, 10n ** 24n, 10n ** 24n))
    const limitOf = limitsOf({ ...free, shareBps: 2_500, impactBps: 200 })
    const venue = venueOf(pair(1, 10n ** 24n, 10n ** 24n), token0, token1)
    if (venue === null) throw new Error('There is liquidity.')
    const most = BigInt(Math.ceil(depthOf(venue, 200) / 4))
    const route = plan(pools, most * 11n, { limitOf, maximumLegs: 8 })
    expect(route?.partial).toBe(true)
    expect(route?.legs).toHaveLength(8)
    for (const leg of route?.legs ?? []) expect(Number(leg.amountIn)).toBeLessThanOrEqual(Number(most) * (1 + 1e-9))
  })

  it('never lets a leg beyond its own, in random sets and sizes, with gas and without', () => {
    const random = new Random(83)
    let limited = 0
    for (let round = 0; round < 150; round++) {
      const pools = Array.from({ length: random.integer(1, 6) }, (_, index) => {
        const depth = 10n ** BigInt(random.integer(20, 25))
        return random.unit() < 0.5
          ? pair(index + 1, depth, depth)
          : concentrated(index + 1, {
              feePips: 500,
              tickSpacing: 10,
              tick: random.integer(-20, 20),
              positions: [50, 100, 3000].map((reach) => ({ lower: -reach, upper: reach, liquidity: depth })),
            })
      })
      const oraclePools = pools.slice(0, random.integer(0, 2)).map(({ pool }) => pool)
      const limits = { shareBps: 2_500, impactBps: 200, oraclePools, oracleMoveBps: random.integer(0, 20) }
      const schedule = { UniswapV2: 60_000, UniswapV3: 70_000, UniswapV4: 70_000, StableSwap: 1, crossing: 20_000 }
      const gas = round % 2 === 0 ? null : { schedule, pricePerGas: 10 ** (6 + random.unit() * 8) }
      const amountIn = 10n ** BigInt(random.integer(15, 25))
      const route = plan(pools, amountIn, { limitOf: limitsOf(limits), gas, maximumLegs: 8 })
      if (route === null) continue
      if (route.partial) limited += 1
      for (const { pool, amountIn: legIn } of route.legs) {
        if (pool.venue === 'StableSwap') throw new Error('There was none.')
        const venue = venueOf(pool, token0, token1)
        if (venue === null) throw new Error('It traded.')
        expect(Number(legIn)).toBeLessThanOrEqual((depthOf(venue, 200) / 4) * (1 + 1e-9))
        if (!oraclePools.includes(pool.pool) || pool.venue === 'UniswapV2') continue
        const after = new Ladder(pool, true).exactInput(legIn).sqrtPriceX96
        const moved = 1 - (Number(after) / Number(pool.sqrtPriceX96)) ** 2
        expect(moved).toBeLessThanOrEqual(limits.oracleMoveBps / 10_000 + 1e-9)
      }
    }
    expect(limited).toBeGreaterThan(20)
  })

  it('leaves the bound net of gas above every set of pools', () => {
    const random = new Random(89)
    for (let round = 0; round < 200; round++) {
      const branches = Array.from({ length: random.integer(2, 5) }, (_, index): Branch => {
        const depth = 10n ** BigInt(random.integer(20, 24))
        const pool = pair(index + 1, depth, (depth * BigInt(random.integer(990, 1010))) / 1000n)
        const curve = new SegmentCurve(pool, true)
        return { curve, limit: curve.firstU * (1 + random.unit() * 0.01) }
      })
      let capacity = 0
      for (const { curve, limit } of branches) {
        curve.moveTo(limit)
        capacity += curve.amountIn
      }
      const amountIn = capacity * random.unit()
      const cost = { leg: amountIn * 10 ** (-5 + random.unit() * 3), crossing: 0 }
      const found = netSplit(
        branches,
        branches.map(() => cost),
        amountIn,
      )
      if (found === null) continue
      for (let set = 1; set < 2 ** branches.length; set++) {
        const used = branches.filter((_, index) => (set >> index) & 1)
        if (waterfill(used, amountIn) === Number.POSITIVE_INFINITY) continue
        const net = used.reduce((sum, { curve }) => (curve.amountIn >= 1 ? sum + curve.amountOut - cost.leg : sum), 0)
        expect(net).toBeLessThanOrEqual(found.bound * (1 + 1e-12))
        expect(net).toBeLessThanOrEqual(found.net * (1 + 1e-9))
      }
    }
  })
})
