import type { Address } from 'viem'
import type { LimitOf } from './network.ts'
import type { Venue } from './venue.ts'

/** How far a trade may use each pool. */
export interface DepthLimits {
  /** A leg takes at most this share of the input that would move its pool's price by `impactBps`. */
  shareBps: number
  impactBps: number
  /** Pools whose time-weighted average guards the trade, and how far the trade may move their price. */
  oraclePools: readonly Address[]
  oracleMoveBps: number
}

/** These limits as the solver takes them. */
export function limitsOf({ shareBps, impactBps, oraclePools, oracleMoveBps }: DepthLimits): LimitOf {
  const guards = new Set(oraclePools.map((pool) => pool.toLowerCase()))
  return (venue) => {
    const share = venue.curve.moveToInput((depthOf(venue, impactBps) * shareBps) / 10_000)
    const isOracle = venue.pool.venue === 'UniswapV3' && guards.has(venue.pool.pool.toLowerCase())
    return isOracle ? Math.min(share, uAfterMove(venue, oracleMoveBps)) : share
  }
}

/** Input that moves the pool's marginal price by this much, or all it can take; base units. */
export function depthOf(venue: Venue, impactBps: number): number {
  venue.curve.moveTo(uAfterMove(venue, impactBps))
  return venue.curve.amountIn
}

/** From where the price stands now, so that a gap without liquidity counts as what it is. */
function uAfterMove({ curve }: Venue, moveBps: number): number {
  return curve.presentU / Math.sqrt(1 - moveBps / 10_000)
}
