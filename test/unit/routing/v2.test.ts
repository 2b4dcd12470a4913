import { describe, expect, it } from 'vitest'
import { quotePool } from '../../../shared/routing/pool-quote.ts'
import { Random } from '../random.ts'
import { pair } from './pools.ts'

describe('v2 quotes', () => {
  it('equals the router’s 997/1000 formula, and the pair’s own check holds', () => {
    const random = new Random(3)
    for (let round = 0; round < 500; round++) {
      const [reserve0, reserve1] = [random.magnitude(26) + 10n ** 6n, random.magnitude(26) + 10n ** 6n]
      const amountIn = random.magnitude(24) + 1n
      const { amountOut, exhausted } = quotePool(pair(1, reserve0, reserve1), true, amountIn)
      expect(exhausted).toBe(false)
      expect(amountOut).toBe((amountIn * 997n * reserve1) / (reserve0 * 1000n + amountIn * 997n))
      // UniswapV2Pair.swap: balances less 0.3 % of the input keep the product; one unit more out would break it.
      const keeps = (out: bigint) =>
        ((reserve0 + amountIn) * 1000n - amountIn * 3n) * (reserve1 - out) * 1000n >= reserve0 * reserve1 * 10n ** 6n
      expect(keeps(amountOut)).toBe(true)
      expect(keeps(amountOut + 1n)).toBe(false)
    }
  })

  it('sells either token', () => {
    expect(quotePool(pair(1, 1_000_000n, 4_000_000n), true, 10_000n).amountOut).toBe(39_486n)
    expect(quotePool(pair(1, 1_000_000n, 4_000_000n), false, 40_000n).amountOut).toBe(9_871n)
  })

  it('takes nothing without reserves, and no more than a reserve can hold', () => {
    expect(quotePool(pair(1, 0n, 5n), true, 5n)).toMatchObject({ amountIn: 0n, amountOut: 0n, exhausted: true })
    const almostFull = pair(1, 2n ** 112n - 11n, 10n ** 20n)
    expect(quotePool(almostFull, true, 50n)).toMatchObject({ amountIn: 10n, exhausted: true })
  })
})
