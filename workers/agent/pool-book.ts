import type { Address } from 'viem'
import type { ChainDefinition } from '../../shared/chain/chains/chain.ts'
import { type PoolCandidate, poolCandidates, sortTokens } from '../../shared/chain/pool-address.ts'
import { spotPrice, withoutDust } from '../../shared/routing/dust.ts'
import type { InitialisedTick, Pool } from '../../shared/schema/pool.ts'

// What is kept of the pools between ticks, so that neither pools that are not there nor ticks that have not changed are asked for
// again. Kept ticks are not trusted: the lens compares them, by their digest, with the chain's at the block of the decision.

/** What is kept of one candidate. */
export interface KeptPool {
  key: string
  /** `missing`: nobody has made such a pool. `idle`: nothing in it, or dust beside the others of its pair. */
  standing: 'missing' | 'idle' | 'live'
  /** Time of the block at which it was found so. */
  since: number
  /** Price of token0 in token1, base units, when it was last seen; 0 where unknown. */
  price: number
  /** The ticks are complete within; equal bounds where there are none. */
  tickLower: number
  tickUpper: number
  ticks: InitialisedTick[]
}

/** A pool that a factory or a manager may have made, and the tokens of its pair, ascending. */
export interface PairCandidate {
  candidate: PoolCandidate
  pair: readonly [Address, Address]
  key: string
}

/** A candidate with what is kept of it. */
export interface BookedPool extends PairCandidate {
  kept: KeptPool | null
}

/** Seconds after which a candidate that was not live is looked at again. */
const restSeconds = { missing: 3600, idle: 120, live: 0 }
/** What is kept is written anew after so many seconds, or when the price has moved by this share. */
const refreshSeconds = 600
const noticeableMove = 0.01

/** Tokens a route from one to the other may pass through on this chain. */
function intermediatesOf({ intermediates }: ChainDefinition, sell: Address, buy: Address): Address[] {
  return intermediates.filter((token) => BigInt(token) !== BigInt(sell) && BigInt(token) !== BigInt(buy))
}

/** Every pool a route from one token to the other could use, of all factories and configured keys; those of the pair first. */
export function candidatesFor(chain: ChainDefinition, sell: Address, buy: Address): PairCandidate[] {
  const tokens = [sell, buy, ...intermediatesOf(chain, sell, buy)]
  return tokens.flatMap((one, index) =>
    tokens.slice(index + 1).flatMap((other) => {
      const pair = sortTokens(one, other)
      return poolCandidates(chain, one, other).map((candidate) => ({ candidate, pair, key: keyOf(candidate) }))
    }),
  )
}

/** Whether a pair is of these two tokens. */
export function isPair(pair: readonly [Address, Address], one: Address, other: Address): boolean {
  const [token0, token1] = sortTokens(one, other)
  return BigInt(pair[0]) === BigInt(token0) && BigInt(pair[1]) === BigInt(token1)
}

function keyOf({ venue, pool, feePips, ...rest }: PoolCandidate): string {
  const key = 'key' in rest ? [rest.key.token0, rest.key.token1, feePips, rest.key.tickSpacing, rest.key.hooks] : []
  return [venue, pool, ...key].join(':')
}

/** The candidates worth a question now: not those that were missing or idle a short while ago. Where none is live, all are. */
export function worthAsking(
  candidates: readonly PairCandidate[],
  kept: readonly KeptPool[],
  now: number,
): BookedPool[] {
  const known = new Map(kept.map((pool) => [pool.key, pool]))
  const book = candidates.map((candidate) => ({ ...candidate, kept: known.get(candidate.key) ?? null }))
  if (!book.some((booked) => booked.kept?.standing === 'live')) return book
  return book.filter(({ kept: pool }) => {
    // A time that is still to come is one of another chain's history.
    return pool === null || pool.since > now || now - pool.since >= restSeconds[pool.standing]
  })
}

/** What was seen of a booked pool. */
export interface SeenPool {
  booked: BookedPool
  exists: boolean
  /** Null where it is not there, or empty. */
  pool: Pool | null
}

