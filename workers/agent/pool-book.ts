import { type Address, type Hex, zeroHash } from 'viem'
import type { ChainDefinition } from '../../shared/chain/chains/chain.ts'
import { type PoolCandidate, poolCandidates, sortTokens } from '../../shared/chain/pool-address.ts'
import { spotPrice, withoutDust } from '../../shared/routing/dust.ts'
import type { InitialisedTick, Pool } from '../../shared/schema/pool.ts'
import { tickDigest } from './tick-digest.ts'

// What is kept of the pools between ticks, so that neither pools that are not there nor ticks that have not changed are asked for
// again. Nothing here is trusted: the lens compares a kept window with the chain's by its digest, at the block of the decision.

/** What is kept of one candidate. */
export interface KeptPool {
  key: string
  /** `missing`: there is no such pool, or nothing in it. `dust`: too little beside the others of its pair. */
  standing: 'missing' | 'dust' | 'live'
  /** Time of the block at which it was last found so. */
  since: number
  /** Price of token0 in token1, base units, when it was last seen; 0 where unknown. */
  price: number
  /** The ticks are complete within; equal bounds where there are none. */
  tickLower: number
  tickUpper: number
  ticks: InitialisedTick[]
  digest: Hex
}

/** A candidate of one pair, with what is kept of it. */
export interface BookedPool {
  candidate: PoolCandidate
  /** Ascending by address. */
  pair: readonly [Address, Address]
  key: string
  kept: KeptPool | null
}

/** Seconds after which a candidate that was missing, or dust, is looked at again. */
const rediscoverySeconds = 3600

/** Tokens a route from one to the other may pass through on this chain. */
export function intermediatesOf({ intermediates }: ChainDefinition, sell: Address, buy: Address): Address[] {
  return intermediates.filter((token) => BigInt(token) !== BigInt(sell) && BigInt(token) !== BigInt(buy))
}

/** Every pool a route from one token to the other could use, of all factories and configured keys; those of the pair first. */
export function candidatesFor(chain: ChainDefinition, sell: Address, buy: Address): Omit<BookedPool, 'kept'>[] {
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

/** The candidates worth a question now: not those that were missing or dust a short while ago. */
export function worthAsking(
  candidates: readonly Omit<BookedPool, 'kept'>[],
  kept: readonly KeptPool[],
  now: number,
): BookedPool[] {
  const book = new Map(kept.map((pool) => [pool.key, pool]))
  return candidates
    .map((candidate) => ({ ...candidate, kept: book.get(candidate.key) ?? null }))
    .filter(({ kept: known }) => known === null || known.standing === 'live' || now - known.since >= rediscoverySeconds)
}

/** What was seen of a booked pool: null where it is not there or empty. */
export interface SeenPool {
  booked: BookedPool
  pool: Pool | null
}

/** The pools worth trading with, and what is to be kept of all: of each pair, dust is left out. */
export function sorted(seen: readonly SeenPool[], now: number): { pools: Pool[]; keep: KeptPool[] } {
  const pools: Pool[] = []
  const keep: KeptPool[] = []
  for (const group of Map.groupBy(seen, ({ booked }) => booked.pair.join()).values()) {
    const live = new Set(withoutDust(group.flatMap(({ pool }) => pool ?? [])))
    for (const { booked, pool } of group) {
      const standing = pool === null ? 'missing' : live.has(pool) ? 'live' : 'dust'
      if (pool !== null && standing === 'live') pools.push(pool)
      keep.push({ key: booked.key, standing, since: now, ...rememberedOf(booked, standing === 'live' ? pool : null) })
    }
  }
  return { pools, keep }
}

function rememberedOf({ kept }: BookedPool, pool: Pool | null): Omit<KeptPool, 'key' | 'standing' | 'since'> {
  const price = pool === null ? 0 : spotPrice(pool)
  if (pool === null || pool.venue === 'UniswapV2') {
    return { price, tickLower: 0, tickUpper: 0, ticks: [], digest: zeroHash }
  }
  const { tickLower, tickUpper, ticks } = pool
  // The lens said that these are the kept ones: their digest is known.
  const digest = kept !== null && kept.ticks === ticks ? kept.digest : tickDigest(ticks)
  return { price, tickLower, tickUpper, ticks, digest }
}

/** The largest input that a pool of a pair could get of one of its tokens, base units. */
export type LargestInput = (sold: Address, bought: Address) => bigint

/** What is going to be sold, and by the largest permitted slice; base units. */
export interface Sale {
  sell: Address
  buy: Address
  largestInput: bigint
}

/**
 * What of the largest slice could come to each pool, by the kept prices: nothing that sells the bought token or buys the sold
 * one, and 0 where a price is not known yet.
 */
export function largestInputs(book: readonly BookedPool[], { sell, buy, largestInput }: Sale): LargestInput {
  const prices = new Map<bigint, number>([[BigInt(sell), 1]])
  for (const { pair, kept } of book) {
    const [token0, token1] = [BigInt(pair[0]), BigInt(pair[1])]
    const price = kept?.price ?? 0
    if (price <= 0) continue
    // Units of the other token for one of the sold one, at best.
    if (token0 === BigInt(sell)) prices.set(token1, Math.max(prices.get(token1) ?? 0, price))
    if (token1 === BigInt(sell)) prices.set(token0, Math.max(prices.get(token0) ?? 0, 1 / price))
  }
  return (sold, bought) => {
    if (BigInt(sold) === BigInt(buy) || BigInt(bought) === BigInt(sell)) return 0n
    if (BigInt(sold) === BigInt(sell)) return largestInput
    return BigInt(Math.ceil(Number(largestInput) * (prices.get(BigInt(sold)) ?? 0) * roomForDrift))
  }
}

/** Kept prices are a tick old or more. */
const roomForDrift = 1.25
