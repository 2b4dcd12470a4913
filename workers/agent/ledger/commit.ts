import type { CommitResult, CommittedTransaction } from '../ledger-types.ts'
import { appendOutcome } from './log.ts'
import { unfilled } from './outcome.ts'
import { isPaused } from './pauses.ts'
import { changeOrder, findOrder, type LedgerIdentity, type OrderRow, queueErrand, raiseVersion } from './store.ts'

/** Keeps the signed bytes, if the order is still reserved and nothing was paused meanwhile. Repeating it changes nothing. */
export function commit(
  sql: SqlStorage,
  identity: LedgerIdentity,
  orderId: string,
  transaction: CommittedTransaction,
): CommitResult {
  const order = findOrder(sql, orderId)
  if (order === null) return { ok: false, reason: 'Released' }
  if (order.transaction_hash === transaction.hash && order.final === 0) return { ok: true }
  if (order.state !== 'reserved') return { ok: false, reason: 'Released' }
  if (isPaused(sql, order.strategy_id)) {
    release(sql, identity, orderId, 'StrategyPaused', false, order.reserved_at)
    return { ok: false, reason: 'StrategyPaused' }
  }
  changeOrder(sql, orderId, {
    state: 'signed',
    transaction_bytes: transaction.bytes,
    transaction_hash: transaction.hash,
    max_fee_per_gas: transaction.maxFeePerGas.toString(),
    max_priority_fee_per_gas: transaction.maxPriorityFeePerGas.toString(),
  })
  return { ok: true }
}

/**
 * Gives up an order that has no bytes: nothing can reach the chain, so the caps are free at once. With bytes it stays until
 * the chain shows it dead. `again` asks for another attempt at the slice; `at` is chain time.
 */
export function release(
  sql: SqlStorage,
  identity: LedgerIdentity,
  orderId: string,
  why: string,
  again: boolean,
  at: number,
): boolean {
  const order = findOrder(sql, orderId)
  if (order === null || order.state !== 'reserved') return false
  appendOutcome(
    sql,
    identity,
    unfilled(order, 'released', at),
    why,
    'The order was given up before anything was signed for it.',
  )
  changeOrder(sql, orderId, { state: 'released', outcome: 'released', final: 1, updated_at: at })
  if (again) queueErrand(sql, 'tick', orderId, '')
  raiseVersion(sql)
  return true
}

/** May these bytes be handed to a relay (again)? Asked before every hand-over: somebody may have paused since. */
export function maySend(sql: SqlStorage, orderId: string): boolean {
  const order = findOrder(sql, orderId)
  return order !== null && isOnItsWay(order) && !isPaused(sql, order.strategy_id)
}

/** Signed, and neither in a block nor dead. */
export function isOnItsWay({ state }: OrderRow): boolean {
  return state === 'signed' || state === 'sent' || state === 'leaked'
}
