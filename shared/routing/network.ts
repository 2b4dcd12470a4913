import type { Address } from 'viem'
import type { RoutablePool } from '../schema/pool.ts'
import { priceAt } from './curve.ts'
import { type Venue, venueOf } from './venue.ts'
import type { Branch } from './waterfill.ts'

/** A venue between two tokens of a network, by their position in it. */
export interface Edge extends Branch {
  from: number
  to: number
  venue: Venue
}

/** All ways from the first token to the last. Nothing leads into the sold token or out of the bought one. */
export interface Network {
  /** The sold token first, the bought one last. */
  tokens: readonly Address[]
  edges: readonly Edge[]
}

/** A bound on how far each pool may be used, as u of its curve. */
export type LimitOf = (venue: Venue) => number

/** The network of these pools. Intermediate tokens are used in the order given and may be many. */
export function networkOf(
  pools: readonly RoutablePool[],
  sell: Address,
  buy: Address,
  intermediates: readonly Address[],
  limitOf: LimitOf,
): Network {
  const tokens = [sell, ...intermediates.filter((token) => !isSame(token, sell) && !isSame(token, buy)), buy]
  const positions = new Map(tokens.map((token, position) => [token.toLowerCase(), position]))
  const last = tokens.length - 1
  const edges: Edge[] = []
  const seen = new Set<string>()
  for (const pool of pools) {
    const name = nameOf(pool)
    if (seen.has(name)) continue
    seen.add(name)
    const traded = tokensOf(pool).flatMap((token) => positions.get(token.toLowerCase()) ?? [])
    for (const from of traded) {
      for (const to of traded) {
        if (from === to || to === 0 || from === last) continue
        const venue = venueOf(pool, tokens[from] ?? sell, tokens[to] ?? buy)
        if (venue !== null) edges.push({ from, to, venue, curve: venue.curve, limit: limitOf(venue) })
      }
    }
  }
  return withoutDeadEnds({ tokens, edges })
}

/** Without the intermediate tokens that nothing leads into or out of. */
function withoutDeadEnds({ tokens, edges }: Network): Network {
  const last = tokens.length - 1
  const kept = [...tokens.keys()].filter(
    (token) =>
      token === 0 ||
      token === last ||
      (edges.some(({ to }) => to === token) && edges.some(({ from }) => from === token)),
  )
  if (kept.length === tokens.length) return { tokens, edges }
  const positions = new Map(kept.map((token, position) => [token, position]))
  const reached = edges.flatMap((edge) => {
    const [from, to] = [positions.get(edge.from), positions.get(edge.to)]
    return from === undefined || to === undefined ? [] : [{ ...edge, from, to }]
  })
  return withoutDeadEnds({ tokens: kept.flatMap((token) => tokens[token] ?? []), edges: reached })
}

/** What tells a pool from all others; one that is given twice is still one pool. */
function nameOf(pool: RoutablePool): string {
  return (pool.venue === 'UniswapV4' ? pool.pool + pool.id : pool.pool).toLowerCase()
}

function isSame(one: Address, other: Address): boolean {
  return one.toLowerCase() === other.toLowerCase()
}

function tokensOf(pool: RoutablePool): readonly Address[] {
  return pool.venue === 'StableSwap' ? pool.tokens : [pool.token0, pool.token1]
}

/**
 * Best price of each token in units of the bought one, over paths of at most three pools, before anything is traded, less
 * a hair; 0 for a token from which no path leads there.
 */
export function spotPrices({ tokens, edges }: Network): number[] {
  const last = tokens.length - 1
  const prices = tokens.map((_, index): number => (index === last ? 1 : 0))
  for (let hop = 0; hop < longestPath; hop++) {
    const before = [...prices]
    for (const { from, to, curve, limit } of edges) {
      if (curve.firstU >= limit) continue
      const price = priceAt(curve.firstU) * (before[to] ?? 0) * aHairBelow
      if (price > (prices[from] ?? 0)) prices[from] = price
    }
  }
  return prices
}

/** So that the pools of the best path stand just inside their liquidity, where they have a slope. */
const aHairBelow = 1 - 1e-10
/** Pools a path may pass through. */
export const longestPath = 3
