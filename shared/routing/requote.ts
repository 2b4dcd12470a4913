import type { Address } from 'viem'
import { sectionsOf } from '../policy/sections.ts'
import type { PlannedLeg } from '../schema/decision.ts'
import type { Pool } from '../schema/pool.ts'
import { directionOf, quotePool } from './pool-quote.ts'

type Leg = Omit<PlannedLeg, 'expectedOut'>

/** Whether a leg trades with this pool: v4 pools share their manager's address, and differ by their key. */
export function isPoolOf(leg: Leg, pool: Pool): boolean {
  if (leg.venue !== pool.venue || leg.pool !== pool.pool || leg.feePips !== pool.feePips) return false
  if (directionOf(pool, leg.sell, leg.buy) === null) return false
  return pool.venue !== 'UniswapV4' || (leg.tickSpacing === pool.tickSpacing && leg.hooks === pool.hooks)
}

/**
 * What the router would give for exactly these legs on these pools, base units of `buy`, to the unit. Legs that sell a token on the
 * way divide what arrived of it as the plan divided what it expected (contracts/src/router/Sections.sol).
 *
 * @returns null where a pool is not there, is used twice, or its known liquidity ends before the leg does
 */
export function outputOfLegs(pools: readonly Pool[], legs: readonly Leg[], sell: Address, buy: Address): bigint | null {
  const held = new Map<Address, bigint>()
  const used = new Set<Pool>()
  for (const section of sectionsOf(legs, sell, buy)) {
    let { planned } = section
    for (const leg of section.legs) {
      const rest = held.get(leg.sell) ?? 0n
      const amountIn = leg.sell === sell ? leg.amountIn : (rest * leg.amountIn) / planned
      const pool = pools.find((one) => isPoolOf(leg, one))
      const zeroForOne = pool === undefined ? null : directionOf(pool, leg.sell, leg.buy)
      if (pool === undefined || zeroForOne === null || amountIn === 0n || used.has(pool)) return null
      const quote = quotePool(pool, zeroForOne, amountIn)
      if (quote.exhausted) return null
      used.add(pool)
      if (leg.sell !== sell) held.set(leg.sell, rest - amountIn)
      held.set(leg.buy, (held.get(leg.buy) ?? 0n) + quote.amountOut)
      planned -= leg.amountIn
    }
  }
  return held.get(buy) ?? null
}
