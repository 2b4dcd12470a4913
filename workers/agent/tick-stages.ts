import type { Decision, DecisionInput, OrderStep, Reason } from '../../shared/schema/decision.ts'
import type { Snapshot } from '../../shared/schema/snapshot.ts'
import type { Agent } from './agent.ts'
import { decide } from './decide/decide.ts'
import type { ExecuteCall } from './execute-call.ts'
import { ledgerOf } from './ledger-address.ts'
import type { CommitResult, CommittedTransaction, ReserveResult, SliceStanding } from './ledger-types.ts'
import { type LogFields, logLine } from './log-line.ts'
import { unobservable } from './observe-slice.ts'
import { type Pin, parseBlock, type Quorum } from './providers.ts'
import { openSigner } from './signers/open-signer.ts'
import {
  type ExecutorTransaction,
  KeyServiceError,
  KeyServiceRefused,
  type SignedTransaction,
  type Signer,
  SignerMismatch,
} from './signers/signer.ts'
import { type Simulation, simulate } from './simulate.ts'
import { relaysFor, type Submitted, submit } from './submission.ts'
import type { Slice } from './tick-endings.ts'
import { stage } from './tick-stage.ts'

function ledgerFor(agent: Agent, slice: Slice) {
  return ledgerOf(agent.bindings, agent.chain.id, slice.stored.strategy.vault)
}

export function decideSlice(agent: Agent, slice: Slice, input: DecisionInput): Decision {
  const started = Date.now()
  const decision = decide(input, agent.context)
  const { id: strategyId, vault } = slice.stored.strategy
  const { verdict, reason, sentence, plan, order } = decision
  logLine('info', 'tick.decide', {
    vault,
    strategyId,
    slot: slice.slot,
    durationMs: Date.now() - started,
    verdict,
    reason,
    sentence,
    ...(plan === null ? {} : { legs: plan.legs.length, gapBps: plan.gapBps }),
    ...(order === null ? {} : { amountIn: order.amountIn, predictedSlippageBps: order.predictedSlippageBps }),
  })
  return decision
}

/** Why nothing is signed; `detail` completes the reason's sentence. */
export interface Unsigned {
  ok: false
  reason: Reason
  detail?: string
}

/** The signer of the vault's executor in its epoch, wherever that key is. */
export async function signerOf(agent: Agent, snapshot: Snapshot): Promise<{ ok: true; signer: Signer } | Unsigned> {
  const { epoch, executor } = snapshot.vault
  try {
    return { ok: true, signer: await openSigner(agent.environment, snapshot.vaultAddress, epoch, executor) }
  } catch (error) {
    return unsigned(error)
  }
}

/** What a signer's failure means for the slice; anything else is a fault of ours and is thrown on. */
function unsigned(error: unknown): Unsigned {
  if (error instanceof SignerMismatch) return { ok: false, reason: 'SignerMismatch' }
  if (error instanceof KeyServiceRefused) return { ok: false, reason: 'SignerRefused', detail: error.message }
  if (error instanceof KeyServiceError) return { ok: false, reason: 'SignerUnavailable', detail: error.message }
  throw error
}

/** The first provider's head, if it is newer than the pinned block; null when it does not say. */
export async function newestBlock({ providers, pin }: Quorum): Promise<Pin | null> {
  const [provider] = providers
  try {
    const head = parseBlock(await provider.request('eth_getBlockByNumber', ['latest', false]), provider.label)
    return head.number > pin.number ? head : pin
  } catch (error) {
    unobservable(error)
    return null
  }
}

/**
 * The call in the block after `parent`, and, if `deadline` is given, also as if that block came only at the deadline. A
 * provider that cannot simulate counts as a revert: without a verdict there is no trade.
 */
