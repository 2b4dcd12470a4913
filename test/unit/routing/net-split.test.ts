import { describe, expect, it } from 'vitest'
import { netSplit } from '../../../shared/routing/net-split.ts'
import { planRoute, type Route } from '../../../shared/routing/route.ts'
import { SegmentCurve } from '../../../shared/routing/segment-curve.ts'
import { type Branch, waterfill } from '../../../shared/routing/waterfill.ts'
import type { Pool } from '../../../shared/schema/pool.ts'
import { Random } from '../random.ts'
import { networkPools, networkTokens, unitsFor } from './networks.ts'
import { token0, token1, usdcWethPools } from './pools.ts'

const gas = { leg: 97_000, crossing: 31_000 }
const schedule = {
  ...{ UniswapV2: gas.leg, UniswapV3: gas.leg, UniswapV4: gas.leg, StableSwap: gas.leg },
  crossing: gas.crossing,
}

/** A trade of a thousand to ten million dollars at one of three gas prices; WETH is at 3,000 dollars. */
function trade(random: Random, round: number) {
  const zeroForOne = round % 2 === 0
  const usd = 10 ** (3 + random.unit() * 4)
  const wei = ([1, 10, 30][round % 3] ?? 1) * 1e9
  return {
    zeroForOne,
    amountIn: zeroForOne ? usd * 1e6 : (usd / 3000) * 1e18,
    /** Base units of the bought token. */
    pricePerGas: zeroForOne ? wei : (wei / 1e18) * 3000 * 1e6,
  }
}

function branchesOf(pools: readonly Pool[], zeroForOne: boolean): Branch[] {
  return pools.map((pool) => ({ curve: new SegmentCurve(pool, zeroForOne), limit: Number.POSITIVE_INFINITY }))
}

/** Output less gas at these limits; −∞ where they leave too little room. */
function netAt(branches: readonly Branch[], limits: readonly number[], amountIn: number, pricePerGas: number): number {
  const limited = branches.map(({ curve }, index) => ({ curve, limit: limits[index] ?? 0 }))
  if (waterfill(limited, amountIn) === Number.POSITIVE_INFINITY) return Number.NEGATIVE_INFINITY
  let net = 0
  for (const { curve } of limited) {
    if (curve.amountIn >= 1) net += curve.amountOut - (gas.leg + gas.crossing * curve.crossings) * pricePerGas
  }
  return net
}

/** Every combination of how far each pool may go: not at all, to just before its next ticks, as far as it likes. */
function bestOfAll(branches: readonly Branch[], amountIn: number, pricePerGas: number): number {
  waterfill(branches, amountIn)
  const stops = branches.map(({ curve }) => {
    const ticks = Math.min(curve.crossings + 6, 14)
    const before = Array.from({ length: ticks }, (_, index) => curve.uBeforeCrossing(index + 1))
    return [0, ...before, Number.POSITIVE_INFINITY]
  })
  let best = Number.NEGATIVE_INFINITY
  const descend = (limits: readonly number[]) => {
    const next = stops[limits.length]
    if (next === undefined) best = Math.max(best, netAt(branches, limits, amountIn, pricePerGas))
    else for (const stop of next) descend([...limits, stop])
  }
  descend([])
  return best
}

