import { describe, expect, it } from 'vitest'
import { minimum } from '../../../shared/chain/units.ts'
import { certify, largestGapBps } from '../../../shared/routing/certificate.ts'
import { depthOf } from '../../../shared/routing/limits.ts'
import { planRoute, type Route, type RouteRequest } from '../../../shared/routing/route.ts'
import { venuesOf } from '../../../shared/routing/venue.ts'
import type { Pool } from '../../../shared/schema/pool.ts'
import { depthImpactBps } from '../../../workers/agent/decide/bounds.ts'
import { notOptimal } from '../../../workers/agent/decide/certificate.ts'
import { planOf } from '../../../workers/agent/decide/plan.ts'
import { Random } from '../random.ts'
import { concentrated, pair, token0, token1, usdcWethPools } from './pools.ts'

function routeFor(
  pools: readonly Pool[],
  zeroForOne: boolean,
  amountIn: bigint,
  options: Partial<RouteRequest> = {},
): Route | null {
  const [sell, buy] = zeroForOne ? [token0, token1] : [token1, token0]
  return planRoute({ pools, sell, buy, amount: { kind: 'exactInput', amountIn }, ...options })
}

/** Ten times the price impact at which a slice is cut. */
function mostSold(pools: readonly Pool[], zeroForOne: boolean): bigint {
  const [sell, buy] = zeroForOne ? [token0, token1] : [token1, token0]
  const depth = venuesOf(pools, sell, buy).reduce((sum, venue) => sum + depthOf(venue, 10 * depthImpactBps), 0)
  return BigInt(Math.ceil(depth))
}

/** Two tokens of six decimals near par. */
function stablePools(random: Random): Pool[] {
  const reserve = BigInt(random.integer(10_000, 9_000_000)) * 10n ** 6n
  const liquidity = BigInt(random.integer(1, 1000)) * 10n ** 12n
  const tick = random.integer(-4, 4)
  const positions = [{ lower: -40, upper: 40, liquidity }]
  return [pair(1, reserve, reserve), concentrated(2, { feePips: 100, tickSpacing: 1, tick, positions })]
}

/** WBTC (8 decimals) near 30 WETH. */
function bitcoinPools(random: Random): Pool[] {
  const coins = BigInt(random.integer(5, 5_000))
  const tick = 257_320 + random.integer(-30, 30)
  const at = Math.floor(tick / 60) * 60
  const liquidity = BigInt(random.integer(1, 1000)) * 10n ** 14n
  const positions = [{ lower: at - 600, upper: at + 600, liquidity }]
  return [
    pair(1, coins * 10n ** 8n, coins * 15n * 10n ** 18n),
    concentrated(2, { feePips: 3000, tickSpacing: 60, tick, positions }),
  ]
}

describe('the certificate', () => {
  const worlds = { 'USDC and WETH': usdcWethPools, 'six decimals near par': stablePools, 'WBTC and WETH': bitcoinPools }
  it.each(Object.entries(worlds))('holds for every plan at any size: %s', (_, poolsOf) => {
    const random = new Random(71)
    let plans = 0
    let explainedByRounding = 0
    for (let round = 0; round < 400; round++) {
      const [pools, zeroForOne] = [poolsOf(random), random.unit() < 0.5]
      const asked = random.magnitude(round % 2 === 0 ? 9 : 20) + 1n
      const route = routeFor(pools, zeroForOne, minimum(asked, mostSold(pools, zeroForOne)))
      if (route === null) continue
      plans += 1
      const { expectedOut, upperBound, gapBps, roundingBps } = route
      expect(expectedOut).toBeLessThanOrEqual(upperBound)
      expect(gapBps, `${round}: ${expectedOut} of ${upperBound}`).toBeLessThanOrEqual(0.003)
      if (roundingBps > largestGapBps) explainedByRounding += 1
      // Rounding explains units, never a part of a real order.
      if (route.amountIn > 10n ** 13n && expectedOut > 10n ** 13n) expect(roundingBps).toBeLessThan(1e-3)
      // The whole distance to the bound is one of the two.
      const whole = (Number(upperBound - expectedOut) / Number(upperBound)) * 10_000
      expect(Math.abs(whole - gapBps - roundingBps)).toBeLessThanOrEqual(1e-9 * whole + 1e-12)
    }
    expect(plans).toBeGreaterThan(200)
    expect(explainedByRounding).toBeGreaterThan(10)
  })

  it('refuses a split over too few pools, and says by how much it may be worse', () => {
    const pools = [pair(1, 10n ** 24n, 10n ** 24n), pair(2, 10n ** 24n, 10n ** 24n)]
    const route = routeFor(pools, true, 10n ** 22n, { maximumLegs: 1 })
    if (route === null) throw new Error('It should have been planned.')
    // Half of the input costs half a percent more than it had to.
    expect(route.gapBps).toBeGreaterThan(40)
    const stop = notOptimal(planOf(route))
    expect(stop).toMatchObject({ verdict: 'refuse', reason: 'RouteNotOptimal' })
    expect(stop?.detail).toMatch(/^It may be \d+\.\d{4} bp below the best; 0\.01 is allowed\.$/)
  })

  it('refuses just above a hundredth of a basis point, and not at it', () => {
    const route = routeFor([pair(1, 10n ** 24n, 10n ** 24n)], true, 10n ** 22n)
    if (route === null) throw new Error('It should have been planned.')
    expect(notOptimal(planOf({ ...route, gapBps: 0.01 }))).toBeNull()
    expect(notOptimal(planOf({ ...route, gapBps: 0.010001 }))).not.toBeNull()
  })

  const claim = {
    bound: 1e12,
    expectedOut: 10n ** 12n - 10n ** 6n,
    continuousOut: 1e12,
    largestRounding: 1e9,
    gasSaved: 0,
  }

  it('takes for rounding what whole units cost, but no more than the pools can round', () => {
    expect(certify(claim).roundingBps).toBeCloseTo(0.01, 5)
    expect(certify(claim).gapBps).toBeLessThan(1e-6)
    const { gapBps, roundingBps } = certify({ ...claim, largestRounding: 1000 })
    expect(roundingBps).toBeCloseTo(1e-5, 9)
    expect(gapBps).toBeCloseTo(0.00999, 6)
    // A worse split is a gap, however much pools could round.
    expect(certify({ ...claim, continuousOut: 1e12 - 1e6 }).gapBps).toBeCloseTo(0.01, 5)
  })

  it('lets saved gas explain what is given up for it, and nothing else', () => {
    const worse = { ...claim, continuousOut: 1e12 - 1e6 }
    expect(certify({ ...worse, gasSaved: 1e6 }).gapBps).toBeLessThan(1e-6)
    expect(certify({ ...worse, gasSaved: 4e5 }).gapBps).toBeCloseTo(0.006, 5)
    expect(certify({ ...worse, gasSaved: -1e9 }).gapBps).toBeCloseTo(0.01, 5)
  })

  it('raises a bound that the doubles put below the plan itself', () => {
    expect(certify({ ...claim, bound: 0, continuousOut: 0 })).toMatchObject({
      upperBound: claim.expectedOut,
      gapBps: 0,
    })
  })
})
