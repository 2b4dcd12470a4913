import { type Address, zeroAddress } from 'viem'
import { describe, expect, it } from 'vitest'
import { ethereum } from '../../../shared/chain/chains/1.ts'
import type { Pool } from '../../../shared/schema/pool.ts'
import {
  type BookedPool,
  candidatesFor,
  isPair,
  type KeptPool,
  largestInputs,
  type SeenPool,
  sorted,
  worthAsking,
} from '../../../workers/agent/pool-book.ts'
import { concentrated, pair, token0, token1 } from '../routing/pools.ts'

const tokenOf = (symbol: string): Address =>
  ethereum.tokens.find((token) => token.symbol === symbol)?.address ?? zeroAddress
const [weth, usdc, wbtc, dai] = ['WETH', 'USDC', 'WBTC', 'DAI'].map(tokenOf) as [Address, Address, Address, Address]

const now = 1_800_000_000

function keptWith(key: string, changes: Partial<KeptPool> = {}): KeptPool {
  const nothing = { price: 0, tickLower: 0, tickUpper: 0, ticks: [] }
  return { key, standing: 'live', since: now, ...nothing, ...changes }
}

function bookedWith(key: string, kept: KeptPool | null = null): BookedPool {
  return { candidate: { venue: 'UniswapV3', pool: token0, feePips: 500 }, pair: [token0, token1], key, kept }
}

describe('the candidates of a pair', () => {
  it('are every tier of its own pools, then those through the chain’s intermediate tokens', () => {
    const found = candidatesFor(ethereum, wbtc, dai)
    // Two ends and three tokens between them are ten pairs, each with one v2 pair, four v3 and four v4 pools.
    expect(found).toHaveLength(90)
    expect(new Set(found.map(({ key }) => key)).size).toBe(90)
    expect(found.slice(0, 9).every((candidate) => isPair(candidate.pair, dai, wbtc))).toBe(true)
    expect(found.slice(9).some((candidate) => isPair(candidate.pair, dai, wbtc))).toBe(false)
  })

  it('do not pass through the pair’s own tokens', () => {
    expect(candidatesFor(ethereum, weth, usdc)).toHaveLength(27)
  })

  it('are asked for again after an hour where nobody has made them, soon where they are idle, always where they are live', () => {
    const candidates = ['live', 'missing', 'idle', 'new', 'later'].map((key) => bookedWith(key))
    const kept = [
      keptWith('live', { since: 0 }),
      keptWith('missing', { standing: 'missing' }),
      keptWith('idle', { standing: 'idle' }),
      keptWith('later', { standing: 'missing', since: now + 10_000 }),
    ]
    const asked = (at: number) => worthAsking(candidates, kept, at).map(({ key }) => key)
    expect(asked(now + 119)).toEqual(['live', 'new', 'later'])
    expect(asked(now + 120)).toEqual(['live', 'idle', 'new', 'later'])
    expect(asked(now + 3600)).toEqual(['live', 'missing', 'idle', 'new', 'later'])
  })

  it('are all asked for where none is live', () => {
    const candidates = ['missing', 'idle'].map((key) => bookedWith(key))
    const kept = [keptWith('missing', { standing: 'missing' }), keptWith('idle', { standing: 'idle' })]
    expect(worthAsking(candidates, kept, now + 1)).toHaveLength(2)
  })
})

