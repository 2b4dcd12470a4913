import { describe, expect, it } from 'vitest'
import { minimum } from '../../../shared/chain/units.ts'
import { gapBeyondRoundingBps, largestGapBps } from '../../../shared/routing/certificate.ts'
import { type PlanOptions, planSwap } from '../../../shared/routing/plan.ts'
import { inputAtImpact } from '../../../shared/routing/split.ts'
import { curvesOf, venuesOf } from '../../../shared/routing/venue.ts'
import type { Plan } from '../../../shared/schema/decision.ts'
import type { Pool } from '../../../shared/schema/snapshot.ts'
import { depthImpactBps } from '../../../workers/agent/decide/bounds.ts'
import { notOptimal } from '../../../workers/agent/decide/certificate.ts'
import { Random } from '../random.ts'
import { concentrated, pair, token0, token1, usdcWethPools } from './pools.ts'

function planFor(pools: readonly Pool[], zeroForOne: boolean, amountIn: bigint, options?: PlanOptions): Plan | null {
  const [sell, buy] = zeroForOne ? [token0, token1] : [token1, token0]
  return planSwap(venuesOf(pools, sell, buy), amountIn, options)?.plan ?? null
}

/** Ten times the price impact at which a slice is cut: far beyond it, doubles no longer split to a hundredth of a bp. */
function mostSold(pools: readonly Pool[], zeroForOne: boolean): bigint {
  const [sell, buy] = zeroForOne ? [token0, token1] : [token1, token0]
  return BigInt(Math.ceil(inputAtImpact(curvesOf(venuesOf(pools, sell, buy)), 10 * depthImpactBps)))
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
      const plan = planFor(pools, zeroForOne, minimum(asked, mostSold(pools, zeroForOne)))
      if (plan === null) continue
      plans += 1
      if (plan.gapBps > largestGapBps) explainedByRounding += 1
      expect(notOptimal(plan), `${round}: gap ${plan.gapBps} bp of ${plan.expectedOut}`).toBeNull()
      // Rounding explains units, never a part of a real order.
      if (plan.amountIn > 10n ** 13n && plan.expectedOut > 10n ** 13n) {
        expect(plan.roundingOut * 10n ** 7n).toBeLessThan(plan.expectedOut)
      }
    }
    expect(plans).toBeGreaterThan(200)
    expect(explainedByRounding).toBeGreaterThan(10)
  })

  it('refuses a split over too few pools, and says by how much it may be worse', () => {
    const pools = [pair(1, 10n ** 24n, 10n ** 24n), pair(2, 10n ** 24n, 10n ** 24n)]
    const plan = planFor(pools, true, 10n ** 22n, { maximumLegs: 1, minimumLegShareBps: 0 })
    if (plan === null) throw new Error('It should have been planned.')
    // Half of the input costs half a percent more than it had to.
    expect(gapBeyondRoundingBps(plan)).toBeGreaterThan(40)
    expect(notOptimal(plan)).toMatchObject({ verdict: 'refuse', reason: 'RouteNotOptimal' })
    expect(notOptimal(plan)?.detail).toMatch(/^It may be \d+\.\d{4} bp below the best; 0\.01 is allowed\.$/)
  })

  it('refuses just above a hundredth of a basis point, and not at it', () => {
    const base = { legs: [], amountIn: 1n, upperBound: 10n ** 12n, gapBps: 0, roundingOut: 7n }
    expect(notOptimal({ ...base, expectedOut: 10n ** 12n - 10n ** 6n - 7n })).toBeNull()
    expect(notOptimal({ ...base, expectedOut: 10n ** 12n - 10n ** 6n - 8n })).not.toBeNull()
    expect(notOptimal({ ...base, expectedOut: 10n ** 12n })).toBeNull()
  })
})
