import { type Address, type Hex, hexToNumber } from 'viem'
import { z } from 'zod'
import type { ChainDefinition } from '../../shared/chain/chains/chain.ts'
import type { Snapshot } from '../../shared/schema/snapshot.ts'
import { observeFees } from './fee-history.ts'
import { callObserve, type TickView } from './lens-call.ts'
import {
  type BookedPool,
  candidatesFor,
  isPair,
  type KeptPool,
  largestInputs,
  type Sale,
  sorted,
  worthAsking,
} from './pool-book.ts'
import { poolQuery, windowsTooSmall } from './pool-window.ts'
import { askBoth, byHash, ProvidersDisagree, ProviderUnavailable, type Quorum } from './providers.ts'
import {
  assetStateFrom,
  historyAges,
  historyFrom,
  mandateProgressFrom,
  poolFrom,
  refillFrom,
  vaultStateFrom,
} from './snapshot-from-view.ts'

export interface Subject extends Sale {
  vault: Address
  mandateId: Hex
  /** The model that is to decide. */
  modelId: Hex
}

export interface Observed {
  snapshot: Snapshot
  /** Pools whose known ticks the largest slice might leave, by address; v4 pools by id. */
  windowTooSmall: Hex[]
  /** What to keep of the pools for the next observation. */
  keep: KeptPool[]
}

/**
 * Everything one decision is made on, at one block, agreed by two providers: the lens (vault, mandate, assets, model, pools, the
 * price history of the pair's deepest pool, the executor's balance) and the executor's nonce. Recent fees come from one provider:
 * they price gas and nothing else.
 *
 * @param recall what earlier observations left of these pools; the lens says what of it still holds
 * @throws ProviderUnavailable, ProvidersDisagree: no decision can be made
 */
export async function observe(
  quorum: Quorum,
  chain: ChainDefinition,
  subject: Subject,
  recall: (keys: string[]) => Promise<KeptPool[]>,
): Promise<Observed> {
  const { pin } = quorum
  const candidates = candidatesFor(chain, subject.sell, subject.buy)
  const kept = await recall(candidates.map(({ key }) => key))
  const book = worthAsking(candidates, kept, pin.timestamp)
  const [view, fees] = await Promise.all([look(quorum, subject, book, historyAges(pin.timestamp)), observeFees(quorum)])
  if (view.chainId !== BigInt(chain.id)) throw new ProvidersDisagree(`The providers are on chain ${view.chainId}`)
  const vaultState = vaultStateFrom(view.vault)
  const nonce = await accountNonce(quorum, vaultState.executor)
  const seen = book.flatMap((booked, position) => {
    const pool = view.pools[position]
    if (pool === undefined) return []
    return [{ booked, exists: pool.exists, pool: poolFrom(pool, booked.candidate, booked.kept?.ticks ?? []) }]
  })
  const { pools, keep } = sorted(seen, pin.timestamp)
  const snapshot: Snapshot = {
    chainId: chain.id,
    blockNumber: pin.number,
    blockHash: pin.hash,
    timestamp: pin.timestamp,
    vaultAddress: subject.vault,
    vault: vaultState,
    assets: view.assets.map(assetStateFrom),
    mandate: mandateProgressFrom(view.mandate),
    refill: refillFrom(view),
    modelActive: view.modelActive,
    pools,
    history: historyFrom(view.history),
    fees,
    executor: { balance: view.executorBalance, nonce },
  }
  // Of dust nobody wants to know more.
  const traded = view.pools.filter((_, position) => {
    const pool = seen[position]?.pool
    return pool !== undefined && pool !== null && pools.includes(pool)
  })
  return { snapshot, windowTooSmall: windowsTooSmall(traded), keep }
}

async function look(
  quorum: Quorum,
  subject: Subject,
  book: readonly BookedPool[],
  ages: readonly number[],
): Promise<TickView> {
  const { vault, mandateId, modelId, sell, buy } = subject
  const largestInput = largestInputs(book, subject)
  const queries = book.map((booked) => poolQuery(booked, largestInput))
  const pairPools = book.filter(({ pair }) => isPair(pair, sell, buy)).length
  return callObserve(quorum, vault, mandateId, modelId, queries, ages, pairPools)
}

const quantity = z.string().regex(/^0x[0-9a-fA-F]+$/)

/** Transactions the account has sent as of the pinned block: its next nonce. */
export async function accountNonce(quorum: Quorum, account: Address): Promise<number> {
  const answer = quantity.safeParse(await askBoth(quorum, 'eth_getTransactionCount', [account, byHash(quorum.pin)]))
  if (!answer.success) throw new ProviderUnavailable('The account’s nonce could not be read')
  return hexToNumber(answer.data as Hex)
}