describe('what was seen', () => {
  const deep = concentrated(1, {
    feePips: 500,
    tickSpacing: 10,
    tick: 0,
    positions: [{ lower: -1000, upper: 1000, liquidity: 10n ** 22n }],
  })

  const seenAs = (key: string, pool: Pool | null, kept: KeptPool | null = null): SeenPool => {
    return { booked: bookedWith(key, kept), exists: key !== 'missing', pool }
  }

  it('is kept with its ticks; dust, what is empty and what is missing without', () => {
    const second = pair(2, 10n ** 22n, 10n ** 22n)
    const dust = pair(3, 10n ** 17n, 10n ** 17n)
    const seen = [
      seenAs('deep', deep),
      seenAs('pair', second),
      seenAs('dust', dust),
      seenAs('empty', null),
      seenAs('missing', null),
    ]
    const { pools, keep } = sorted(seen, now)
    expect(pools).toEqual([deep, second])
    expect(keep.map(({ key, standing }) => [key, standing])).toEqual([
      ['deep', 'live'],
      ['pair', 'live'],
      ['dust', 'idle'],
      ['empty', 'idle'],
      ['missing', 'missing'],
    ])
    const { tickLower, tickUpper, ticks } = deep
    expect(keep[0]).toEqual(keptWith('deep', { price: 1, tickLower, tickUpper, ticks }))
    expect(keep[2]).toEqual(keptWith('dust', { standing: 'idle' }))
  })

  it('is written down again only when it has changed, or after a while', () => {
    const [kept] = sorted([seenAs('deep', deep)], now).keep
    if (kept === undefined) throw new Error('It should have been kept.')
    const later = (pool: Pool, at: number) => sorted([seenAs('deep', pool, kept)], at).keep.length
    expect(later(deep, now + 599)).toBe(0)
    expect(later(deep, now + 600)).toBe(1)
    expect(later({ ...deep, sqrtPriceX96: (deep.sqrtPriceX96 * 1002n) / 1000n }, now + 12)).toBe(0)
    expect(later({ ...deep, sqrtPriceX96: (deep.sqrtPriceX96 * 1010n) / 1000n }, now + 12)).toBe(1)
    // Other ticks, sent by the lens.
    expect(later({ ...deep, ticks: [...deep.ticks] }, now + 12)).toBe(1)
  })

  it('cannot be pushed aside by a pool at an absurd price, however deep that seems in the worthless token', () => {
    const absurd = concentrated(9, {
      feePips: 3000,
      tickSpacing: 60,
      tick: -800_000,
      positions: [{ lower: -801_000, upper: -799_020, liquidity: 10n ** 22n }],
    })
    expect(sorted([seenAs('absurd', absurd), seenAs('deep', deep)], now).pools).toContain(deep)
    const steep = concentrated(9, {
      feePips: 3000,
      tickSpacing: 60,
      tick: 800_000,
      positions: [{ lower: 799_020, upper: 801_000, liquidity: 10n ** 22n }],
    })
    expect(sorted([seenAs('steep', steep), seenAs('deep', deep)], now).pools).toContain(deep)
  })

  it('is compared within its own pair only', () => {
    const elsewhere: Address = '0x3000000000000000000000000000000000000003'
    const small = { ...pair(4, 10n ** 17n, 10n ** 17n), token1: elsewhere }
    const booked = { ...bookedWith('small'), pair: [token0, elsewhere] as const }
    const seen = [seenAs('deep', deep), { booked, exists: true, pool: small }]
    expect(sorted(seen, now).pools).toEqual([deep, small])
  })
})

describe('the largest inputs', () => {
  const usdcWeth = { ...bookedWith('a', keptWith('a', { price: 4e8 })), pair: [usdc, weth] as const }
  const wbtcUsdc = { ...bookedWith('b', keptWith('b', { price: 1000 })), pair: [wbtc, usdc] as const }

  it('are the slice for the sold token, and what it buys of the others at the kept prices, with room for drift', () => {
    const most = largestInputs([usdcWeth, wbtcUsdc], { sell: usdc, buy: dai, largestInput: 1_000_000n })
    expect(most(usdc, weth)).toBe(1_000_000n)
    expect(most(weth, dai)).toBe(500_000_000_000_000n)
    expect(most(wbtc, dai)).toBe(1250n)
  })

  it('are never more than a pool could hold', () => {
    const most = largestInputs([usdcWeth], { sell: usdc, buy: dai, largestInput: 2n ** 256n - 1n })
    expect(most(weth, dai)).toBe(2n ** 128n)
  })

  it('reach over two pools, and are anything where a price is not known', () => {
    const wbtcWeth = { ...bookedWith('c', keptWith('c', { price: 4e11 })), pair: [wbtc, weth] as const }
    const most = largestInputs([usdcWeth, wbtcWeth], { sell: usdc, buy: dai, largestInput: 1_000_000n })
    expect(most(wbtc, dai)).toBe(1250n)
    expect(largestInputs([usdcWeth], { sell: usdc, buy: dai, largestInput: 1n })(wbtc, dai)).toBe(2n ** 128n)
  })

  it('are nothing where a route never goes', () => {
    const most = largestInputs([usdcWeth], { sell: usdc, buy: dai, largestInput: 1_000_000n })
    expect(most(weth, usdc)).toBe(0n)
    expect(most(dai, weth)).toBe(0n)
  })
})
