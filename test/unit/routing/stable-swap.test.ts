import { describe, expect, it } from 'vitest'
import {
  quoteStableExactOutput,
  stableInvariant,
  stableOther,
  swapStable,
} from '../../../shared/routing/stable-swap.ts'
import type { StablePool } from '../../../shared/schema/pool.ts'
import { Random } from '../random.ts'
import { randomDirection, randomInput, randomStablePool, stablePool } from './stable-pools.ts'
import { type StableVector, stableVectors } from './stable-swap-vectors.ts'

function poolOf([amplification, fee, adminFee, balances]: StableVector, amplificationPrecision: bigint): StablePool {
  return stablePool({ balances, decimals: [18, 6, 6], amplification, amplificationPrecision, fee, adminFee })
}

function paid(pool: StablePool, sold: number, bought: number, amountIn: bigint): bigint {
  return swapStable(pool, sold, bought, amountIn)?.amountOut ?? -1n
}

describe('StableSwap against exchanges of genuine pools', () => {
  for (const { contract, amplificationPrecision, exchanges } of stableVectors) {
    it(`${contract}: ${exchanges.length} exchanges, to the unit, balances and reverts too`, () => {
      for (const vector of exchanges) {
        const [, , , , sold, bought, amountIn, amountOut, balances] = vector
        const expected = amountOut === null ? null : { amountOut, balances }
        expect(swapStable(poolOf(vector, amplificationPrecision), sold, bought, amountIn)).toEqual(expected)
      }
    })

    it(`${contract}: what was paid needs no more input than it took`, () => {
      for (const vector of exchanges) {
        const [, , , , sold, bought, amountIn, amountOut] = vector
        if (amountOut === null || amountOut === 0n) continue
        const pool = poolOf(vector, amplificationPrecision)
        const quote = quoteStableExactOutput(pool, sold, bought, amountOut)
        if (quote === null) throw new Error('no quote')
        expect(quote.amountIn).toBeLessThanOrEqual(amountIn)
        expect(quote).toEqual({ amountIn: quote.amountIn, ...swapStable(pool, sold, bought, quote.amountIn) })
        expect(quote.amountOut).toBeGreaterThanOrEqual(amountOut)
        expect(paid(pool, sold, bought, quote.amountIn - 1n)).toBeLessThan(amountOut)
      }
    })
  }
})

describe('StableSwap', () => {
  it('pays more for more and never all it has, and no swap takes value from those who provide it', () => {
    const random = new Random(11)
    for (let round = 0; round < 300; round++) {
      const pool = randomStablePool(random)
      const [sold, bought] = randomDirection(random, pool)
      const inputs = Array.from({ length: 4 }, () => randomInput(random, pool, sold, 3)).sort((a, b) =>
        a < b ? -1 : 1,
      )
      let least = 0n
      for (const amountIn of inputs) {
        const swap = swapStable(pool, sold, bought, amountIn)
        if (swap === null) continue
        expect(swap.amountOut).toBeGreaterThanOrEqual(least)
        expect(swap.amountOut).toBeLessThan(pool.balances[bought] ?? 0n)
        const [before, after] = [stableInvariant(pool), stableInvariant({ ...pool, balances: swap.balances })]
        // The pool's own Newton is exact to one unit of 10^-18.
        expect((after ?? 0n) + 1n).toBeGreaterThanOrEqual(before ?? 0n)
        least = swap.amountOut
      }
    }
  })

  it('answers an exact output with the smallest input there is', () => {
    const random = new Random(12)
    let answered = 0
    for (let round = 0; round < 300; round++) {
      const pool = randomStablePool(random)
      const [sold, bought] = randomDirection(random, pool)
      const wanted = ((pool.balances[bought] ?? 0n) * BigInt(random.integer(1, 999_999))) / 1_000_000n
      const quote = quoteStableExactOutput(pool, sold, bought, wanted)
      if (quote === null) continue
      answered++
      expect(quote.amountOut).toBe(paid(pool, sold, bought, quote.amountIn))
      expect(quote.amountOut).toBeGreaterThanOrEqual(wanted)
      expect(paid(pool, sold, bought, quote.amountIn - 1n)).toBeLessThan(wanted)
    }
    expect(answered).toBeGreaterThan(295)
  })

  it('finds the same as a search through all inputs of pools of a few units', () => {
    const random = new Random(13)
    for (let round = 0; round < 40; round++) {
      const pool = stablePool({
        balances: [BigInt(random.integer(5, 400)), BigInt(random.integer(5, 400))],
        decimals: [18, 18],
        amplification: BigInt(random.integer(1, 300)) * 100n,
        fee: BigInt(random.integer(0, 1_000_000_000)),
      })
      const all = Array.from({ length: 3000 }, (_, input) => paid(pool, 0, 1, BigInt(input)))
      for (let wanted = 1; wanted < (pool.balances[1] ?? 0n); wanted += random.integer(1, 20)) {
        const smallest = all.findIndex((amountOut) => amountOut >= wanted)
        const quote = quoteStableExactOutput(pool, 0, 1, BigInt(wanted))
        if (smallest === -1) expect(quote === null || quote.amountIn >= 3000n).toBe(true)
        else expect(quote?.amountIn).toBe(BigInt(smallest))
      }
    }
  })

  it('solves the invariant to the unit', () => {
    const random = new Random(14)
    for (let round = 0; round < 100; round++) {
      const pool = randomStablePool(random)
      const scaled = pool.balances.map((balance, index) => (balance * (pool.rates[index] ?? 0n)) / 10n ** 18n)
      const count = BigInt(scaled.length)
      const [sum, product] = [scaled.reduce((total, x) => total + x), scaled.reduce((total, x) => total * x)]
      const [a, invariant] = [(pool.amplification / 100n) * count, stableInvariant(pool) ?? 0n]
      // n^n·∏x·(a·S + D − a·D) − D^(n+1), which falls in D and is zero at the true one.
      const over = (d: bigint) => count ** count * product * (a * sum + d - a * d) - d ** (count + 1n)
      expect(over(invariant - 3n)).toBeGreaterThan(0n)
      expect(over(invariant + 3n)).toBeLessThan(0n)
      const [sold, bought] = randomDirection(random, pool)
      const difference = (stableOther(pool, sold, bought, scaled[sold] ?? 0n) ?? 0n) - (scaled[bought] ?? 0n)
      expect(difference * difference).toBeLessThanOrEqual(100n)
    }
  })
})

