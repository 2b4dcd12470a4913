import { describe, expect, it } from 'vitest'
import { quotePool } from '../../../shared/routing/pool-quote.ts'
import { sqrtPriceAtTick } from '../../../shared/routing/tick-math.ts'
import type { V3Pool } from '../../../shared/schema/pool.ts'
import { concentrated, token0, token1 } from './pools.ts'
import { type V3Vector, v3Vectors } from './v3-vectors.ts'

function poolOf(vector: V3Vector): V3Pool {
  return {
    venue: 'UniswapV3',
    pool: token0,
    token0,
    token1,
    feePips: vector.feePips,
    tickSpacing: vector.tickSpacing,
    sqrtPriceX96: vector.sqrtPriceX96,
    tick: vector.tick,
    liquidity: vector.liquidity,
    tickLower: -887_272,
    tickUpper: 887_272,
    ticks: vector.ticks.map(([index, liquidityNet]) => ({ index, liquidityNet })),
  }
}

describe('v3 quotes against swaps of the genuine pool', () => {
  for (const vector of v3Vectors) {
    it(`fee ${vector.feePips} at tick ${vector.tick}: ${vector.swaps.length} swaps, to the unit`, () => {
      const pool = poolOf(vector)
      expect(pool.sqrtPriceX96).toBeGreaterThanOrEqual(sqrtPriceAtTick(pool.tick))
      expect(pool.sqrtPriceX96).toBeLessThan(sqrtPriceAtTick(pool.tick + 1))
      for (const [zeroForOne, asked, taken, paid] of vector.swaps) {
        const quote = quotePool(pool, zeroForOne, asked)
        if (taken === asked) expect(quote).toMatchObject({ amountIn: asked, amountOut: paid, exhausted: false })
        // Run dry, the pool goes on to the end of all prices.
        else expect(quote).toMatchObject({ amountIn: taken, amountOut: paid, exhausted: true })
      }
    })
  }
})

describe('the known window of a v3 pool', () => {
  const whole = concentrated(1, {
    feePips: 500,
    tickSpacing: 10,
    tick: 5,
    positions: [
      { lower: -4000, upper: 4000, liquidity: 10n ** 20n },
      { lower: -500, upper: 900, liquidity: 7n * 10n ** 20n },
      { lower: 1200, upper: 1210, liquidity: 10n ** 22n },
    ],
  })
  const cut = (tickLower: number, tickUpper: number): V3Pool => ({
    ...whole,
    tickLower,
    tickUpper,
    ticks: whole.ticks.filter(({ index }) => index >= tickLower && index <= tickUpper),
  })

  for (const zeroForOne of [true, false]) {
    it(`gives the whole pool's quotes inside, selling token${zeroForOne ? 0 : 1}`, () => {
      const windowed = cut(-600, 1000)
      for (const amountIn of [1n, 999n, 10n ** 15n, 10n ** 18n, 2n * 10n ** 19n]) {
        expect(quotePool(windowed, zeroForOne, amountIn)).toEqual(quotePool(whole, zeroForOne, amountIn))
      }
    })

    it(`stops inside the window with what it can take, selling token${zeroForOne ? 0 : 1}`, () => {
      // Edges that are no stops of the chain: between ticks, inside a bitmap word.
      const windowed = cut(-333, 777)
      const quote = quotePool(windowed, zeroForOne, 10n ** 30n)
      expect(quote.exhausted).toBe(true)
      expect(quote.amountIn).toBeGreaterThan(10n ** 18n)
      // What it claims for that amount is what the whole pool pays, and one unit more is too much.
      expect(quotePool(whole, zeroForOne, quote.amountIn)).toEqual({ ...quote, exhausted: false })
      expect(quotePool(windowed, zeroForOne, quote.amountIn)).toEqual({ ...quote, exhausted: false })
      expect(quotePool(windowed, zeroForOne, quote.amountIn + 2n).exhausted).toBe(true)
    })
  }

  it('crosses a gap without liquidity for nothing, and takes nothing where there is none at all', () => {
    const gap = concentrated(2, {
      feePips: 3000,
      tickSpacing: 60,
      tick: 0,
      positions: [
        { lower: -60, upper: 60, liquidity: 10n ** 18n },
        { lower: 60_000, upper: 60_060, liquidity: 10n ** 18n },
      ],
    })
    const near = quotePool(gap, false, 10n ** 15n)
    const far = quotePool(gap, false, 10n ** 16n)
    expect(far.exhausted).toBe(false)
    expect(far.amountOut).toBeGreaterThan(near.amountOut)
    expect(
      quotePool(concentrated(3, { feePips: 500, tickSpacing: 10, tick: 0, positions: [] }), true, 5n),
    ).toMatchObject({
      amountIn: 0n,
      amountOut: 0n,
      exhausted: true,
      steps: 0,
    })
  })
})