/** The pools worth trading with, and what has to be written down of all: of each pair, dust is left out. */
export function sorted(seen: readonly SeenPool[], now: number): { pools: Pool[]; keep: KeptPool[] } {
  const pools: Pool[] = []
  const keep: KeptPool[] = []
  for (const group of Map.groupBy(seen, ({ booked }) => booked.pair.join()).values()) {
    const live = new Set(withoutDust(group.flatMap(({ pool }) => pool ?? [])))
    for (const { booked, exists, pool } of group) {
      const isLive = pool !== null && live.has(pool)
      if (isLive) pools.push(pool)
      const standing = isLive ? 'live' : exists ? 'idle' : 'missing'
      const next = { key: booked.key, standing, since: now, ...rememberedOf(isLive ? pool : null) } as const
      if (hasChanged(booked.kept, next)) keep.push(next)
    }
  }
  return { pools, keep }
}

function rememberedOf(pool: Pool | null): Omit<KeptPool, 'key' | 'standing' | 'since'> {
  const price = pool === null ? 0 : spotPrice(pool)
  if (pool === null || pool.venue === 'UniswapV2') return { price, tickLower: 0, tickUpper: 0, ticks: [] }
  const { tickLower, tickUpper, ticks } = pool
  return { price, tickLower, tickUpper, ticks }
}

/** Whether it has to be written down: not only because some time has passed, or the price moved a little. */
function hasChanged(kept: KeptPool | null, next: KeptPool): boolean {
  if (kept === null || kept.standing !== next.standing) return true
  // The lens said so where they are the same ones.
  if (kept.ticks !== next.ticks && kept.ticks.length + next.ticks.length > 0) return true
  const age = Math.abs(next.since - kept.since)
  const rest = restSeconds[next.standing]
  if (age >= (rest > 0 ? rest : refreshSeconds)) return true
  return Math.abs(next.price - kept.price) > kept.price * noticeableMove
}

/** The largest input that a pool of a pair could get of one of its tokens, base units. */
export type LargestInput = (sold: Address, bought: Address) => bigint

/** What is going to be sold, and by the largest permitted slice; base units. */
export interface Sale {
  sell: Address
  buy: Address
  largestInput: bigint
}

/** No pool holds more than 128 bits of a token. */
const mostOfAll = 2n ** 128n
/** Kept prices are a tick old or more. */
const roomForDrift = 1.25

/**
 * What of the largest slice could come to each pool, by the kept prices: nothing that sells the bought token or buys the sold
 * one, and any amount where a price is not known yet.
 */
export function largestInputs(book: readonly BookedPool[], { sell, buy, largestInput }: Sale): LargestInput {
  const prices = pricesIn(book, sell)
  return (sold, bought) => {
    if (BigInt(sold) === BigInt(buy) || BigInt(bought) === BigInt(sell)) return 0n
    const price = prices.get(BigInt(sold))
    if (price === undefined) return mostOfAll
    const input =
      price === 1
        ? largestInput
        : BigInt(Math.ceil(Math.min(Number(largestInput) * price * roomForDrift, Number(mostOfAll))))
    return input < mostOfAll ? input : mostOfAll
  }
}

/** Units of each token for one of the sold token, over at most two pools, as the kept prices have it at best. */
function pricesIn(book: readonly BookedPool[], sell: Address): Map<bigint, number> {
  const prices = new Map<bigint, number>([[BigInt(sell), 1]])
  for (let hop = 0; hop < 2; hop++) {
    const before = new Map(prices)
    for (const { pair, kept } of book) {
      const price = kept?.price ?? 0
      if (!(price > 0)) continue
      const [token0, token1] = [BigInt(pair[0]), BigInt(pair[1])]
      raise(prices, token1, (before.get(token0) ?? 0) * price)
      raise(prices, token0, (before.get(token1) ?? 0) / price)
    }
  }
  prices.set(BigInt(sell), 1)
  return prices
}

function raise(prices: Map<bigint, number>, token: bigint, price: number): void {
  if (price > (prices.get(token) ?? 0)) prices.set(token, price)
}
