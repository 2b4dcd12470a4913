import { describe, expect, it } from 'vitest'
import { quotePool } from '../../../shared/routing/pool-quote.ts'
import { planRoute, type Route } from '../../../shared/routing/route.ts'
import type { Pool } from '../../../shared/schema/pool.ts'
import { Random } from '../random.ts'
import { networkPools, networkTokens, stablePool, unitsFor } from './networks.ts'
import { pair } from './pools.ts'

const addresses = networkTokens.map(({ address }) => address)
const [usdc, weth, usdt, wbtc] = networkTokens
if (usdc === undefined || weth === undefined || usdt === undefined || wbtc === undefined)
  throw new Error('Too few tokens.')

/** Follows the legs with a purse: every leg's input must be in it. */
function executed(route: Route, sell: string, amountIn: bigint): Map<string, bigint> {
  const purse = new Map<string, bigint>([[sell, amountIn]])
  for (const leg of route.legs) {
    const left = (purse.get(leg.sell) ?? 0n) - leg.amountIn
    expect(left).toBeGreaterThanOrEqual(0n)
    purse.set(leg.sell, left)
    purse.set(leg.buy, (purse.get(leg.buy) ?? 0n) + leg.expectedOut)
  }
  return purse
}

/** Pools on the longest path of a route. */
function hopsOf(route: Route, sell: string): number {
  const hops = new Map<string, number>([[sell, 0]])
  for (const leg of route.legs) {
    hops.set(leg.buy, Math.max(hops.get(leg.buy) ?? 0, (hops.get(leg.sell) ?? 0) + 1))
  }
  return Math.max(...hops.values())
}

