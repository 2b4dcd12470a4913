import type { RouteRequest } from '../../../shared/routing/route.ts'
import { type BenchToken, isNetwork, type PoolSet } from './pool-set.ts'
import { amountWorth, type Prices } from './prices.ts'

/** Dollars sold. */
export const sizes = [1_000, 10_000, 100_000, 1_000_000, 5_000_000, 20_000_000] as const

/** One trade on one set. */
export interface BenchCase {
  set: PoolSet
  sell: BenchToken
  buy: BenchToken
  usd: number
  amountIn: bigint
}

/** Every size of every pair of the set, in both directions. */
export function casesOf(set: PoolSet, prices: Prices): BenchCase[] {
  return set.pairs
    .flatMap(([one, other]) => [
      { sell: one, buy: other },
      { sell: other, buy: one },
    ])
    .flatMap(({ sell, buy }) => sizes.map((usd) => ({ set, sell, buy, usd, amountIn: amountWorth(prices, sell, usd) })))
}

/** What the solver is asked: in a network a route may pass through every other token. */
export function requestOf({ set, sell, buy, amountIn }: BenchCase): RouteRequest {
  const others = set.tokens
    .map(({ address }) => address)
    .filter((token) => token !== sell.address && token !== buy.address)
  return {
    pools: set.pools,
    sell: sell.address,
    buy: buy.address,
    amount: { kind: 'exactInput', amountIn },
    ...(isNetwork(set) ? { intermediates: others } : {}),
  }
}

export const caseClasses = ['direct, to $1M', 'direct, above', 'multi-hop, to $1M', 'multi-hop, above'] as const
export type CaseClass = (typeof caseClasses)[number]

export function classOf({ set, usd }: BenchCase): CaseClass {
  const small = usd <= 1_000_000
  if (isNetwork(set)) return small ? 'multi-hop, to $1M' : 'multi-hop, above'
  return small ? 'direct, to $1M' : 'direct, above'
}

/** `SET SELL>BUY $USD`, for lines about a case. */
export function titleOf({ set, sell, buy, usd }: BenchCase): string {
  return `${set.name} ${sell.symbol}>${buy.symbol} $${usd.toLocaleString('en')}`
}
