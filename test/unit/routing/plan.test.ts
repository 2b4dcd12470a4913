import { describe, expect, it } from 'vitest'
import { planSwap } from '../../../shared/routing/plan.ts'
import { directionOf, quotePool } from '../../../shared/routing/pool-quote.ts'
import { venuesOf } from '../../../shared/routing/venue.ts'
import type { Pool } from '../../../shared/schema/snapshot.ts'
import { Random } from '../random.ts'
import { concentrated, pair, token0, token1, usdcWethPools } from './pools.ts'

const everyLeg = { maximumLegs: 8, minimumLegShareBps: 0 }

function plan(pools: readonly Pool[], zeroForOne: boolean, amountIn: bigint, options = everyLeg) {
  const [sell, buy] = zeroForOne ? [token0, token1] : [token1, token0]
  return planSwap(venuesOf(pools, sell, buy), amountIn, options)
}

/** Best output over all splits of two or three pools in steps of 1/`steps`, by exact quotes. */
function bestOnGrid(pools: readonly Pool[], zeroForOne: boolean, amountIn: bigint, steps: number): bigint {
  const quote = (pool: Pool | undefined, amount: bigint) => {
    if (pool === undefined) return amount === 0n ? 0n : -1n
    const { amountOut, exhausted } = quotePool(pool, zeroForOne, amount)
    return exhausted ? -1n : amountOut
  }
  const part = (count: number) => (amountIn * BigInt(count)) / BigInt(steps)
  let best = 0n
  for (let first = 0; first <= steps; first++) {
    for (let second = 0; second <= (pools.length > 2 ? steps - first : 0); second++) {
      const [one, two] = [part(first), part(second)]
      const outputs =
        pools.length > 2
          ? [quote(pools[0], one), quote(pools[1], two), quote(pools[2], amountIn - one - two)]
          : [quote(pools[0], one), quote(pools[1], amountIn - one)]
      if (outputs.some((output) => output < 0n)) continue
      const total = outputs.reduce((sum, output) => sum + output, 0n)
      if (total > best) best = total
    }
  }
  return best
}

