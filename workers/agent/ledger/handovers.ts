import type { Handover } from '../ledger-types.ts'
import { isOnItsWay, maySend } from './commit.ts'
import { changeOrder, findOrder } from './store.ts'

type HandoverRow = {
  relay: string
  first_block: string
  last_block: string
  answer: string
  accepted: number
}

/**
 * Asked right before the bytes leave for a relay, to be simulated or sent, and written down first: whoever may have them is
 * known even when the worker dies in the middle, and whatever the relay says then. False where somebody paused, or the order is
 * no longer on its way.
 */
export function handTo(sql: SqlStorage, orderId: string, relay: string, atBlock: bigint): boolean {
  if (!maySend(sql, orderId)) return false
  const block = atBlock.toString()
  sql.exec(
    `INSERT INTO handovers (order_id, relay, first_block, last_block, answer, accepted) VALUES (?, ?, ?, ?, '', 0)
     ON CONFLICT (order_id, relay) DO UPDATE SET last_block = excluded.last_block, answer = ''`,
    ...[orderId, relay, block, block],
  )
  return true
}

/**
 * Notes what a relay said to the bytes: accepted, or the name of an error. A refusal leaves the order signed and an unclear
 * answer counts as sent; either way only receipts are facts, and the same bytes are handed over again.
 */
export function markSent(sql: SqlStorage, orderId: string, relay: string, atBlock: bigint, answer: string): boolean {
  const order = findOrder(sql, orderId)
  if (order === null || !isOnItsWay(order)) return false
  const sent = answer === 'accepted' || answer === 'Unknown'
  const state = sent && order.state === 'signed' ? 'sent' : order.state
  const block = atBlock.toString()
  sql.exec(
    `INSERT INTO handovers (order_id, relay, first_block, last_block, answer, accepted) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (order_id, relay) DO UPDATE
     SET answer = excluded.answer, accepted = max(accepted, excluded.accepted)`,
    ...[orderId, relay, block, block, answer, Number(answer === 'accepted')],
  )
  changeOrder(sql, orderId, { state, relay, relay_answer: answer, sent_at_block: block })
  return true
}

export function handoversOf(sql: SqlStorage, orderId: string): Handover[] {
  const query =
    'SELECT relay, first_block, last_block, answer, accepted FROM handovers WHERE order_id = ? ORDER BY rowid'
  return sql
    .exec<HandoverRow>(query, orderId)
    .toArray()
    .map((row) => ({
      relay: row.relay,
      firstBlock: BigInt(row.first_block),
      lastBlock: BigInt(row.last_block),
      answer: row.answer,
      accepted: row.accepted === 1,
    }))
}
