import type { Address, Hex } from 'viem'
import { z } from 'zod'
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
import { isPrivate, type Submission, submit, windowOf } from './submission.ts'

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
  if (judgement.kind !== 'gone') await lookForLeak(agent, vault, quorum, order, judgement.kind === 'live')
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
async function resend(agent: Agent, vault: Address, quorum: Quorum, order: TrackedOrder): Promise<void> {
  const { pin } = quorum
  const submission = submissionOf(vault, order)
  if (submission === null || order.sentAtBlock >= pin.number) return
  const { orderId, strategyId, slot } = order
  const handover = await submit(agent, quorum, submission, pin)
  if (handover.kind === 'held') return
  for (const { relay, answer, detail } of handover.deliveries) {
    logLine('info', 'track.resent', { vault, strategyId, slot, orderId, relay, answer, reason: detail })
  }
}

/**
 * Somebody paused: asks every relay to forget what it was given, until it says that it did. Its word is a hint, so the order
 * stays live until the chain shows it dead.
 */
async function callBack(agent: Agent, vault: Address, { pin }: Quorum, order: TrackedOrder): Promise<void> {
  const submission = submissionOf(vault, order)
  const given = submission === null ? null : windowOf(agent, submission, pin)
  if (given === null) return
  const { orderId, strategyId, slot } = order
  for (const { relay, answer: before } of order.handovers) {
    if (before === 'Cancelled') continue
    const answer = (await askCancel(agent.ladder, relay, given)) ? 'Cancelled' : 'NotCancelled'
    await ledgerOf(agent.bindings, agent.chain.id, vault).markSent(orderId, relay, order.sentAtBlock, answer)
    logLine('info', 'track.cancelled', { vault, strategyId, slot, orderId, relay, answer })
  }
}

/**
 * Whether the public has seen an order that only relays were given: a node that we gave nothing knows it, or a relay says
 * that it saw it. A block showed it to everybody, and that is nobody's fault; so an order that was in one is asked about no
 * more. (One that was in a block and out of it again between two looks is blamed on its relay: a person decides.)
 */
async function lookForLeak(
  agent: Agent,
  vault: Address,
  quorum: Quorum,
  order: TrackedOrder,
  isWaiting: boolean,
): Promise<void> {
  const { orderId, strategyId, slot, handovers, transactionHash } = order
  const isOpen = order.state === 'signed' || order.state === 'sent'
  const holders = handovers.filter(({ relay }) => isPrivate(relay))
  if (!isOpen || transactionHash === null || order.wasTakenBack || holders.length === 0) return
  const submission = submissionOf(vault, order)
  const given = submission === null ? null : windowOf(agent, submission, quorum.pin)
  const fields = { vault, strategyId, slot, orderId }
  let seen = isWaiting && (await waitsInPublic(quorum, transactionHash))
  for (const { relay } of given === null ? [] : holders) {
    if (given === null) break
    const report = await askStatus(agent.ladder, relay, given)
    logLine('info', 'track.status', { ...fields, relay, status: report.status, reason: report.reason })
    seen ||= report.seenInPublicPool
  }
  if (!seen || !(await ledgerOf(agent.bindings, agent.chain.id, vault).noteLeak(orderId, quorum.pin.timestamp))) return
  logLine('error', 'track.leaked', { ...fields, relay: holders.map(({ relay }) => relay).join(', ') })
}

const waiting = z.object({ blockHash: z.null() })

/** Whether a node shows the transaction as waiting. One that does not answer has not seen it, as far as we know. */
async function waitsInPublic({ providers }: Quorum, hash: Hex): Promise<boolean> {
  const answers = await Promise.allSettled(
    providers.map((provider) => provider.request('eth_getTransactionByHash', [hash])),
  )
  return answers.some((answer) => answer.status === 'fulfilled' && waiting.safeParse(answer.value).success)
}

function submissionOf(vault: Address, order: TrackedOrder): Submission | null {
  const { orderId, bytes, transactionHash: hash, deadline, step, relays, handovers } = order
  if (bytes === null || hash === null) return null
  return { orderId, bytes, hash, deadline, vault, step, relays, firstSentAtBlock: handovers[0]?.firstBlock ?? null }
}
