import { zeroAddress } from 'viem'
import type { Route, RouteLeg } from '../../../shared/routing/route.ts'
import type { Plan, PlannedLeg } from '../../../shared/schema/decision.ts'

/**
 * A route as it is written down and sent.
 *
 * @throws RangeError for a leg through a venue that the vault's router does not know
 */
export function planOf({ legs, amountIn, expectedOut, upperBound, gapBps, roundingBps, gasOut }: Route): Plan {
  return { legs: legs.map(legOf), amountIn, expectedOut, upperBound, gapBps, roundingBps, gasOut }
}

function legOf({ pool, sell, buy, amountIn, expectedOut }: RouteLeg): PlannedLeg {
  if (pool.venue === 'StableSwap')
    throw new RangeError(`The router does not trade with StableSwap pools (${pool.pool}).`)
  const { venue, pool: address, feePips } = pool
  const { tickSpacing, hooks } = pool.venue === 'UniswapV4' ? pool : { tickSpacing: 0, hooks: zeroAddress }
  return { venue, pool: address, sell, buy, feePips, tickSpacing, hooks, amountIn, expectedOut }
}
