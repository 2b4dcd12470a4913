import { describe, expect, it } from 'vitest'
import { StableCurve } from '../../../shared/routing/stable-curve.ts'
import { swapStable } from '../../../shared/routing/stable-swap.ts'
import { Random } from '../random.ts'
import { randomDirection, randomInput, randomStablePool, stablePool } from './stable-pools.ts'

function relativeDifference(one: number, other: number): number {
  return Math.abs(one / other - 1)
}

describe('a StableSwap pool in doubles', () => {
  it('gives what the pool pays, but for the pool’s rounding', () => {
    const random = new Random(21)
    for (let round = 0; round < 1000; round++) {
      const pool = randomStablePool(random)
      const [sold, bought] = randomDirection(random, pool)
      const amountIn = randomInput(random, pool, sold, 6)
      const exact = swapStable(pool, sold, bought, amountIn)
      if (exact === null) continue
      // Two units of the pool's 18 decimals, one of the token, and what an input below its 18 decimals loses.
      const units = 4 * Math.max(1, 1e18 / Number(pool.rates[bought]))
      const output = new StableCurve(pool, sold, bought).outputOf(Number(amountIn))
      expect(Math.abs(output - Number(exact.amountOut))).toBeLessThan(units + 1e-12 * output)
    }
  })

  it('has a marginal price that is the slope of its output', () => {
    const random = new Random(22)
    for (let round = 0; round < 500; round++) {
      const pool = randomStablePool(random)
      const [sold, bought] = randomDirection(random, pool)
      const curve = new StableCurve(pool, sold, bought)
      const amountIn = Number(pool.balances[sold]) * 10 ** (0.5 - 6 * random.unit())
      const step = amountIn * 1e-4
      const slope = (curve.outputOf(amountIn + step) - curve.outputOf(amountIn - step)) / (2 * step)
      expect(relativeDifference(slope, curve.marginalPrice(amountIn))).toBeLessThan(1e-5)
      expect(curve.marginalPrice(amountIn)).toBeLessThan(curve.marginalPrice(0))
    }
  })

  it('stops where the marginal price has fallen to the one that is asked for', () => {
    const random = new Random(23)
    for (let round = 0; round < 2000; round++) {
      const pool = randomStablePool(random)
      const [sold, bought] = randomDirection(random, pool)
      const curve = new StableCurve(pool, sold, bought)
      const first = curve.marginalPrice(0)
      const lambda = first * (round % 2 === 0 ? 1 - 10 ** (-5 * random.unit()) : 10 ** (-6 * random.unit()))
      const amountIn = curve.inputAt(lambda)
      if (lambda < first) expect(amountIn).toBeGreaterThan(0)
      expect(relativeDifference(curve.marginalPrice(amountIn), lambda)).toBeLessThan(2e-13)
    }
  })

  it('comes from either side of its balance', () => {
    for (const balances of [
      [10n ** 18n, 10n ** 24n],
      [10n ** 24n, 10n ** 18n],
      [10n ** 24n, 10n ** 24n],
    ]) {
      const curve = new StableCurve(stablePool({ balances, decimals: [18, 18], amplification: 20_000n }), 0, 1)
      for (const price of [500, 1.5, 1.0001, 1, 0.9999, 0.5, 1e-3, 1e-9]) {
        const amountIn = curve.inputAt(price)
        if (price >= curve.marginalPrice(0)) expect(amountIn).toBe(0)
        else expect(relativeDifference(curve.marginalPrice(amountIn), price)).toBeLessThan(1e-13)
      }
    }
  })

  it('tells how the input answers to the price', () => {
    const random = new Random(24)
    for (let round = 0; round < 500; round++) {
      const pool = randomStablePool(random)
      const [sold, bought] = randomDirection(random, pool)
      const curve = new StableCurve(pool, sold, bought)
      const lambda = curve.marginalPrice(0) * (1 - 10 ** (-2 * random.unit() - 0.1))
      const step = lambda * 1e-5
      const slope = (curve.inputAt(lambda - step) - curve.inputAt(lambda + step)) / (2 * step)
      expect(relativeDifference(curve.inputSlopeAt(lambda), slope)).toBeLessThan(1e-4)
    }
  })

  it('takes nothing at its first price or above, everything for nothing, and has no slope there', () => {
    const terms = { balances: [10n ** 24n, 10n ** 12n], decimals: [18, 6], amplification: 20_000n, fee: 4_000_000n }
    const curve = new StableCurve(stablePool(terms), 1, 0)
    expect(relativeDifference(curve.marginalPrice(0), 0.9996e12)).toBeLessThan(1e-12)
    for (const lambda of [curve.marginalPrice(0), 1e12, Number.POSITIVE_INFINITY]) {
      expect(curve.inputAt(lambda)).toBe(0)
      expect(curve.inputSlopeAt(lambda)).toBe(0)
    }
    expect(curve.inputAt(0)).toBe(Number.POSITIVE_INFINITY)
    expect(curve.outputOf(0)).toBe(0)
    expect(curve.outputOf(1e40)).toBeLessThanOrEqual(1e24)
  })

  it('does not trade where the pool cannot', () => {
    const terms = { balances: [10n ** 24n, 10n ** 12n], decimals: [18, 6], amplification: 20_000n }
    for (const curve of [
      new StableCurve(stablePool({ ...terms, balances: [0n, 0n] }), 0, 1),
      new StableCurve(stablePool({ ...terms, balances: [10n ** 24n, 0n] }), 0, 1),
      new StableCurve(stablePool({ ...terms, amplification: 0n }), 0, 1),
      new StableCurve(stablePool({ ...terms, fee: 10n ** 10n }), 0, 1),
      new StableCurve(stablePool(terms), 0, 0),
      new StableCurve(stablePool(terms), 0, 2),
    ]) {
      expect(curve.marginalPrice(0)).toBe(0)
      expect(curve.outputOf(1e20)).toBe(0)
      expect(curve.inputAt(1e-20)).toBe(0)
      expect(curve.inputAt(0)).toBe(0)
    }
  })
})
