import type { LedgerStatus, LiveOrder, SliceQuestion, SliceStanding, TrackedOrder } from '../ledger-types.ts'
import { readCalibration } from './calibrations.ts'
import { handoversOf } from './handovers.ts'
import { demotedKinds } from './model-scores.ts'
import { pausedScopes } from './pauses.ts'
import { expiredAttempts, isClaimed, isLatched, reservedOf } from './reserve.ts'
import { type OrderRow, openOrders, readLedger } from './store.ts'

export function readStatus(sql: SqlStorage): LedgerStatus {
  const { version, head, length } = readLedger(sql)
  return { version, head, length, pausedScopes: pausedScopes(sql), live: readLive(sql) }
}

/** The order that could still trade; one that is included but not yet confirmed counts. */
export function readLive(sql: SqlStorage): LiveOrder | null {
  const order = openOrders(sql)[0]
  return order === undefined ? null : liveOrder(order)
}

export function readStanding(sql: SqlStorage, slice: SliceQuestion): SliceStanding {
  const { champion, challenger, ...drift } = slice.drift
  const demoted = demotedKinds(sql)
  const model = demoted.includes('slippage') ? challenger : champion
  return {
    version: readLedger(sql).version,
    claimed: isClaimed(sql, slice.strategyId, slice.slot),
    live: readLive(sql),
    latched: isLatched(sql, slice.strategyId),
    pausedScopes: pausedScopes(sql),
    reserved: reservedOf(sql, slice.mandateId),
    expiredAttempts: expiredAttempts(sql, slice.strategyId, slice.slot),
    calibration: readCalibration(sql, { ...drift, model }),
    demoted,
  }
}

/** Every order the chain may still change, with all hashes that compete for its nonce. */
export function readTracked(sql: SqlStorage): TrackedOrder[] {
  return openOrders(sql).map((order) => ({
    ...liveOrder(order),
    executor: order.executor,
    mandateId: order.mandate_id,
    executionIndex: order.execution_index,
    scheduledAt: order.scheduled_at,
    reservedAt: order.reserved_at,
    bytes: order.transaction_bytes,
    step: order.step,
    relay: order.relay,
    relayAnswer: order.relay_answer,
    sentAtBlock: BigInt(order.sent_at_block),
    handovers: handoversOf(sql, order.id),
    wasTakenBack: order.taken_back === 1,
    relays: order.relays === '' ? null : JSON.parse(order.relays),
    blockHash: order.block_hash,
    siblings: sql
      .exec<TrackedOrder['siblings'][number]>(
        `SELECT id AS orderId, transaction_hash AS hash, mandate_id AS mandateId, execution_index AS executionIndex
         FROM orders
         WHERE executor = ? AND nonce = ? AND transaction_hash IS NOT NULL ORDER BY sequence`,
        order.executor,
        order.nonce,
      )
      .toArray(),
  }))
}

function liveOrder(order: OrderRow): LiveOrder {
  return {
    orderId: order.id,
    strategyId: order.strategy_id,
    slot: order.slot,
    attempt: order.attempt,
    state: order.state,
    nonce: order.nonce,
    transactionHash: order.transaction_hash,
    amountIn: order.amount_in,
    deadline: order.deadline,
  }
}
