import type { Hex } from 'viem'
import type { Decision, DecisionInput, Reason, Verdict } from '../../shared/schema/decision.ts'
import type { Agent } from './agent.ts'
import { ledgerOf } from './ledger-address.ts'
import { logLine } from './log-line.ts'
import { recordMissed } from './missed-slices.ts'
import { passingReasons } from './retry.ts'
import type { StoredStrategy } from './strategy-rows.ts'

/** One slice of one strategy: the key of work. */
export interface Slice {
  stored: StoredStrategy
  slot: number
  scheduledAt: number
}

/** How a tick ended. Every end is in the log already. */
export interface TickEnd {
  reason: Reason
  /** The reason passes by itself: the slice is tried again while its window lasts. */
  again: boolean
  /** Chain time of the decision. */
  decidedAt: number
}

/** Why an order that was decided is not carried out, for people. */
const sentences: Partial<Record<Reason, string>> = {
  SimulationReverted: 'The exact call reverts in simulation',
  GasUnaffordable: 'The executor’s balance does not cover the transaction at the fees it would have to bid.',
  NoRelay: 'No relay is left that may be given the order.',
  FeeCapReached: 'Gas costs more than the strategy lets a transaction pay; it may fall again.',
  SignerMismatch: 'The key we hold is not the executor that the vault names.',
  SignerUnavailable: 'The key service does not sign now',
  SignerRefused: 'The key service does not let us sign, so a person must look',
  AlreadyClaimed: 'This slice was taken by an earlier delivery.',
  OrderInFlight: 'The key has an order on its way already.',
  StaleDecision: 'The ledger moved on while this was decided.',
  StrategyPaused: 'The strategy, its vault or everything was paused while this was decided.',
  Latched: 'The strategy failed too often in a row; a person must re-enable it.',
  MandateExceeded: 'With what is reserved the slice would exceed the mandate’s total.',
  VolumeExceeded: 'With what is reserved the slice would exceed the vault’s volume meter.',
}

function waits(reason: Reason): Verdict {
  if (reason === 'Latched') return 'latch'
  return passingReasons.has(reason) || reason === 'AlreadyClaimed' || reason === 'StrategyPaused' ? 'wait' : 'refuse'
}

function end(slice: Slice, reason: Reason, verdict: Verdict, sentence: string, decidedAt: number, head: Hex): TickEnd {
  const { id: strategyId, vault } = slice.stored.strategy
  logLine('info', 'tick.end', { vault, strategyId, slot: slice.slot, verdict, reason, sentence, head })
  return { reason, again: passingReasons.has(reason), decidedAt }
}

async function record(
  agent: Agent,
  slice: Slice,
  decidedAt: number,
  input: DecisionInput | null,
  decision: Decision,
): Promise<TickEnd> {
  const { id: strategyId, vault } = slice.stored.strategy
  const ledger = ledgerOf(agent.bindings, agent.chain.id, vault)
  const { head } = await ledger.record({ strategyId, slot: slice.slot, decidedAt, input, decision })
  return end(slice, decision.reason, decision.verdict, decision.sentence, decidedAt, head)
}

/** Nothing was observed: the record has no input, and nothing trades. */
export async function unobserved(agent: Agent, slice: Slice, reason: Reason, sentence: string): Promise<TickEnd> {
  const verdict = waits(reason)
  const nothing = { shrunkBy: null, forecasts: null, wanted: 0n, plan: null, guards: [], order: null }
  return record(agent, slice, agent.clock.now(), null, { ...nothing, verdict, reason, sentence })
}

/** The decision does not trade by itself, or `reason` keeps it from being carried out; `detail` completes the sentence. */
export async function refused(
  agent: Agent,
  slice: Slice,
  input: DecisionInput,
  decision: Decision,
  reason?: Reason,
  detail?: string,
): Promise<TickEnd> {
  const { timestamp } = input.snapshot
  if (reason === undefined) return record(agent, slice, timestamp, input, decision)
  const why = sentences[reason] ?? `The order is not carried out: ${reason}.`
  const sentence = detail === undefined ? why : `${why}: ${detail.replace(/\.$/, '')}.`
  return record(agent, slice, timestamp, input, { ...decision, verdict: waits(reason), reason, sentence, order: null })
}

/**
 * The slice is not of this time: its own has not come on chain yet, or the next one's has. Null where it is. A slice that
 * came too late, after a long failure elsewhere, is recorded as missed: the next one catches up what its strategy lets it.
 */
export async function untimely(agent: Agent, slice: Slice, input: DecisionInput): Promise<TickEnd | null> {
  const { stored, slot, scheduledAt } = slice
  const { id, configuration } = stored.strategy
  const { timestamp } = input.snapshot
  const early = timestamp < scheduledAt
  const late = timestamp >= scheduledAt + configuration.intervalSeconds
  if (!early && !late) return null
  if (late) await recordMissed(agent, id, slot, 'its window passed')
  const sentence = late
    ? 'The slice’s window has passed; the next slice has taken over.'
    : 'The slice’s time has not come on chain yet.'
  const nothing = { shrunkBy: null, forecasts: null, wanted: 0n, plan: null, guards: [], order: null }
  const decision: Decision = { ...nothing, verdict: 'wait', reason: 'NotDue', sentence }
  return { ...(await record(agent, slice, timestamp, input, decision)), again: early }
}

/** The order was reserved and cannot be sent: it is given up, since nothing was signed that anyone else has seen. */
export async function released(
  agent: Agent,
  slice: Slice,
  input: DecisionInput,
  orderId: string,
  reason: Reason,
  detail?: string,
): Promise<TickEnd> {
  const { id: strategyId, vault } = slice.stored.strategy
  const { timestamp } = input.snapshot
  const why = detail === undefined ? reason : `${reason}: ${detail}`
  await ledgerOf(agent.bindings, agent.chain.id, vault).release(orderId, why, false, timestamp)
  logLine('warn', 'tick.end', { vault, strategyId, slot: slice.slot, orderId, verdict: waits(reason), reason: why })
  return { reason, again: passingReasons.has(reason), decidedAt: timestamp }
}

/** The ledger would not keep the bytes: somebody paused meanwhile, or it took too long and the order was given up. */
export function uncommitted(slice: Slice, input: DecisionInput, refusal: 'StrategyPaused' | 'Released'): TickEnd {
  const { id: strategyId, vault } = slice.stored.strategy
  const reason: Reason = refusal === 'Released' ? 'OrderInFlight' : refusal
  logLine('warn', 'tick.end', { vault, strategyId, slot: slice.slot, verdict: waits(reason), reason: refusal })
  return { reason, again: passingReasons.has(reason), decidedAt: input.snapshot.timestamp }
}

export function submitted(slice: Slice, input: DecisionInput, decision: Decision, head: Hex): TickEnd {
  const { reason, verdict, sentence } = decision
  return end(slice, reason, verdict, sentence, input.snapshot.timestamp, head)
}