describe('the split net of gas', () => {
  it('is the best of all combinations of pools and ticks', () => {
    const random = new Random(9)
    let compared = 0
    let apart = 0
    for (let round = 0; round < 90; round++) {
      const { zeroForOne, amountIn, pricePerGas } = trade(random, round)
      const branches = branchesOf(usdcWethPools(random), zeroForOne)
      if (waterfill(branches, amountIn) === Number.POSITIVE_INFINITY) continue
      const costs = branches.map(() => ({ leg: gas.leg * pricePerGas, crossing: gas.crossing * pricePerGas }))
      const found = netSplit(branches, costs, amountIn)
      if (found === null) throw new Error('It should have been split.')
      const best = bestOfAll(branches, amountIn, pricePerGas)
      compared += 1
      expect(found.net).toBeCloseTo(netAt(branches, found.limits, amountIn, pricePerGas), -6)
      expect((best - found.net) / best).toBeLessThan(1e-10)
      expect(best / found.bound).toBeLessThan(1 + 1e-12)
      const gross = netAt(
        branches,
        branches.map(() => Number.POSITIVE_INFINITY),
        amountIn,
        pricePerGas,
      )
      expect(found.net).toBeGreaterThanOrEqual(gross)
      if (found.net > gross) apart += 1
    }
    expect(compared).toBeGreaterThan(50)
    expect(apart).toBeGreaterThan(5)
  })

  it('is null where the pools cannot take the input', () => {
    const branches = branchesOf(usdcWethPools(new Random(1)).slice(1), true)
    expect(
      netSplit(
        branches,
        branches.map(() => ({ leg: 1, crossing: 1 })),
        1e30,
      ),
    ).toBeNull()
  })
})

const netOf = (route: Route | null) => Number(route?.expectedOut ?? 0n) - Number(route?.gasOut ?? 0n)

describe('a plan net of gas', () => {
  it('is never worse than without one of its pools, nor than the plan that ignores gas', () => {
    const random = new Random(19)
    let saved = 0
    for (let round = 0; round < 200; round++) {
      const { zeroForOne, amountIn, pricePerGas } = trade(random, round)
      const pools = usdcWethPools(random)
      const [sell, buy] = zeroForOne ? [token0, token1] : [token1, token0]
      const amount = { kind: 'exactInput', amountIn: BigInt(Math.round(amountIn)) } as const
      const request = { pools, sell, buy, amount }
      const route = planRoute({ ...request, gas: { schedule, pricePerGas } })
      if (route === null || route.partial) continue
      const gross = planRoute(request)
      const used = (gross?.legs ?? []).reduce((sum, leg) => sum + gas.leg + gas.crossing * leg.crossings, 0)
      expect(netOf(route)).toBeGreaterThanOrEqual(Number(gross?.expectedOut ?? 0n) - used * pricePerGas - 20)
      if (netOf(route) > Number(gross?.expectedOut ?? 0n) - used * pricePerGas + 20) saved += 1
      expect(route.gapBps).toBeLessThan(0.01)
      for (const { pool } of route.legs) {
        const others = pools.filter((other) => other !== pool)
        const without = planRoute({ ...request, pools: others, gas: { schedule, pricePerGas } })
        if (without === null || without.partial) continue
        // A unit of rounding per leg and stop.
        expect(netOf(route) + 20, `round ${round}`).toBeGreaterThanOrEqual(netOf(without))
      }
    }
    expect(saved).toBeGreaterThan(10)
  })

  it('holds for networks, too', () => {
    const random = new Random(29)
    let fewer = 0
    for (let round = 0; round < 60; round++) {
      const pools = networkPools(random, networkTokens, 20)
      const [sold, bought] = [networkTokens[0], networkTokens[1]]
      if (sold === undefined || bought === undefined) throw new Error('Too few tokens.')
      const amount = { kind: 'exactInput', amountIn: unitsFor(sold, 10 ** (3 + random.unit() * 3)) } as const
      const intermediates = networkTokens.map(({ address }) => address)
      const request = { pools, sell: sold.address, buy: bought.address, amount, intermediates }
      const pricePerGas = 20e9
      const route = planRoute({ ...request, gas: { schedule, pricePerGas } })
      const gross = planRoute(request)
      if (route === null || gross === null || route.partial || gross.partial) continue
      if (route.legs.length < gross.legs.length) fewer += 1
      expect(route.gapBps, `round ${round}`).toBeLessThan(0.01)
      for (const { pool } of route.legs) {
        const others = pools.filter((other) => other !== pool)
        const without = planRoute({ ...request, pools: others, gas: { schedule, pricePerGas } })
        if (without === null || without.partial) continue
        expect(netOf(without) / netOf(route), `round ${round}`).toBeLessThan(1 + 1e-9)
      }
    }
    expect(fewer).toBeGreaterThan(15)
  })
})
