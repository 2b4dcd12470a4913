import { describe, expect, it } from 'vitest'
import {
  amountWorth,
  lossUsd,
  oracleMinimumOut,
  oracleOut,
  oracleQuote,
  valueUsd,
} from '../../../shared/policy/oracle-bound.ts'
import { shortfallBps } from '../../../shared/policy/shortfall.ts'
import { calmSnapshot, usd, usdc, usdcToken, wethToken } from '../decide/world.ts'
import { Random } from '../random.ts'

/** Answers of the compiled OracleBound library: prices and units, input, bound; worth, value, least output. */
const answers: [bigint, bigint, bigint, bigint, bigint, number, bigint, bigint, bigint][] = [
  [31540001n, 973678939958900001n, 1000000n, 100000000n, 20000001n, 820, 1n, 630800052n, 1n],
  [
    8629145578n,
    139800000001n,
    100000000n,
    1000000000000000000n,
    50562000001n,
    637,
    31209360423486710268n,
    4363068587235n,
    29221324164510606824n,
  ],
  [700000001n, 430001n, 100000000n, 1000000n, 8717161054n, 592, 141906943159n, 61020127466n, 133506052124n],
  [
    57487370994000001n,
    4219276235000001n,
    1000000n,
    1000000n,
    178214520804701n,
    698,
    2428161538472434n,
    10245084274017777984457315n,
    2258675863087059n,
  ],
  [
    1099868876290000001n,
    48150159200000001n,
    1000000000000000000n,
    1000000000000000000n,
    153905900000001n,
    955,
    3515591892111589n,
    169276309287403n,
    3179852866414933n,
  ],
  [481871n, 3766100315200000001n, 1000000000000000000n, 1000000000000000000n, 1209n, 806, 1n, 1n, 1n],
]

describe('the oracle bound', () => {
  it('rounds as the vault’s library does', () => {
    for (const [priceIn, priceOut, unitIn, unitOut, amountIn, slippageBps, worth, value, least] of answers) {
      const quote = { priceIn, priceOut, unitIn, unitOut }
      expect(oracleOut(quote, amountIn)).toBe(worth)
      expect(valueUsd(quote, amountIn)).toBe(value)
      expect(oracleMinimumOut(quote, amountIn, slippageBps)).toBe(least)
    }
  })

  it('takes the sold token at its highest and the bought one at its lowest', () => {
    const assets = calmSnapshot.assets.map((asset) => ({
      ...asset,
      verdict: { ...asset.verdict, low: (asset.verdict.low * 99n) / 100n, high: (asset.verdict.high * 101n) / 100n },
    }))
    const result = oracleQuote(assets, usdcToken, wethToken)
    expect(result).toMatchObject({ ok: true, quote: { priceIn: usd(101) / 100n, priceOut: usd(2970) } })
  })

  it('is worth at most the USD it was made for, and one unit more is not', () => {
    const result = oracleQuote(calmSnapshot.assets, wethToken, usdcToken)
    if (!result.ok) throw new Error('The world has prices.')
    const random = new Random(51)
    for (let round = 0; round < 100; round++) {
      const budget = random.magnitude(24)
      const amount = amountWorth(result.quote, budget)
      expect(valueUsd(result.quote, amount)).toBeLessThanOrEqual(budget)
      expect(valueUsd(result.quote, amount + 1n)).toBeGreaterThan(budget)
    }
  })

  it('charges what a trade lost, rounded up, and credits no gain', () => {
    const quote = { priceIn: usd(1), priceOut: usd(3000), unitIn: 10n ** 6n, unitOut: 10n ** 18n }
    expect(lossUsd(quote, usdc(3000), 10n ** 18n)).toBe(0n)
    expect(lossUsd(quote, usdc(3000), 10n ** 18n - 1n)).toBe(3000n)
    expect(lossUsd(quote, usdc(3000), 99n * 10n ** 16n)).toBe(usd(30))
    expect(lossUsd(quote, usdc(3000), 2n * 10n ** 18n)).toBe(0n)
  })

  it('refuses a verdict that has neither a reason nor a price', () => {
    const [sold, bought] = calmSnapshot.assets
    if (sold === undefined || bought === undefined) throw new Error('The world has no assets.')
    for (const [low, high] of [
      [0n, usd(1)],
      [usd(2), usd(1)],
    ] as const) {
      const empty = [{ ...sold, verdict: { ...sold.verdict, low, high } }, bought]
      expect(oracleQuote(empty, usdcToken, wethToken)).toMatchObject({ ok: false, finding: { reason: 'PriceInvalid' } })
    }
  })
})

describe('shortfall', () => {
  it('is positive below the reference, negative above, and never flatters', () => {
    expect(shortfallBps(usdc(99), usdc(100))).toBe(100)
    expect(shortfallBps(usdc(101), usdc(100))).toBe(-100)
    expect(shortfallBps(2n, 3n)).toBe(3333.3334)
    expect(shortfallBps(4n, 3n)).toBe(-3333.3333)
    expect(() => shortfallBps(1n, 0n)).toThrow(RangeError)
  })
})
