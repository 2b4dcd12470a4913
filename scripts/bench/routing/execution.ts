import type { Route } from '../../../shared/routing/route.ts'
import type { BenchCase } from './cases.ts'
import type { Hop } from './hops.ts'

/**
 * Whether a route does what it says: its legs, executed one after the other at exact quotes, never spend what is not there,
 * take the stated input and give the stated output.
 */
export function holds(route: Route, { sell, buy, set }: BenchCase, hops: readonly Hop[]): boolean {
  const balances = new Map<string, bigint>([[sell.address, route.amountIn]])
  for (const leg of route.legs) {
    const index = set.pools.indexOf(leg.pool)
    const hop = hops.find((one) => one.index === index && one.sell === leg.sell && one.buy === leg.buy)
    const left = (balances.get(leg.sell) ?? 0n) - leg.amountIn
    if (hop === undefined || left < 0n || hop.quote(leg.amountIn).amountOut !== leg.expectedOut) return false
    balances.set(leg.sell, left)
    balances.set(leg.buy, (balances.get(leg.buy) ?? 0n) + leg.expectedOut)
  }
  return balances.get(sell.address) === 0n && balances.get(buy.address) === route.expectedOut
}