describe('routes through intermediate tokens', () => {
  it.each([10, 60, 300])(
    'are executable, spend all, and stay within 0.003 bp of the bound: prices %i bp apart',
    (spread) => {
      const random = new Random(100 + spread)
      let routes = 0
      let throughOthers = 0
      for (let round = 0; round < 120; round++) {
        const pools = networkPools(random, networkTokens, spread)
        const [from, to] = [random.integer(0, 4), random.integer(0, 4)]
        const [sold, bought] = [networkTokens[from], networkTokens[to]]
        if (sold === undefined || bought === undefined || sold === bought) continue
        const amountIn = unitsFor(sold, 10 ** (3 + random.unit() * 3))
        const amount = { kind: 'exactInput', amountIn } as const
        const request = { pools, sell: sold.address, buy: bought.address, amount }
        const route = planRoute({ ...request, intermediates: addresses })
        if (route === null) continue
        routes += 1
        const purse = executed(route, sold.address, route.amountIn)
        expect(purse.get(bought.address)).toBe(route.expectedOut)
        for (const [token, left] of purse) if (token !== bought.address) expect(left, token).toBe(0n)
        // Paths that share a token may hand on to each other; no token is passed twice.
        expect(hopsOf(route, sold.address)).toBeLessThanOrEqual(4)
        if (hopsOf(route, sold.address) > 1) throughOthers += 1
        if (!route.partial) expect(route.amountIn).toBe(amountIn)
        expect(route.gapBps, `round ${round}`).toBeLessThanOrEqual(0.003)
        // More ways are never worse.
        const direct = planRoute(request)
        if (direct !== null && direct.amountIn === route.amountIn) {
          expect(route.expectedOut + 10n).toBeGreaterThanOrEqual(direct.expectedOut)
        }
      }
      expect(routes).toBeGreaterThan(70)
      expect(throughOthers).toBeGreaterThan(50)
    },
  )

  it('pass through StableSwap pools, one pair of tokens each', () => {
    const random = new Random(77)
    let stable = 0
    for (let round = 0; round < 60; round++) {
      const dollars = networkTokens.filter(({ usd }) => usd === 1)
      const pools = [
        ...networkPools(random, networkTokens, 10),
        stablePool(random, 90, round % 2 === 0 ? [usdc, usdt] : dollars),
      ]
      const [sold, bought] = round % 3 === 0 ? [usdc, usdt] : [weth, usdt]
      const amountIn = unitsFor(sold, 10 ** (3 + random.unit() * 3))
      const request = { pools, sell: sold.address, buy: bought.address, intermediates: addresses }
      const route = planRoute({ ...request, amount: { kind: 'exactInput', amountIn } })
      if (route === null) continue
      executed(route, sold.address, route.amountIn)
      const legs = route.legs.filter(({ pool }) => pool.venue === 'StableSwap')
      expect(legs.length).toBeLessThanOrEqual(1)
      stable += legs.length
      expect(route.gapBps, `round ${round}`).toBeLessThanOrEqual(0.003)
    }
    expect(stable).toBeGreaterThan(20)
  })

  it('give no less than any mixture of paths that a search by small exchanges finds', () => {
    const random = new Random(23)
    let compared = 0
    for (let round = 0; round < 25; round++) {
      const pools = networkPools(random, [usdc, weth, usdt], 30).filter(({ venue }) => venue !== 'UniswapV4')
      const amountIn = unitsFor(usdc, 10 ** (3 + random.unit() * 2.5))
      const amount = { kind: 'exactInput', amountIn } as const
      const ends = { sell: usdc.address, buy: usdt.address }
      const route = planRoute({ pools, ...ends, amount, intermediates: addresses })
      if (route === null || route.partial) continue
      const found = searched(pools, amountIn)
      compared += 1
      expect(Number(found)).toBeLessThanOrEqual(Number(route.upperBound))
      // Both end within rounding of each other; the search may be caught short of the best.
      expect(Number(route.expectedOut) + 20).toBeGreaterThanOrEqual(Number(found))
    }
    expect(compared).toBeGreaterThan(12)
  })

  it('keep to the most legs allowed, and say what that costs', () => {
    const random = new Random(61)
    let limited = 0
    for (let round = 0; round < 60; round++) {
      const pools = networkPools(random, networkTokens, 10)
      const amount = { kind: 'exactInput', amountIn: unitsFor(usdc, 10 ** (4 + random.unit() * 2)) } as const
      const request = { pools, sell: usdc.address, buy: weth.address, amount, intermediates: addresses }
      const all = planRoute(request)
      const few = planRoute({ ...request, maximumLegs: 4 })
      if (all === null || few === null || all.partial || few.partial || all.legs.length <= 4) continue
      // Where so few pools cannot carry the input, there are more.
      if (few.legs.length > 4) continue
      limited += 1
      expect(few.amountIn).toBe(amount.amountIn)
      expect(few.expectedOut).toBeLessThanOrEqual(all.expectedOut)
      const lostBps = (Number(all.expectedOut - few.expectedOut) / Number(all.expectedOut)) * 10_000
      expect(Math.abs(few.gapBps + few.roundingBps - lostBps)).toBeLessThan(0.01 + 0.001 * lostBps)
    }
    expect(limited).toBeGreaterThan(5)
  })

  it('share a pool between two paths', () => {
    // Both intermediate tokens lead on through the one pool that USDT has with WETH, or through their own.
    const reserves = (one: typeof usdc, other: typeof usdc, usd: number, number: number) => ({
      ...pair(number, unitsFor(one, usd), unitsFor(other, usd)),
      token0: one.address,
      token1: other.address,
    })
    const pools = [
      reserves(usdc, weth, 5e6, 1),
      reserves(usdc, wbtc, 5e6, 2),
      reserves(weth, wbtc, 2e7, 3),
      reserves(weth, usdt, 5e6, 4),
    ]
    const amount = { kind: 'exactInput', amountIn: unitsFor(usdc, 1e6) } as const
    const route = planRoute({ pools, sell: usdc.address, buy: usdt.address, amount, intermediates: addresses })
    expect(route?.legs.map(({ pool }) => pool.pool).sort()).toEqual(pools.map(({ pool }) => pool))
    expect(route?.gapBps).toBeLessThan(0.001)
  })

  it('combine paths that share a token, although their union is longer than each', () => {
    const link = (one: (typeof networkTokens)[number], other: (typeof networkTokens)[number], number: number) => {
      const [token0, token1] = one.address < other.address ? [one, other] : [other, one]
      const amounts = [unitsFor(token0, 1e6), unitsFor(token1, 1e6)] as const
      return { ...pair(number, ...amounts), token0: token0.address, token1: token1.address }
    }
    const [, , , , dai] = networkTokens
    if (dai === undefined) throw new Error('Too few tokens.')
    // USDC → WETH → USDT → DAI and USDC → USDT → WBTC → DAI.
    const [first, second] = [
      [link(usdc, weth, 1), link(weth, usdt, 2), link(usdt, dai, 3)],
      [link(usdc, usdt, 4), link(usdt, wbtc, 5), link(wbtc, dai, 6)],
    ]
    const amountIn = unitsFor(usdc, 1e6)
    const request = { sell: usdc.address, buy: dai.address, intermediates: addresses }
    const outOf = (pools: Pool[], part: bigint) =>
      planRoute({ ...request, pools, amount: { kind: 'exactInput', amountIn: part } })?.expectedOut ?? 0n
    const apart = outOf(first, amountIn / 2n) + outOf(second, amountIn / 2n)
    const route = planRoute({ ...request, pools: [...first, ...second], amount: { kind: 'exactInput', amountIn } })
    expect(route?.expectedOut).toBeGreaterThan(apart)
    expect(route?.gapBps).toBeLessThan(0.001)
  })

  it('say what they can take where the way gets too narrow', () => {
    const wide = { ...pair(1, unitsFor(usdc, 1e8), unitsFor(weth, 1e8)), token0: usdc.address, token1: weth.address }
    const narrow: Pool = {
      ...{ venue: 'UniswapV3', pool: '0x0000000000000000000000000000000000000007', feePips: 500, tickSpacing: 10 },
      ...{
        token0: weth.address,
        token1: usdt.address,
        tick: -196_256,
        sqrtPriceX96: 4_339_505_179_874_779_000_000_000n,
      },
      ...{ liquidity: 10n ** 16n, tickLower: -887_272, tickUpper: 887_272 },
      ticks: [
        { index: -197_000, liquidityNet: 10n ** 16n },
        { index: -195_500, liquidityNet: -(10n ** 16n) },
      ],
    }
    const amountIn = unitsFor(usdc, 1e7)
    const request = { pools: [wide, narrow], sell: usdc.address, buy: usdt.address, intermediates: addresses }
    const route = planRoute({ ...request, amount: { kind: 'exactInput', amountIn } })
    expect(route?.partial).toBe(true)
    expect(route?.amountIn).toBeLessThan(amountIn)
    const most = quotePool(narrow, true, 10n ** 30n).amountOut
    expect(Number(route?.expectedOut)).toBeGreaterThan(Number(most) * 0.99)
  })

  it('find the smallest input for an exact output', () => {
    const random = new Random(41)
    let exact = 0
    for (let round = 0; round < 30; round++) {
      const pools = networkPools(random, networkTokens, 40)
      const amountOut = unitsFor(weth, 10 ** (3 + random.unit() * 2.5))
      const request = { pools, sell: wbtc.address, buy: weth.address, intermediates: addresses }
      const route = planRoute({ ...request, amount: { kind: 'exactOutput', amountOut } })
      if (route === null || route.partial) continue
      exact += 1
      expect(route.expectedOut).toBeGreaterThanOrEqual(amountOut)
      const amountIn = route.amountIn - 1n
      expect(planRoute({ ...request, amount: { kind: 'exactInput', amountIn } })?.expectedOut).toBeLessThan(amountOut)
      expect(route.gapBps).toBeLessThan(0.003)
    }
    expect(exact).toBeGreaterThan(15)
  })
})