describe('the split', () => {
  for (const zeroForOne of [true, false]) {
    it(`is never worse than any split on a grid, and never above its bound, selling token${zeroForOne ? 0 : 1}`, () => {
      const random = new Random(zeroForOne ? 11 : 12)
      for (let round = 0; round < 12; round++) {
        const pools = usdcWethPools(random)
        const dollars = 10 ** (3 + random.unit() * 3)
        const amountIn = zeroForOne
          ? BigInt(Math.round(dollars * 1e6))
          : BigInt(Math.round((dollars / 3000) * 1e9)) * 10n ** 9n
        const routed = plan(pools, zeroForOne, amountIn)
        expect(routed).not.toBeNull()
        if (routed === null || routed.partial) continue
        const { plan: chosen } = routed
        expect(chosen.amountIn).toBe(amountIn)
        // Selling WETH for USDC, one base unit of rounding per leg and stop is all a finer grid could find.
        expect(chosen.expectedOut + 12n).toBeGreaterThanOrEqual(bestOnGrid(pools, zeroForOne, amountIn, 40))
        expect(chosen.expectedOut).toBeLessThanOrEqual(chosen.upperBound)
        expect(chosen.gapBps).toBeLessThan(0.01)
      }
    })
  }

  it('adds up: legs sum to the plan, each leg is its pool’s exact quote', () => {
    const random = new Random(13)
    for (let round = 0; round < 40; round++) {
      const pools = usdcWethPools(random)
      const zeroForOne = round % 2 === 0
      const routed = plan(pools, zeroForOne, random.magnitude(zeroForOne ? 12 : 20) + 1n)
      if (routed === null) continue
      const { legs, amountIn, expectedOut } = routed.plan
      expect(legs.reduce((sum, leg) => sum + leg.amountIn, 0n)).toBe(amountIn)
      expect(legs.reduce((sum, leg) => sum + leg.expectedOut, 0n)).toBe(expectedOut)
      for (const leg of legs) {
        const pool = pools.find((candidate) => candidate.pool === leg.pool)
        if (pool === undefined) throw new Error('The leg goes through no pool we gave.')
        expect(quotePool(pool, zeroForOne, leg.amountIn)).toMatchObject({
          amountIn: leg.amountIn,
          amountOut: leg.expectedOut,
        })
      }
    }
  })

  it('shares two equal pools equally, and beats either alone', () => {
    const pools = [pair(1, 10n ** 24n, 10n ** 24n), pair(2, 10n ** 24n, 10n ** 24n)]
    const amountIn = 10n ** 22n
    const routed = plan(pools, true, amountIn)
    expect(routed?.plan.legs.map((leg) => leg.amountIn)).toEqual([amountIn / 2n, amountIn / 2n])
    const single = plan(pools.slice(0, 1), true, amountIn)
    expect(routed?.plan.expectedOut).toBeGreaterThan(single?.plan.expectedOut ?? 0n)
    expect(single?.plan.gapBps).toBeLessThan(1e-6)
  })

  it('leaves a pool with a worse first price alone until the better one is moved that far', () => {
    const cheap = pair(1, 10n ** 24n, 10n ** 24n, 500)
    const dear = pair(2, 10n ** 24n, 10n ** 24n, 10_000)
    expect(plan([cheap, dear], true, 10n ** 21n)?.plan.legs.map((leg) => leg.pool)).toEqual([cheap.pool])
    expect(plan([cheap, dear], true, 10n ** 23n)?.plan.legs.map((leg) => leg.pool)).toEqual([cheap.pool, dear.pool])
  })

  it('handles 8-decimal tokens within the rounding of one unit per leg', () => {
    // WBTC (8) sold for WETH (18) and back, near 20 WETH each.
    const pools = [pair(1, 500n * 10n ** 8n, 10_000n * 10n ** 18n), pair(2, 90n * 10n ** 8n, 1_801n * 10n ** 18n)]
    expect(plan(pools, true, 10n ** 8n)?.plan.gapBps).toBeLessThan(0.01)
    const toBitcoin = plan(pools, false, 20n * 10n ** 18n)?.plan
    expect(toBitcoin && toBitcoin.upperBound - toBitcoin.expectedOut).toBeLessThanOrEqual(4n)
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
    expect(routed?.plan.amountIn).toBeLessThan(10n ** 19n)
    expect(routed?.plan.amountIn).toBeGreaterThan(10n ** 18n)
    expect(routed?.plan.expectedOut).toBeLessThanOrEqual(routed?.plan.upperBound ?? 0n)
  })

  it('fills what an exhausted pool cannot take from another', () => {
    const pool = pair(6, 10n ** 20n, 10n ** 20n)
    const routed = plan([window, pool], true, 10n ** 20n)
    expect(routed?.partial).toBe(false)
    expect(routed?.plan.amountIn).toBe(10n ** 20n)
    expect(routed?.plan.legs).toHaveLength(2)
  })

  it('keeps a dust leg without which the input would not fit', () => {
    const small = concentrated(7, {
      feePips: 500,
      tickSpacing: 10,
      tick: 0,
      positions: [{ lower: -100, upper: 100, liquidity: 10n ** 18n }],
    })
    const most = plan([window], true, 10n ** 24n)?.plan.amountIn ?? 0n
    const beyond = most + 10n ** 15n
    const routed = plan([window, small], true, beyond, { maximumLegs: 8, minimumLegShareBps: 50 })
    expect(routed?.partial).toBe(false)
    expect(routed?.plan.legs).toHaveLength(2)
    expect(plan([window, small], true, beyond, { maximumLegs: 1, minimumLegShareBps: 50 })?.partial).toBe(true)
  })

  it('gives nothing without pools, without liquidity, or for other tokens', () => {
    expect(plan([], true, 1n)).toBeNull()
    expect(plan([pair(1, 0n, 0n)], true, 10n)).toBeNull()
    expect(plan([concentrated(2, { feePips: 500, tickSpacing: 10, tick: 0, positions: [] })], true, 10n)).toBeNull()
    expect(venuesOf([window], token0, '0x3000000000000000000000000000000000000003')).toEqual([])
    expect(directionOf(window, token1, token0)).toBe(false)
    expect(plan([window], true, 0n)).toBeNull()
  })

  it('trades inputs that are lost in the rounding of doubles', () => {
    const deep = [pair(1, 10n ** 30n, 2n * 10n ** 30n), pair(2, 10n ** 30n, 10n ** 30n)]
    expect(plan(deep, true, 1000n)?.plan).toMatchObject({ amountIn: 1000n, expectedOut: 1993n })
  })

  it('drops dust legs and keeps to the most legs allowed, at a stated cost', () => {
    const pools = Array.from({ length: 12 }, (_, index) =>
      pair(index + 1, 10n ** 22n * BigInt(index + 1), 10n ** 22n * BigInt(index + 1)),
    )
    const routed = plan(pools, true, 10n ** 21n)
    expect(routed?.plan.legs).toHaveLength(8)
    expect(routed?.plan.legs.map((leg) => leg.pool)).not.toContain(pools[0]?.pool)
    expect(routed?.plan.gapBps).toBeGreaterThan(0)
    const dust = [pair(1, 10n ** 24n, 10n ** 24n), pair(2, 10n ** 21n, 10n ** 21n)]
    const noDust = { maximumLegs: 8, minimumLegShareBps: 50 }
    expect(plan(dust, true, 10n ** 20n, noDust)?.plan.legs).toHaveLength(1)
    expect(plan(dust, true, 10n ** 20n)?.plan.legs).toHaveLength(2)
    // A tenth of a basis point is more than a leg of dust may cost.
    expect(plan(dust, true, 10n ** 22n, noDust)?.plan.legs).toHaveLength(2)
  })
})
