import type { Address, Hex } from 'viem'
import type { Score } from '../../models/standing.ts'
import type { CalibrationState, ModelKind } from '../../shared/schema/calibration.ts'
import type { Decision, DecisionInput, OrderStep } from '../../shared/schema/decision.ts'
import type { KeptCalibration } from './ledger/calibrations.ts'
import type { FillAudit } from './ledger/fill-audit.ts'
import type { Demotion } from './ledger/model-scores.ts'

/**
 * reserved → signed → sent → included | expired | leaked | replaced. `leaked` is sent, and seen in the public pool: it lives on
 * and ends as any other does. `included` is taken back by a reorg. `released`: given up before anything was signed.
 */
export const orderStates = [
  ...(['reserved', 'signed', 'sent', 'leaked'] as const),
  ...(['included', 'expired', 'replaced', 'released'] as const),
]
export type OrderState = (typeof orderStates)[number]

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
  | { ok: false; reason: ReserveRefusal }

export type ReserveRefusal =
  | 'AlreadyClaimed'
  | 'OrderInFlight'
  | 'StrategyPaused'
  | 'Latched'
  | 'StaleDecision'
  | 'MandateExceeded'
  | 'VolumeExceeded'

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

/** Which slice a tick is about, and which forecasts of the drift could decide it. */
export interface SliceQuestion {
  strategyId: Hex
  slot: number
  mandateId: Hex
  /** `seconds`: from the quote to the end of an order's life. The models by their names. */
  drift: { sell: Address; buy: Address; seconds: number; champion: string; challenger: string }
}

/** What a tick asks before it observes: is the slice free, and on what version will the decision be made? */
export interface SliceStanding {
  version: number
  /** The slice has a live order or was filled. */
  claimed: boolean
  live: LiveOrder | null
  latched: boolean
  pausedScopes: PauseFlag[]
  /** Base units of `sell` that live orders of the mandate hold. */
  reserved: bigint
  /** Attempts at the slice that relays were given and no block held. */
  expiredAttempts: number
  /** What outcomes taught of the drift's quantiles, of the model that decides. */
  calibration: CalibrationState
  /** Where the challenger decides. */
  demoted: ModelKind[]
}

/** How the models fared in one vault's markets. */
export interface ModelsStanding {
  scores: (Score & { kind: ModelKind })[]
  demotions: Demotion[]
  calibrations: KeptCalibration[]
  fills: FillAudit[]
}

/** The signed bytes of an order and what they bid, as `commit` keeps them. */
export interface CommittedTransaction {
  bytes: Hex
  hash: Hex
  maxFeePerGas: bigint
  maxPriorityFeePerGas: bigint
}

/** Released: the order was given up between `reserve` and `commit`, or never belonged to the caller. */
export type CommitResult = { ok: true } | { ok: false; reason: 'StrategyPaused' | 'Released' }

/** A decision that claims nothing: the tick waits, refuses, or could not even observe. */
export interface UnclaimedDecision {
  strategyId: Hex
  slot: number
  decidedAt: number
  input: DecisionInput | null
  decision: Decision
}

/** What is noted as a relay's answer when somebody paused and it was asked to forget the order: whether it says that it did. */
export const callBackAnswers = { forgotten: 'Cancelled', kept: 'NotCancelled' } as const

/** That a relay was, or may have been, given an order's bytes. */
export interface Handover {
  relay: string
  /** Head when it was first and last given them. */
  firstBlock: bigint
  lastBlock: bigint
  /** Its last word: `accepted`, the name of an error class, or one of {@link callBackAnswers}; empty while it is not known. */
  answer: string
  /** Whether it ever said yes. */
  accepted: boolean
}

/** One order as the tracker needs it. */
export interface TrackedOrder extends LiveOrder {
  executor: Address
  mandateId: Hex
  executionIndex: number
  scheduledAt: number
  reservedAt: number
  bytes: Hex | null
  step: OrderStep
  /** The relay that was given it last, and its answer. */
  relay: string
  relayAnswer: string
  /** Head when it was last handed to a relay; 0 before. */
  sentAtBlock: bigint
  /** Every relay that has, or may have, the bytes; in the order in which they were given them. */
  handovers: Handover[]
  /** A block held it once, which a reorg took away: whoever saw that block has seen the order. */
  wasTakenBack: boolean
  /** Relays that the strategy allows; null for all. */
  relays: string[] | null
  blockHash: Hex | null
  /** Every hash ever signed at this nonce, this order's among them: any of them may have used it. */
  siblings: { orderId: string; hash: Hex; mandateId: Hex; executionIndex: number }[]
}

/** What became of an order, as read from the chain (or from its absence there). */
export interface Settlement {
  orderId: string
  outcome: 'filled' | 'refused-on-chain' | 'expired' | 'replaced' | 'index-moved'
  /** At confirmation depth: nothing can take it back, and the key is free again. */
  final: boolean
  /** Time of the block that settled it. */
  settledAt: number
  transactionHash: Hex | null
  blockNumber: bigint | null
  blockHash: Hex | null
  /** Measured by the vault; zero where nothing filled. */
  amountIn: bigint
  amountOut: bigint
  oracleOut: bigint
  gasUsed: bigint
  gasPriceWei: bigint
  /** Filled by the mandate in all, at that block; null where it was not read. */
  mandateFilled: bigint | null
  executionCount: number | null
}

/** One errand of the ledger, done outside it at least once and then acknowledged. */
export type OutboxEntry = { sequence: number } & (
  | { kind: 'record'; record: ProjectedRecord }
  | { kind: 'order'; order: ProjectedOrder }
  | { kind: 'strategy'; strategyId: Hex; status: 'active' | 'filled' | 'ended' | 'latched' }
  | { kind: 'tick'; strategyId: Hex; slot: number; scheduledAt: number }
  | { kind: 'alert'; alert: Alert }
)

/** What a person must hear of. */
export const alertKinds = [
  'order-leaked', // an order that only relays were given was seen in the public pool
  'relay-dropped', // a relay leaked: it is given nothing any more, until a person reinstates it
  'strategy-latched', // a strategy failed too often in a row
  'model-demoted', // a champion did worse than its challenger, which decides until a person reinstates the champion
  'dead-letter', // a message failed every retry
] as const
export type AlertKind = (typeof alertKinds)[number]

export interface Alert {
  kind: AlertKind
  /** What it is about: a relay's name, a strategy's or an order's id, a kind of model. */
  subject: string
  sentence: string
  /** Chain time. */
  raisedAt: number
}

/** A record as table `decisions` keeps it. */
export interface ProjectedRecord {
  sequence: number
  type: 'decision' | 'outcome'
  strategyId: Hex
  slot: number
  verdict: string
  reason: string
  sentence: string
  head: Hex
  record: string
  recordedAt: number
}

/** An order as table `executions` keeps it. */
export interface ProjectedOrder {
  id: string
  strategyId: Hex
  slot: number
  attempt: number
  state: OrderState
  sequence: number
  transactionHash: Hex | null
  blockNumber: string | null
  relay: string
  amountIn: string
  amountOut: string
  oracleOut: string
  slippageBps: number | null
  predictedSlippageBps: number
  legs: string
  decisionHead: Hex
  createdAt: number
  updatedAt: number
  /** Rises with every change of the order: an older projection never overwrites a newer one. */
  revision: number
}

/** What the minute sweep finds in one ledger. */
export interface SweepReport {
  /** Orders or errands wait and no alarm was set: it is set now. */
  alarmWasMissing: boolean
  openOrders: number
  errands: number
}
