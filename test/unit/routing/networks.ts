import type { Address } from 'viem'
import { approximateRootPrice, sqrtPriceAtTick } from '../../../shared/routing/tick-math.ts'
import type { Pool, StablePool } from '../../../shared/schema/pool.ts'
import type { Random } from '../random.ts'
import { concentrated, pair } from './pools.ts'

/** A token of a random network: base units per dollar are what its price and decimals make of it. */
export interface NetworkToken {
  address: Address
  decimals: number
  usd: number
}

/** In the order of their addresses. */
export const networkTokens: readonly NetworkToken[] = [
  { address: '0x1000000000000000000000000000000000000000', decimals: 6, usd: 1 },
  { address: '0x2000000000000000000000000000000000000000', decimals: 18, usd: 3000 },
  { address: '0x3000000000000000000000000000000000000000', decimals: 6, usd: 1 },
  { address: '0x4000000000000000000000000000000000000000', decimals: 8, usd: 90_000 },
  { address: '0x5000000000000000000000000000000000000000', decimals: 18, usd: 1 },
]

export function unitsFor(token: NetworkToken, usd: number): bigint {
  return BigInt(Math.round((usd / token.usd) * 1e6)) * 10n ** BigInt(token.decimals - 6)
}

/** Pools of these tokens: each pair has some with even odds, their prices up to `spreadBps` apart. */
export function networkPools(random: Random, tokens: readonly NetworkToken[], spreadBps: number): Pool[] {
  const pools: Pool[] = []
  for (const [index, one] of tokens.entries()) {
    for (const other of tokens.slice(index + 1)) {
      for (let count = random.integer(0, 3); count > 0; count--) {
        pools.push(poolOf(random, pools.length + 1, one, other, spreadBps))
      }
    }
  }
  return pools
}

function poolOf(random: Random, number: number, one: NetworkToken, other: NetworkToken, spreadBps: number): Pool {
  const usd = 10 ** (5 + random.unit() * 2.5)
  const off = 1 + ((random.unit() - 0.5) * spreadBps) / 10_000
  const tokens = { token0: one.address, token1: other.address }
  if (random.unit() < 0.3) {
    return { ...pair(number, unitsFor(one, usd), unitsFor(other, usd * off)), ...tokens }
  }
  const [feePips, tickSpacing] = (
    [
      [100, 1],
      [500, 10],
      [3000, 60],
    ] as const
  )[random.integer(0, 2)] ?? [3000, 60]
  const rootPrice = Math.sqrt((one.usd / other.usd) * 10 ** (other.decimals - one.decimals) * off)
  const tick = tickOf(rootPrice)
  const at = Math.floor(tick / tickSpacing) * tickSpacing
  // Value of a position of this liquidity over a range w of √price: about L·√P·w of token1.
  const liquidity = (usd * 10 ** other.decimals) / other.usd / rootPrice
  const positions = Array.from({ length: 8 }, () => ({
    lower: at - random.integer(1, 60) * tickSpacing,
    upper: at + random.integer(1, 60) * tickSpacing,
    liquidity: BigInt(Math.ceil(liquidity * random.unit() * (feePips === 100 ? 200 : 5))),
  }))
  const pool = { ...concentrated(number, { feePips, tickSpacing, tick, positions }), ...tokens }
  if (random.unit() < 0.7) return pool
  const protocolFeePips = { zeroForOne: random.integer(0, 100), oneForZero: random.integer(0, 100) }
  const id = `0x${number.toString(16).padStart(64, '0')}` as const
  return { ...pool, venue: 'UniswapV4', id, hooks: '0x0000000000000000000000000000000000000000', protocolFeePips }
}

function tickOf(rootPrice: number): number {
  let [low, high] = [-887_272, 887_272]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (approximateRootPrice(middle) <= rootPrice) low = middle
    else high = middle
  }
  return sqrtPriceAtTick(low) > 0n ? low : high
}

/** A StableSwap pool of the dollar tokens among these. */
export function stablePool(random: Random, number: number, tokens: readonly NetworkToken[]): StablePool {
  const usd = 10 ** (5 + random.unit() * 2)
  return {
    venue: 'StableSwap',
    pool: `0x${number.toString(16).padStart(40, '0')}`,
    tokens: tokens.map(({ address }) => address),
    balances: tokens.map((token) => unitsFor(token, usd * (0.6 + random.unit()))),
    rates: tokens.map(({ decimals }) => 10n ** BigInt(36 - decimals)),
    amplification: BigInt(random.integer(50, 2000)),
    amplificationPrecision: 1n,
    fee: BigInt(random.integer(1, 40)) * 10n ** 5n,
    adminFee: 5n * 10n ** 9n,
  }
}
