import type { Address } from 'viem'
import type { Pool } from '../schema/snapshot.ts'
import { type Curve, curveOf } from './curve.ts'
import { directionOf } from './pool-quote.ts'

/** One pool that trades the pair, ready to be split over. */
export interface Venue {
  pool: Pool
  zeroForOne: boolean
  curve: Curve
}

/** The pools of a pair that have liquidity in this direction, in the order given. */
export function venuesOf(pools: readonly Pool[], sell: Address, buy: Address): Venue[] {
  return pools.flatMap((pool) => {
    const zeroForOne = directionOf(pool, sell, buy)
    if (zeroForOne === null) return []
    const curve = curveOf(pool, zeroForOne)
    return curve.segments.length === 0 ? [] : [{ pool, zeroForOne, curve }]
  })
}

export function curvesOf(venues: readonly Venue[]): Curve[] {
  return venues.map(({ curve }) => curve)
}
