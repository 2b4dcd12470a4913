import { type Address, zeroAddress, zeroHash } from 'viem'
import { describe, expect, it } from 'vitest'
import { ethereum } from '../../../shared/chain/chains/1.ts'
import {
  type BookedPool,
  candidatesFor,
  isPair,
  type KeptPool,
  largestInputs,
  sorted,
  worthAsking,
} from '../../../workers/agent/pool-book.ts'
import { tickDigest } from '../../../workers/agent/tick-digest.ts'
import { concentrated, pair, token0, token1 } from '../routing/pools.ts'

const tokenOf = (symbol: string): Address =>
  ethereum.tokens.find((token) => token.symbol === symbol)?.address ?? zeroAddress
const [weth, usdc, wbtc, dai] = ['WETH', 'USDC', 'WBTC', 'DAI'].map(tokenOf) as [Address, Address, Address, Address]

const now = 1_800_000_000

function keptWith(key: string, changes: Partial<KeptPool> = {}): KeptPool {
  const nothing = { price: 0, tickLower: 0, tickUpper: 0, ticks: [], digest: zeroHash }
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

  it('are asked for again after an hour where they were not there, and always where they are', () => {
    const candidates = ['live', 'missing', 'dust', 'new'].map((key) => bookedWith(key))
    const kept = [
      keptWith('live', { since: 0 }),
      keptWith('missing', { standing: 'missing' }),
      keptWith('dust', { standing: 'dust' }),
    ]
    const asked = (at: number) => worthAsking(candidates, kept, at).map(({ key }) => key)
    expect(asked(now + 3599)).toEqual(['live', 'new'])
    expect(asked(now + 3600)).toEqual(['live', 'missing', 'dust', 'new'])
  })
})

describe('what was seen', () => {
  const deep = concentrated(1, {
    feePips: 500,
    tickSpacing: 10,
    tick: 0,
    positions: [{ lower: -1000, upper: 1000, liquidity: 10n ** 22n }],
  })

  it('is kept with its ticks and their digest; dust and what is missing without', () => {
    const seen = [
      { booked: bookedWith('deep'), pool: deep },
      { booked: bookedWith('pair'), pool: pair(2, 10n ** 22n, 10n ** 22n) },
      { booked: bookedWith('dust'), pool: pair(3, 10n ** 18n, 10n ** 18n) },
      { booked: bookedWith('missing'), pool: null },
    ]
    const { pools, keep } = sorted(seen, now)
    expect(pools).toEqual([deep, seen[1]?.pool])
    expect(keep.map(({ key, standing }) => [key, standing])).toEqual([
      ['deep', 'live'],
      ['pair', 'live'],
      ['dust', 'dust'],
      ['missing', 'missing'],
    ])
    expect(keep[0]).toEqual({
      ...{ key: 'deep', standing: 'live', since: now, price: 1, digest: tickDigest(deep.ticks) },
      ...{ tickLower: deep.tickLower, tickUpper: deep.tickUpper, ticks: deep.ticks },
    })
    expect(keep[2]).toEqual(keptWith('dust', { standing: 'dust' }))
  })

  it('is compared within its own pair only', () => {
    const elsewhere: Address = '0x3000000000000000000000000000000000000003'
    const small = { ...pair(4, 10n ** 17n, 10n ** 17n), token1: elsewhere }
    const booked = { ...bookedWith('small'), pair: [token0, elsewhere] as const }
    expect(
      sorted(
        [
          { booked: bookedWith('deep'), pool: deep },
          { booked, pool: small },
        ],
        now,
      ).pools,
    ).toEqual([deep, small])
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

  it('are nothing where a route never goes, or a price is not known', () => {
    const most = largestInputs([usdcWeth], { sell: usdc, buy: dai, largestInput: 1_000_000n })
    expect(most(weth, usdc)).toBe(0n)
    expect(most(dai, weth)).toBe(0n)
    expect(most(wbtc, dai)).toBe(0n)
  })
})
