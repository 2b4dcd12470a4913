import { relayErrorNames, relayErrors } from '../../relays/errors.ts'
import type { Handover } from '../ledger-types.ts'
import { isOnItsWay, maySend } from './commit.ts'
import { changeOrder, findOrder } from './store.ts'

type HandoverRow = {
  relay: string
  first_block: string
  last_block: string
  answer: string
  accepted: number
  may_have: number
}

/**
 * Asked right before the bytes leave for a relay, and written down first: whoever may have them is known even when the
 * worker dies in the middle. False where somebody paused, or the order is no longer on its way.
 */
export function handTo(sql: SqlStorage, orderId: string, relay: string, atBlock: bigint): boolean {
  if (!maySend(sql, orderId)) return false
  const block = atBlock.toString()
  // An answer that never came may have been a yes.
  sql.exec(
    `INSERT INTO handovers (order_id, relay, first_block, last_block, answer, accepted, may_have)
     VALUES (?, ?, ?, ?, '', 0, 0)
     ON CONFLICT (order_id, relay) DO UPDATE
     SET last_block = excluded.last_block, may_have = max(may_have, answer = ''), answer = ''`,
    ...[orderId, relay, block, block],
  )
  return true
}

/** A relay that simulates the order has its bytes, whatever it says to them later. */
export function noteSimulated(sql: SqlStorage, orderId: string, relay: string): void {
  sql.exec('UPDATE handovers SET may_have = 1 WHERE order_id = ? AND relay = ?', orderId, relay)
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
    `INSERT INTO handovers (order_id, relay, first_block, last_block, answer, accepted, may_have)
     VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (order_id, relay) DO UPDATE SET answer = excluded.answer,
       accepted = max(accepted, excluded.accepted), may_have = max(may_have, excluded.may_have)`,
    ...[orderId, relay, block, block, answer, Number(answer === 'accepted'), Number(mayHaveBytes(answer))],
  )
  changeOrder(sql, orderId, { state, relay, relay_answer: answer, sent_at_block: block })
  return true
}

/** After such an answer a relay has, or may have, a copy of the bytes. */
function mayHaveBytes(answer: string): boolean {
  const error = relayErrorNames.find((name) => name === answer)
  return error === undefined ? answer === 'accepted' : relayErrors[error].mayHaveBeenSent
}

export function handoversOf(sql: SqlStorage, orderId: string): Handover[] {
  const query = `SELECT relay, first_block, last_block, answer, accepted, may_have
                 FROM handovers WHERE order_id = ? ORDER BY rowid`
  return sql
    .exec<HandoverRow>(query, orderId)
    .toArray()
    .map((row) => ({
      relay: row.relay,
      firstBlock: BigInt(row.first_block),
      lastBlock: BigInt(row.last_block),
      answer: row.answer,
      accepted: row.accepted === 1,
      mayHave: row.may_have === 1 || row.answer === '',
    }))
}