export function simulateAt(
  agent: Agent,
  slice: Slice,
  quorum: Quorum,
  call: ExecuteCall,
  parent: Pin,
  deadline: number | null,
): Promise<Simulation> {
  const next = parent.timestamp + agent.chain.blockSeconds
  const times = deadline === null || deadline === next ? [next] : [next, deadline]
  const work = async (): Promise<Simulation> => {
    try {
      const looks = await Promise.all(
        times.map((timestamp) =>
          simulate(quorum.providers[0], call, { parent: parent.number, number: parent.number + 1n, timestamp }),
        ),
      )
      return looks.find((look) => !look.ok) ?? looks[0] ?? { ok: false, refusal: 'nothing was simulated' }
    } catch (error) {
      return { ok: false, refusal: unobservable(error).sentence }
    }
  }
  return stage('tick.simulate', slice, work, (look) => (look.ok ? { gas: look.gasUsed } : { reason: look.refusal }))
}

export function reserve(
  agent: Agent,
  slice: Slice,
  standing: SliceStanding,
  input: DecisionInput,
  decision: Decision,
): Promise<ReserveResult> {
  const { slot, scheduledAt } = slice
  const strategyId = slice.stored.strategy.id
  const reservation = { strategyId, slot, scheduledAt, version: standing.version, input, decision }
  const work = async () => ledgerFor(agent, slice).reserve(reservation)
  return stage('tick.reserve', slice, work, (result) =>
    result.ok
      ? { orderId: result.orderId, attempt: result.attempt, nonce: result.nonce, head: result.head }
      : { reason: result.reason },
  )
}

export function sign(
  slice: Slice,
  signer: Signer,
  transaction: ExecutorTransaction,
): Promise<{ ok: true; transaction: SignedTransaction } | Unsigned> {
  const work = async () => {
    try {
      return { ok: true as const, transaction: await signer.sign(transaction) }
    } catch (error) {
      return unsigned(error)
    }
  }
  return stage('tick.sign', slice, work, (signed) =>
    signed.ok ? { transactionHash: signed.transaction.hash } : { reason: signed.detail ?? signed.reason },
  )
}

export function commit(
  agent: Agent,
  slice: Slice,
  orderId: string,
  transaction: CommittedTransaction,
): Promise<CommitResult> {
  const work = async () => ledgerFor(agent, slice).commit(orderId, transaction)
  return stage('tick.commit', slice, work, (result) => (result.ok ? { orderId } : { orderId, reason: result.reason }))
}

/** Whether anybody may be given the order: nothing is signed for nobody. */
export async function hasRelay(agent: Agent, slice: Slice, { step }: { step: OrderStep }): Promise<boolean> {
  const { vault, configuration } = slice.stored.strategy
  const terms = { vault, step, relays: configuration.relays ?? null }
  return step === 'public' || (await relaysFor(agent, terms, agent.clock.now())).length > 0
}

/**
 * Asks the relay's own simulation, hands the bytes over and notes the answers. Nothing is handed over where that simulation
 * reverts, somebody paused meanwhile, or no block is left inside the deadline: the order then waits for its tracker.
 */
export async function send(
  agent: Agent,
  slice: Slice,
  quorum: Quorum,
  order: { orderId: string; deadline: number; step: OrderStep },
  { bytes, hash }: SignedTransaction,
  newest: Pin,
): Promise<void> {
  const { vault, configuration } = slice.stored.strategy
  const relays = configuration.relays ?? null
  const submission = { ...order, bytes, hash, vault, relays, handovers: [], wasTakenBack: false }
  await stage(
    'tick.send',
    slice,
    () => submit(agent, quorum, submission, newest),
    (handover) => ({
      orderId: order.orderId,
      targetBlock: newest.number + 1n,
      transactionHash: hash,
      ...describeHandover(handover),
    }),
  )
}

function describeHandover(handover: Submitted): LogFields {
  if (handover.kind === 'held') return { answer: handover.reason }
  const last = handover.deliveries.at(-1)
  if (last === undefined) return {}
  return { relay: handover.deliveries.map(({ relay }) => relay).join(', '), answer: last.answer, reason: last.detail }
}