describe('StableSwap where the chain reverts', () => {
  const pool = stablePool({
    balances: [10n ** 24n, 10n ** 12n],
    decimals: [18, 6],
    amplification: 20_000n,
    fee: 10n ** 6n,
  })
  const refuses = (broken: StablePool, sold = 0, bought = 1, amount = 10n ** 6n) => {
    expect(swapStable(broken, sold, bought, amount)).toBe(null)
    expect(quoteStableExactOutput(broken, sold, bought, amount)).toBe(null)
  }

  it('gives nothing from a pool without any token, and none without one of them', () => {
    const empty = { ...pool, balances: [0n, 0n] }
    expect(stableInvariant(empty)).toBe(0n)
    refuses(empty)
    expect(stableInvariant({ ...pool, balances: [10n ** 24n, 0n] })).toBe(null)
    refuses({ ...pool, balances: [10n ** 24n, 0n] })
    refuses({ ...pool, balances: [0n, 10n ** 12n] })
  })

  it('refuses an A of zero, and tokens that the pool has not', () => {
    expect(stableInvariant({ ...pool, amplification: 0n })).toBe(null)
    refuses({ ...pool, amplification: 0n })
    refuses(pool, 0, 0)
    refuses(pool, 2, 1)
    refuses(pool, 0, -1)
    refuses({ ...pool, rates: [10n ** 18n] })
  })

  it('refuses what is beyond 256 bits, below zero, or more than the pool has', () => {
    expect(swapStable(pool, 0, 1, 2n ** 256n)).toBe(null)
    expect(swapStable(pool, 0, 1, 2n ** 200n)).toBe(null)
    expect(swapStable(pool, 0, 1, -1n)).toBe(null)
    expect(stableInvariant({ ...pool, balances: [2n ** 190n, 2n ** 150n] })).toBe(null)
    expect(quoteStableExactOutput(pool, 0, 1, 10n ** 12n)).toBe(null)
    expect(quoteStableExactOutput(pool, 0, 1, 0n)).toBe(null)
    expect(quoteStableExactOutput({ ...pool, fee: 10n ** 10n }, 0, 1, 1n)).toBe(null)
  })

  it('goes on after rounds that do not settle only where A has no precision, as the 3pool does', () => {
    // Of the genuine 3pool: so far out of balance that its Newton goes back and forth.
    const balances = [460314245042800049534919n, 41186265724761n, 9864n]
    const terms = { balances, decimals: [18, 6, 6], fee: 5_000_000_000n, adminFee: 10_000_000_000n }
    const old = stablePool({ ...terms, amplification: 6717n, amplificationPrecision: 1n })
    expect(swapStable(old, 0, 1, 79450063786523400n)).toEqual({
      amountOut: 1776281n,
      balances: [460314324492863836058319n, 41186262172199n, 9864n],
    })
    expect(swapStable({ ...old, amplification: 671_700n, amplificationPrecision: 100n }, 0, 1, 10n ** 17n)).toBe(null)
  })
})
