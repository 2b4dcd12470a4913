import type { Hex } from 'viem'
import type { OutboxEntry, ProjectedOrder, ProjectedRecord } from '../ledger-types.ts'
import { type ErrandKind, findOrder, type OrderRow } from './store.ts'

type OutboxRow = { sequence: number; kind: ErrandKind; subject: string; detail: string }
type RecordRow = {
  sequence: number
  type: 'decision' | 'outcome'
  strategy_id: Hex
  slot: number
  verdict: string
  reason: string
  sentence: string
  head: Hex
  record: string
  recorded_at: number
}

/** The oldest errands, at most `limit`, each with what it speaks of as that is now. */
export function readOutbox(sql: SqlStorage, limit: number): OutboxEntry[] {
  return sql
    .exec<OutboxRow>('SELECT sequence, kind, subject, detail FROM outbox ORDER BY sequence LIMIT ?', limit)
    .toArray()
    .flatMap((row) => entryOf(sql, row) ?? [])
}

/** Forgets the errands up to and including `sequence`. */
export function acknowledge(sql: SqlStorage, sequence: number): void {
  sql.exec('DELETE FROM outbox WHERE sequence <= ?', sequence)
}

export function countErrands(sql: SqlStorage): number {
  return sql.exec<{ count: number }>('SELECT count(*) AS count FROM outbox').one().count
}

function entryOf(sql: SqlStorage, { sequence, kind, subject, detail }: OutboxRow): OutboxEntry | null {
  if (kind === 'record') return { sequence, kind, record: readRecord(sql, Number(subject)) }
  if (kind === 'alert') return { sequence, kind, alert: JSON.parse(detail) }
  if (kind === 'strategy') return { sequence, kind, strategyId: subject as Hex, status: statusOf(detail) }
  const order = findOrder(sql, subject)
  if (order === null) return null
  if (kind === 'order') return { sequence, kind, order: projectedOrder(order) }
  return { sequence, kind, strategyId: order.strategy_id, slot: order.slot, scheduledAt: order.scheduled_at }
}

function statusOf(detail: string): 'active' | 'filled' | 'ended' | 'latched' {
  if (detail === 'filled' || detail === 'ended' || detail === 'latched') return detail
  return 'active'
}

function readRecord(sql: SqlStorage, sequence: number): ProjectedRecord {
  const row = sql.exec<RecordRow>('SELECT * FROM records WHERE sequence = ?', sequence).one()
  const { strategy_id: strategyId, recorded_at: recordedAt, ...rest } = row
  return { ...rest, strategyId, recordedAt }
}

function projectedOrder(order: OrderRow): ProjectedOrder {
  const filled = order.outcome === 'filled'
  return {
    id: order.id,
    strategyId: order.strategy_id,
    slot: order.slot,
    attempt: order.attempt,
    state: order.state,
    sequence: order.sequence,
    transactionHash: order.transaction_hash,
    blockNumber: order.block_number,
    relay: order.relay,
    amountIn: filled ? order.measured_in : order.amount_in,
    amountOut: order.amount_out,
    oracleOut: order.oracle_out,
    slippageBps: order.slippage_bps,
    predictedSlippageBps: order.predicted_slippage_bps,
    legs: order.legs,
    decisionHead: order.head,
    createdAt: order.reserved_at,
    updatedAt: order.updated_at,
    revision: order.revision,
  }
}
