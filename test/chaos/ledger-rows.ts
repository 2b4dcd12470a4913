/// <reference types="@cloudflare/vitest-plugin/types" />
import { runInDurableObject } from 'cloudflare:test'
import type { Address } from 'viem'
import type { OrderRow } from '../../workers/agent/ledger/store.ts'
import { ledgerOf } from '../../workers/agent/ledger-address.ts'
import { env } from '../integration/agent-world.ts'
import { reach } from '../integration/local-chain.ts'

export type RecordRow = {
  sequence: number
  type: string
  head: string
  record: string
  verdict: string
  reason: string
}

/** Reads and writes the ledger's tables past its methods: what is stored, not what is said of it. */
export function inLedger<T>(
  vault: Address,
  work: (sql: SqlStorage, storage: DurableObjectStorage) => T | Promise<T>,
): Promise<T> {
  const stub = ledgerOf(env, reach.chain.id, vault)
  return runInDurableObject(stub, async (_instance, state) => work(state.storage.sql, state.storage))
}

// What the names of the states mean is said here and nowhere else.

/** The chain may still change it, or what it did is not confirmed: it holds the key. */
export function isLive(order: OrderRow): boolean {
  return order.final === 0
}

/** A receipt was seen for it. */
export function isIncluded(order: OrderRow): boolean {
  return order.state === 'included'
}

export function isFilled(order: OrderRow): boolean {
  return order.outcome === 'filled' && isIncluded(order)
}

/** Live and not yet traded: it holds a part of the mandate's total. */
export function holdsAmount(order: OrderRow): boolean {
  return isLive(order) && !isIncluded(order)
}