/**
 * USDC to USDT directly and through WETH, by exact integer quotes alone: starts from even shares and moves smaller and smaller
 * parts from one place to another for as long as that gains. Knows nothing of prices, curves or duals.
 */
function searched(pools: readonly Pool[], amountIn: bigint): bigint {
  const between = (one: string, other: string) =>
    pools.filter(({ token0, token1 }) => token0 === one && token1 === other)
  const first = between(usdc?.address ?? '', weth?.address ?? '')
  const second = between(weth?.address ?? '', usdt?.address ?? '')
  const direct = between(usdc?.address ?? '', usdt?.address ?? '')
  const ways = second.length === 0 ? direct : [...direct, ...first]
  const outOf = (shares: readonly bigint[], split: readonly number[]) => {
    let out = 0n
    let middle = 0n
    for (const [index, pool] of ways.entries()) {
      const quote = quotePool(pool, true, shares[index] ?? 0n)
      if (quote.exhausted && (shares[index] ?? 0n) > 0n) return -1n
      if (index < direct.length) out += quote.amountOut
      else middle += quote.amountOut
    }
    let left = middle
    for (const [index, pool] of second.entries()) {
      const part =
        index === second.length - 1 ? left : (middle * BigInt(Math.floor((split[index] ?? 0) * 1e15))) / 10n ** 15n
      const quote = quotePool(pool, true, part < left ? part : left)
      if (quote.exhausted && part > 0n) return -1n
      left -= part
      out += quote.amountOut
    }
    return out
  }
  let shares = ways.map((_, index) => (index === 0 ? amountIn : 0n))
  let split = second.map((_, index): number => (index === 0 ? 1 : 0))
  for (const index of ways.keys()) {
    const alone = ways.map((_, position) => (position === index ? amountIn : 0n))
    if (outOf(alone, split) > outOf(shares, split)) shares = alone
  }
  let best = outOf(shares, split)
  for (let step = amountIn / 2n, part = 0.5; step > 0n && part > 1e-13; step /= 2n, part /= 2) {
    for (let gained = true; gained; ) {
      gained = false
      for (const from of ways.keys()) {
        for (const to of ways.keys()) {
          if (from === to || (shares[from] ?? 0n) < step) continue
          const moved = shares.with(from, (shares[from] ?? 0n) - step).with(to, (shares[to] ?? 0n) + step)
          const out = outOf(moved, split)
          if (out > best) [best, shares, gained] = [out, moved, true]
        }
      }
      for (const from of second.keys()) {
        for (const to of second.keys()) {
          if (from === to || (split[from] ?? 0) < part) continue
          const moved = split.with(from, (split[from] ?? 0) - part).with(to, (split[to] ?? 0) + part)
          const out = outOf(shares, moved)
          if (out > best) [best, split, gained] = [out, moved, true]
        }
      }
    }
  }
  return best
}
