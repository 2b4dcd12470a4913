import type { Address } from 'viem'
import type { RoutablePool, StablePool } from '../schema/pool.ts'
import type { Curve } from './curve.ts'
import { directionOf, type ExactQuotes, exactQuotes, stableQuotes } from './pool-quote.ts'
import { SegmentCurve } from './segment-curve.ts'
import { StableSwapCurve } from './stable-swap-curve.ts'

/** One direction of one pool, ready to be split over and priced. */
export interface Venue {
  pool: RoutablePool
  sell: Address
  buy: Address
  curve: Curve
  quotes: ExactQuotes
}

/** What is worked out about a pool stays with it: a pool object is one state and never changes. */
const known = new WeakMap<RoutablePool, Venue[]>()

/** The pool as a place to sell one token for the other; null where it has not both, or no liquidity that way. */
export function venueOf(pool: RoutablePool, sell: Address, buy: Address): Venue | null {
  const venues = known.get(pool) ?? []
  const found = venues.find((venue) => venue.sell === sell && venue.buy === buy)
  if (found !== undefined) return found
  const venue = pool.venue === 'StableSwap' ? stableVenue(pool, sell, buy) : pairVenue(pool, sell, buy)
  if (venue === null) return null
  known.set(pool, [...venues, venue])
  return venue
}

function pairVenue(pool: Exclude<RoutablePool, StablePool>, sell: Address, buy: Address): Venue | null {
  const zeroForOne = directionOf(pool, sell, buy)
  if (zeroForOne === null) return null
  const curve = new SegmentCurve(pool, zeroForOne)
  return curve.firstU === Number.POSITIVE_INFINITY
    ? null
    : { pool, sell, buy, curve, quotes: exactQuotes(pool, zeroForOne) }
}

function stableVenue(pool: StablePool, sell: Address, buy: Address): Venue | null {
  const [sold, bought] = [sell, buy].map((token) => pool.tokens.findIndex((listed) => BigInt(listed) === BigInt(token)))
  if (sold === undefined || bought === undefined || sold < 0 || bought < 0 || sold === bought) return null
  const curve = new StableSwapCurve(pool, sold, bought)
  return curve.firstU === Number.POSITIVE_INFINITY
    ? null
    : { pool, sell, buy, curve, quotes: stableQuotes(pool, sold, bought) }
}

/** The pools of a pair that have liquidity in this direction, in the order given. */
export function venuesOf(pools: readonly RoutablePool[], sell: Address, buy: Address): Venue[] {
  return pools.flatMap((pool) => venueOf(pool, sell, buy) ?? [])
}
