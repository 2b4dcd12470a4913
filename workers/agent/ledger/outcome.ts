import type { OutcomeRecord } from '../../../shared/schema/decision.ts'
import type { OrderRow } from './store.ts'

export type UnnumberedOutcome = Omit<OutcomeRecord, 'sequence' | 'vault' | 'chainId'>

/** The record of an order of which nothing filled, at chain time `at`. */
export function unfilled(order: OrderRow, outcome: OutcomeRecord['outcome'], at: number): UnnumberedOutcome {
  return {
    type: 'outcome',
    strategyId: order.strategy_id,
    slot: order.slot,
    attempt: order.attempt,
    decisionSequence: order.sequence,
    outcome,
    settledAt: at,
    relay: order.relay,
    transactionHash: order.transaction_hash,
    blockNumber: order.block_number === null ? null : BigInt(order.block_number),
    blockHash: order.block_hash,
    amountIn: 0n,
    amountOut: 0n,
    oracleOut: BigInt(order.oracle_out),
    slippageBps: null,
    gasUsed: 0n,
    gasPriceWei: 0n,
  }
}
