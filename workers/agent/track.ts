import type { Address } from 'viem'
import { askCancel, askStatus } from '../relays/ladder.ts'
import type { Agent } from './agent.ts'
import { judge } from './judge.ts'
import { reservedSeconds } from './ledger/alarm.ts'
import { ledgerOf } from './ledger-address.ts'
import type { Settlement, TrackedOrder } from './ledger-types.ts'
import { logLine } from './log-line.ts'
import { newMeter } from './meter.ts'
import { project } from './project.ts'
import { openProviders, openQuorum, ProvidersDisagree, ProviderUnavailable, type Quorum } from './providers.ts'
import { type Submission, submit, windowOf } from './submission.ts'

/**
 * What a `track` message asks for: looks at the chain for every order that may still trade, settles what is settled, hands
 * over again what is not, and does the ledger's errands. Repeating it is harmless.
 */
export async function track(agent: Agent, vault: Address): Promise<void> {
  const orders = await ledgerOf(agent.bindings, agent.chain.id, vault).tracked()
  if (orders.length > 0) {
    try {
      const quorum = await openQuorum(openProviders(agent.environment, newMeter()))
      for (const order of orders) await trackOrder(agent, vault, quorum, order)
    } catch (error) {
      // Undecided: the ledger's alarm asks again. Errands are done all the same.
      if (!(error instanceof ProvidersDisagree || error instanceof ProviderUnavailable)) throw error
      logLine('warn', 'track.failed', { vault, error })
    }
  }
  await project(agent, vault)
}

async function trackOrder(agent: Agent, vault: Address, quorum: Quorum, order: TrackedOrder): Promise<void> {
  const ledger = ledgerOf(agent.bindings, agent.chain.id, vault)
  const { orderId, strategyId, slot } = order
  const fields = { vault, strategyId, slot, orderId }
  const now = quorum.pin.timestamp
  if (order.state === 'reserved') {
    if (now - order.reservedAt <= reservedSeconds) return
    if (await ledger.release(orderId, 'NoBytes', true, now))
      logLine('warn', 'track.released', { ...fields, reason: 'NoBytes' })
    return
  }
  const judgement = await judge(quorum, vault, order, agent.chain.confirmations)
  if (judgement.kind === 'settled') {
    for (const settlement of judgement.settlements) {
      if (await ledger.settle(settlement)) logSettlement(fields, settlement)
    }
    return
  }
  if (judgement.kind === 'gone' && (await ledger.unsettle(orderId, now))) logLine('warn', 'track.unsettled', fields)
  if (await ledger.maySend(orderId)) await resend(agent, vault, quorum, order)
  else await callBack(agent, vault, quorum, order)
}

function logSettlement(
  fields: { vault: Address; strategyId: TrackedOrder['strategyId']; slot: number },
  settlement: Settlement,
): void {
  const { orderId, outcome, transactionHash, amountIn, amountOut, final } = settlement
  logLine('info', 'track.settled', { ...fields, orderId, outcome, transactionHash, amountIn, amountOut, final })
}

/** The same bytes again, once a block, while the vault would still take them and nobody has paused. */
async function resend(agent: Agent, vault: Address, { pin }: Quorum, order: TrackedOrder): Promise<void> {
  const submission = submissionOf(vault, order)
  if (submission === null || order.sentAtBlock >= pin.number) return
  const { orderId, strategyId, slot } = order
  const fields = { vault, strategyId, slot, orderId }
  const sent = windowOf(agent, submission, pin)
  if (sent !== null && order.relay !== '') {
    const report = await askStatus(agent.ladder, order.relay, sent)
    logLine('info', 'track.status', { ...fields, relay: order.relay, ...report })
  }
  const ledger = ledgerOf(agent.bindings, agent.chain.id, vault)
  const handover = await submit(agent, submission, pin, async () => ledger.maySend(orderId))
  if (handover.kind === 'held') return
  const { relay, answer, detail } = handover.delivery
  await ledger.markSent(orderId, relay, pin.number, answer)
  logLine('info', 'track.resent', { ...fields, relay, answer, reason: detail })
}

/**
 * Somebody paused: asks the relay to forget what it was given, until it says that it did. Its word is a hint, so the order
 * stays live until the chain shows it dead.
 */
async function callBack(agent: Agent, vault: Address, { pin }: Quorum, order: TrackedOrder): Promise<void> {
  const submission = submissionOf(vault, order)
  if (submission === null || order.relay === '' || order.relayAnswer === 'Cancelled') return
  const given = windowOf(agent, submission, pin)
  if (given === null) return
  const { orderId, strategyId, slot, relay } = order
  const cancelled = await askCancel(agent.ladder, relay, given)
  const answer = cancelled ? 'Cancelled' : 'NotCancelled'
  await ledgerOf(agent.bindings, agent.chain.id, vault).markSent(orderId, relay, order.sentAtBlock, answer)
  logLine('info', 'track.cancelled', { vault, strategyId, slot, orderId, relay, answer })
}

function submissionOf(vault: Address, { bytes, transactionHash: hash, deadline }: TrackedOrder): Submission | null {
  return bytes === null || hash === null ? null : { bytes, hash, deadline, vault }
}
