import type { Hex } from 'viem'
import type { Decision, DecisionInput } from '../../shared/schema/decision.ts'

/** reserved → signed → sent → included | dead; `included` is taken back by a reorg. */
export type OrderState = 'reserved' | 'signed' | 'sent' | 'included' | 'dead'

/** Claims one slice: the only way to a nonce. */
export interface Reservation {
  strategyId: Hex
  slot: number
  scheduledAt: number
  /** Ledger version the decision was made on. */
  version: number
  input: DecisionInput
  decision: Decision
}

export type ReserveResult =
  | {
      ok: true
      orderId: string
      attempt: number
      sequence: number
      head: Hex
      nonce: number
      version: number
      minimumFees: { maxFeePerGas: bigint; maxPriorityFeePerGas: bigint } | null
    }
  /** AlreadyClaimed, OrderInFlight, StaleDecision, Paused, StrategyPaused, Latched. */
  | { ok: false; reason: 'AlreadyClaimed' | 'OrderInFlight' | 'StaleDecision' | 'StrategyPaused' | 'Latched' }

export interface PauseFlag {
  scope: 'everything' | 'vault' | 'strategy'
  /** Strategy id for that scope, empty otherwise. */
  subject: string
  paused: boolean
}

/** What a live order is, for people and for the pause reply. */
export interface LiveOrder {
  orderId: string
  strategyId: Hex
  slot: number
  attempt: number
  state: OrderState
  nonce: number
  transactionHash: Hex | null
  amountIn: string
  /** Until when the chain may still include it. */
  deadline: number
}

export interface LedgerStatus {
  version: number
  head: Hex
  /** Number of records in the log. */
  length: number
  pausedScopes: PauseFlag[]
  live: LiveOrder | null
}
