import type { Address } from 'viem'
import { exactQuotes, stableQuotes } from '../../../shared/routing/pool-quote.ts'
import type { RoutablePool } from '../../../shared/schema/pool.ts'
import { type PoolSet, tokensOfPool } from './pool-set.ts'

/** One direction of one pool, with exact quotes. */
export interface Hop {
  pool: RoutablePool
  /** Of the pool in its set. */
  index: number
  sell: Address
  buy: Address
  quote(amountIn: bigint): { amountOut: bigint; crossings: number }
}

/** Every way to go from one token to another in one swap. */
export function hopsOf(set: PoolSet): Hop[] {
  return set.pools.flatMap((pool, index) => {
    const tokens = tokensOfPool(pool)
    return tokens.flatMap((sell, sold) =>
      tokens.flatMap((buy, bought) =>
        sold === bought ? [] : [{ pool, index, sell, buy, quote: quoteOf(pool, sold, bought) }],
      ),
    )
  })
}

function quoteOf(pool: RoutablePool, sold: number, bought: number): Hop['quote'] {
  const quotes = pool.venue === 'StableSwap' ? stableQuotes(pool, sold, bought) : exactQuotes(pool, sold === 0)
  return (amountIn) => quotes.ofInput(amountIn)
}

/** Swaps one after the other, without a token or a pool twice. */
export type Path = readonly Hop[]

/** Every path from one token to the other. */
export function pathsOf(hops: readonly Hop[], sell: Address, buy: Address, longest = 3): Path[] {
  const found: Path[] = []
  const follow = (path: Path, at: Address, seen: ReadonlySet<Address>) => {
    for (const hop of hops) {
      if (hop.sell !== at || seen.has(hop.buy) || path.some(({ index }) => index === hop.index)) continue
      const next = [...path, hop]
      if (hop.buy === buy) found.push(next)
      else if (next.length < longest) follow(next, hop.buy, new Set([...seen, hop.buy]))
    }
  }
  follow([], sell, new Set([sell]))
  return found
}

export interface PathQuote {
  amountOut: bigint
  /** Initialised ticks crossed, hop by hop. */
  crossings: number[]
}

export function quotePath(path: Path, amountIn: bigint): PathQuote {
  const crossings: number[] = []
  let amount = amountIn
  for (const hop of path) {
    const quote = hop.quote(amount)
    amount = quote.amountOut
    crossings.push(quote.crossings)
  }
  return { amountOut: amount, crossings }
}
