import type { Hex } from 'viem'
import { maximum, multiplyDivideRoundingUp, oneToken } from '../../../shared/chain/units.ts'
import { type Decision, type DecisionInput, pipelineVersion } from '../../../shared/schema/decision.ts'
import { relayErrorNames, relayErrors } from '../../relays/errors.ts'
import {
  callBackAnswers,
  type Reservation,
  type ReserveRefusal,
  type ReserveResult,
  type UnclaimedDecision,
} from '../ledger-types.ts'
import { appendDecision } from './log.ts'
import { isPaused } from './pauses.ts'
import { type LedgerIdentity, openOrders, raiseVersion, readLedger } from './store.ts'

type Order = NonNullable<Decision['order']>

/**
 * Claims a slice: the only way to a nonce. Checks key, pause, version and budgets, appends the decision and takes its head.
 * Everything happens in one synchronous transaction of the caller.
 *
 * @throws RangeError if the decision does not trade: that is a mistake in the caller, not a state of the world
 */
export function reserve(sql: SqlStorage, identity: LedgerIdentity, reservation: Reservation): ReserveResult {
  const { strategyId, slot, scheduledAt, input, decision } = reservation
  const { order, plan } = decision
  if (order === null || plan === null) throw new RangeError('Only a decision with an order can be reserved.')
  const refusal = refusalOf(sql, reservation, order)
  if (refusal !== null) return { ok: false, reason: refusal }

  const attempt = lastAttempt(sql, strategyId, slot) + 1
  const { executor } = input.snapshot.vault
  const { relays } = input.strategy.configuration
  const { nonce, minimumFees } = nextNonce(sql, executor, input.snapshot.executor.nonce)
  const decidedAt = input.snapshot.timestamp
  const { sequence, head } = appendDecision(sql, identity, {
    type: 'decision',
    pipelineVersion,
    strategyId,
    slot,
    attempt,
    decidedAt,
    input,
    decision,
  })
  const orderId = `${strategyId}:${slot}:${attempt}`
  const row = {
    id: orderId,
    strategy_id: strategyId,
    slot,
    attempt,
    scheduled_at: scheduledAt,
    state: 'reserved',
    outcome: '',
    final: 0,
    sequence,
    head,
    mandate_id: input.mandateId,
    mandate_total: input.mandate.total.toString(),
    maximum_executions: input.mandate.maximumExecutions,
    execution_index: order.executionIndex,
    executor,
    nonce,
    amount_in: order.amountIn.toString(),
    oracle_out: order.oracleOut.toString(),
    predicted_slippage_bps: order.predictedSlippageBps,
    volume_usd: volumeUsd(input, order).toString(),
    legs: JSON.stringify(plan.legs, (_key, value) => (typeof value === 'bigint' ? value.toString() : value)),
    reserved_at: decidedAt,
    deadline: order.deadline,
    step: order.step,
    relays: relays === undefined ? '' : JSON.stringify(relays),
    relay: '',
    relay_answer: '',
    sent_at_block: '0',
    amount_out: '0',
    measured_in: '0',
    revision: 1,
    updated_at: decidedAt,
  }
  const columns = Object.keys(row)
  sql.exec(
    `INSERT INTO orders (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    ...Object.values(row),
  )
  return { ok: true, orderId, attempt, sequence, head, nonce, version: raiseVersion(sql), minimumFees }
}

function refusalOf(sql: SqlStorage, reservation: Reservation, order: Order): ReserveRefusal | null {
  const { strategyId, slot, input, version } = reservation
  if (isClaimed(sql, strategyId, slot)) return 'AlreadyClaimed'
  const open = openOrders(sql)
  if (open.some((row) => row.executor === input.snapshot.vault.executor)) return 'OrderInFlight'
  if (isPaused(sql, strategyId)) return 'StrategyPaused'
  if (isLatched(sql, strategyId)) return 'Latched'
  const ledger = readLedger(sql)
  if (ledger.version !== version) return 'StaleDecision'
  if (input.snapshot.blockNumber < BigInt(ledger.settled_block)) return 'StaleDecision'
  const reserved = reservedOf(sql, input.mandateId)
  if (reserved !== input.reserved) return 'StaleDecision'
  if (input.snapshot.mandate.filled + reserved + order.amountIn > input.mandate.total) return 'MandateExceeded'
  const pending = open.filter((row) => row.state !== 'included')
  const volume = pending.reduce((sum, row) => sum + BigInt(row.volume_usd), 0n)
  const { limits, volumeUsedUsd } = input.snapshot.vault
  if (volumeUsedUsd + volume + volumeUsd(input, order) > limits.volumeCapacityUsd) return 'VolumeExceeded'
  return null
}

/** USD with 18 decimals that the order will charge to the volume meter at most; a missing price counts as everything. */
function volumeUsd(input: DecisionInput, order: Order): bigint {
  const asset = input.snapshot.assets.find((candidate) => candidate.token === input.mandate.sell)
  if (asset === undefined || asset.verdict.reason !== 'None') return input.snapshot.vault.limits.volumeCapacityUsd + 1n
  return multiplyDivideRoundingUp(order.amountIn, asset.verdict.high, oneToken(asset.decimals))
}

/**
 * A slice is taken by an order that may still trade, by one that did, and by one that died because the mandate's index moved
 * on: somebody filled that index, and it may have been this slice. The next slice catches up what its strategy lets it.
 */
export function isClaimed(sql: SqlStorage, strategyId: Hex, slot: number): boolean {
  const query = `SELECT count(*) AS count FROM orders
                 WHERE strategy_id = ? AND slot = ? AND (final = 0 OR outcome IN ('filled', 'index-moved'))`
  return sql.exec<{ count: number }>(query, strategyId, slot).one().count > 0
}

export function isLatched(sql: SqlStorage, strategyId: Hex): boolean {
  const query = 'SELECT count(*) AS count FROM strategies WHERE strategy_id = ? AND latched = 1'
  return sql.exec<{ count: number }>(query, strategyId).one().count > 0
}

/** Base units that live orders of the mandate hold; a filled one is in the mandate's progress already. */
export function reservedOf(sql: SqlStorage, mandateId: Hex): bigint {
  return openOrders(sql)
    .filter((row) => row.mandate_id === mandateId && row.state !== 'included')
    .reduce((sum, row) => sum + BigInt(row.amount_in), 0n)
}

/** Answers that say nothing against the order: the relay failed by itself. */
const failures = relayErrorNames.filter((name) => !relayErrors[name].isVerdict)

/**
 * Attempts at the slice that relays took, or failed to take, and no block held. Not those that somebody called back, nor those
 * that every relay had something against.
 */
export function expiredAttempts(sql: SqlStorage, strategyId: Hex, slot: number): number {
  const query = `SELECT count(*) AS count FROM orders
                 WHERE strategy_id = ? AND slot = ? AND state = 'expired'
                   AND relay_answer NOT IN (?, ?)
                   AND EXISTS (SELECT 1 FROM handovers WHERE order_id = orders.id
                     AND (accepted = 1 OR answer IN (${failures.map(() => '?').join(', ')})))`
  const { forgotten, kept } = callBackAnswers
  return sql.exec<{ count: number }>(query, strategyId, slot, forgotten, kept, ...failures).one().count
}

function lastAttempt(sql: SqlStorage, strategyId: Hex, slot: number): number {
  const query = 'SELECT max(attempt) AS attempt FROM orders WHERE strategy_id = ? AND slot = ?'
  return sql.exec<{ attempt: number | null }>(query, strategyId, slot).one().attempt ?? 0
}

/**
 * The account's next unused nonce, as the chain counts. Where something was signed at it before, that may still be included,
 * so the new transaction takes the same nonce and outbids it: both fees at least 12.5 % higher, rounded up.
 */
function nextNonce(sql: SqlStorage, executor: string, chainNonce: number) {
  const earlier = sql
    .exec<{ max_fee_per_gas: string; max_priority_fee_per_gas: string }>(
      `SELECT max_fee_per_gas, max_priority_fee_per_gas FROM orders
       WHERE executor = ? AND nonce = ? AND transaction_hash IS NOT NULL`,
      executor,
      chainNonce,
    )
    .toArray()
  if (earlier.length === 0) return { nonce: chainNonce, minimumFees: null }
  const highest = (fees: string[]) => maximum(0n, ...fees.map(BigInt))
  const outbid = (fee: bigint) => (fee * 1125n + 999n) / 1000n
  return {
    nonce: chainNonce,
    minimumFees: {
      maxFeePerGas: outbid(highest(earlier.map((row) => row.max_fee_per_gas))),
      maxPriorityFeePerGas: outbid(highest(earlier.map((row) => row.max_priority_fee_per_gas))),
    },
  }
}

/** Appends a decision that claims nothing. The version stays: nothing that a decision depends on has changed. */
export function recordDecision(
  sql: SqlStorage,
  identity: LedgerIdentity,
  unclaimed: UnclaimedDecision,
): { sequence: number; head: Hex } {
  const attempt = lastAttempt(sql, unclaimed.strategyId, unclaimed.slot) + 1
  return appendDecision(sql, identity, { type: 'decision', pipelineVersion, attempt, ...unclaimed })
}
