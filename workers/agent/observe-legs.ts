import { type Address, zeroHash } from 'viem'
import type { ChainDefinition } from '../../shared/chain/chains/chain.ts'
import { isPoolOf } from '../../shared/routing/requote.ts'
import type { Pool } from '../../shared/schema/pool.ts'
import { callObserve } from './lens-call.ts'
import { candidatesFor, type KeptPool } from './pool-book.ts'
import { poolQuery } from './pool-window.ts'
import type { Quorum } from './providers.ts'
import type { ShadowQuote } from './shadow-quote.ts'
import { poolFrom } from './snapshot-from-view.ts'

/**
 * The pools of a plan's legs at the quorum's block, agreed by two providers; those that are not there any more are left out.
 *
 * @param recall what earlier observations left of these pools; the lens says what of it holds at that block
 * @throws ProviderUnavailable, ProvidersDisagree, ProviderRefused: also where the block's state is no longer served
 */
export async function observeLegs(
  quorum: Quorum,
  chain: ChainDefinition,
  vault: Address,
  { sell, buy, legs }: Pick<ShadowQuote, 'sell' | 'buy' | 'legs'>,
  recall: (keys: string[]) => Promise<KeptPool[]>,
): Promise<Pool[]> {
  const candidates = candidatesFor(chain, sell, buy).filter(({ candidate }) => {
    return legs.some(({ venue, pool, feePips }) => {
      return venue === candidate.venue && pool === candidate.pool && feePips === candidate.feePips
    })
  })
  const kept = await recall(candidates.map(({ key }) => key))
  const book = candidates.map((candidate) => {
    return { ...candidate, kept: kept.find(({ key }) => key === candidate.key) ?? null }
  })
  const inputOf = (sold: Address, bought: Address) =>
    legs
      .filter((leg) => BigInt(leg.sell) === BigInt(sold) && BigInt(leg.buy) === BigInt(bought))
      .reduce((sum, { amountIn }) => sum + amountIn, 0n)
  const queries = book.map((booked) => poolQuery(booked, inputOf))
  const view = await callObserve(quorum, vault, zeroHash, zeroHash, queries, [], 0)
  return book
    .flatMap(({ candidate, kept: known }, position) => {
      const pool = view.pools[position]
      return pool === undefined ? [] : (poolFrom(pool, candidate, known?.ticks ?? []) ?? [])
    })
    .filter((pool) => legs.some((leg) => isPoolOf(leg, pool)))
}
