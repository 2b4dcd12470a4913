import type { OrderState, Settlement } from '../ledger-types.ts'
import { raiseAlert } from './alerts.ts'
import { auditFill } from './fill-audit.ts'
import { appendOutcome } from './log.ts'
import { type UnnumberedOutcome, unfilled } from './outcome.ts'
import { isPaused } from './pauses.ts'
import { rateRelays } from './relay-rating.ts'
import { changeOrder, findOrder, type LedgerIdentity, type OrderRow, queueErrand, raiseVersion } from './store.ts'

/** After this many failures in a row a strategy stops until a person re-enables it. */
export const failuresUntilLatch = 5

const sentences: Record<Settlement['outcome'], string> = {
  filled: 'The order filled.',
  'refused-on-chain': 'The order reached the chain and was refused there; nothing was traded.',
  expired: 'The order’s deadline passed without inclusion; it can no longer trade.',
  replaced: 'Another transaction used the order’s account nonce; it can no longer trade.',
  'index-moved': 'The mandate’s execution index moved on without this order; it can no longer trade.',
}

/**
 * Writes what the chain says about an order. Keyed by transaction and block: hearing the same twice changes nothing, hearing
 * of another block takes the first one back. Caps and key are free once the settlement is final.
 *
 * @returns whether anything changed
 */
export function settle(sql: SqlStorage, identity: LedgerIdentity, settlement: Settlement): boolean {
  const order = findOrder(sql, settlement.orderId)
  if (order === null || order.state === 'reserved') return false
  if (order.final === 1 && (order.state === 'included' || settlement.outcome !== 'filled')) return false
  if (order.state === 'included') {
    if (order.block_hash === settlement.blockHash && order.outcome === settlement.outcome) {
      return settlement.final ? finish(sql, order, settlement) : false
    }
    unsettle(sql, identity, order.id, settlement.settledAt)
  }
  appendOutcome(sql, identity, outcomeRecord(order, settlement), settlement.outcome, sentences[settlement.outcome])
  changeOrder(sql, order.id, {
    state: stateOf(settlement),
    outcome: settlement.outcome,
    final: 0,
    block_number: settlement.blockNumber?.toString() ?? null,
    block_hash: settlement.blockHash,
    measured_in: settlement.amountIn.toString(),
    amount_out: settlement.amountOut.toString(),
    slippage_bps: slippageBps(settlement),
    updated_at: settlement.settledAt,
  })
  if (settlement.blockNumber !== null) noteSettledBlock(sql, settlement.blockNumber)
  raiseVersion(sql)
  if (settlement.final) finish(sql, order, settlement)
  return true
}

function stateOf({ outcome }: Settlement): OrderState {
  if (outcome === 'expired') return 'expired'
  return outcome === 'replaced' || outcome === 'index-moved' ? 'replaced' : 'included'
}

function outcomeRecord(order: OrderRow, settlement: Settlement): UnnumberedOutcome {
  const { transactionHash, blockNumber, blockHash, amountIn, amountOut, oracleOut, gasUsed, gasPriceWei } = settlement
  return {
    ...unfilled(order, settlement.outcome, settlement.settledAt),
    ...{ transactionHash, blockNumber, blockHash, amountIn, amountOut, oracleOut, gasUsed, gasPriceWei },
    slippageBps: slippageBps(settlement),
  }
}

/** Measured shortfall below the oracle in basis points, to a ten-thousandth; negative is better than the oracle. */
function slippageBps({ outcome, oracleOut, amountOut }: Settlement): number | null {
  if (outcome !== 'filled' || oracleOut === 0n) return null
  return Number(((oracleOut - amountOut) * 100_000_000n) / oracleOut) / 10_000
}

function noteSettledBlock(sql: SqlStorage, blockNumber: bigint): void {
  const settled = sql.exec<{ settled_block: string }>('SELECT settled_block FROM ledger').one().settled_block
  if (blockNumber > BigInt(settled)) sql.exec('UPDATE ledger SET settled_block = ?', blockNumber.toString())
}

/** The chain cannot change the order any more: frees its key and caps, counts failures, asks for another attempt. */
function finish(sql: SqlStorage, order: OrderRow, settlement: Settlement): boolean {
  const filled = settlement.outcome === 'filled'
  changeOrder(sql, order.id, { final: 1, updated_at: settlement.settledAt })
  raiseVersion(sql)
  rateRelays(sql, order, settlement)
  if (filled) {
    auditFill(sql, order, settlement)
    sql.exec('UPDATE strategies SET failures = 0 WHERE strategy_id = ?', order.strategy_id)
    const filledInAll = settlement.mandateFilled !== null && settlement.mandateFilled >= BigInt(order.mandate_total)
    const used = settlement.executionCount !== null && settlement.executionCount >= order.maximum_executions
    if (filledInAll) queueErrand(sql, 'strategy', order.strategy_id, 'filled')
    else if (used) queueErrand(sql, 'strategy', order.strategy_id, 'ended')
    return true
  }
  // Whoever moved the index may have filled this very slice: it is not tried again.
  if (settlement.outcome === 'index-moved') return true
  // A paused order is not handed over again: that it expired then is nobody's failure.
  const expired = settlement.outcome === 'expired' && !isPaused(sql, order.strategy_id)
  const counts = settlement.outcome === 'refused-on-chain' || expired
  if (!counts || !countFailure(sql, order, settlement.settledAt)) queueErrand(sql, 'tick', order.id, '')
  return true
}

/** @returns whether the strategy latched */
function countFailure(sql: SqlStorage, order: OrderRow, at: number): boolean {
  const { failures } = sql
    .exec<{ failures: number }>(
      `INSERT INTO strategies (strategy_id, failures, latched) VALUES (?, 1, 0)
       ON CONFLICT (strategy_id) DO UPDATE SET failures = failures + 1 RETURNING failures`,
      order.strategy_id,
    )
    .one()
  if (failures < failuresUntilLatch) return false
  sql.exec('UPDATE strategies SET latched = 1 WHERE strategy_id = ?', order.strategy_id)
  queueErrand(sql, 'strategy', order.strategy_id, 'latched')
  raiseAlert(sql, {
    kind: 'strategy-latched',
    subject: order.strategy_id,
    sentence: `${failures} attempts in a row failed; the strategy stops until a person resumes it.`,
    raisedAt: at,
  })
  return true
}

/** A reorg took the block away: the order is live again, with the same bytes. */
export function unsettle(sql: SqlStorage, identity: LedgerIdentity, orderId: string, at: number): boolean {
  const order = findOrder(sql, orderId)
  if (order === null || order.state !== 'included' || order.final === 1) return false
  appendOutcome(
    sql,
    identity,
    unfilled(order, 'unsettled', at),
    'unsettled',
    'A reorganisation of the chain took the order’s block away; what it did is undone.',
  )
  changeOrder(sql, orderId, {
    state: 'sent',
    taken_back: 1,
    outcome: 'unsettled',
    block_number: null,
    block_hash: null,
    measured_in: '0',
    amount_out: '0',
    slippage_bps: null,
    updated_at: at,
  })
  raiseVersion(sql)
  return true
}
