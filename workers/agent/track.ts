import type { Address } from 'viem'
import { askCancel, askStatus } from '../relays/ladder.ts'
import { isPrivate } from '../relays/relay.ts'
import type { Agent } from './agent.ts'
import { judge } from './judge.ts'
import { reportLeak, watchForLeak } from './leak-watch.ts'
import { reservedSeconds } from './ledger/alarm.ts'
import { ledgerOf } from './ledger-address.ts'
import { callBackAnswers, type Settlement, type TrackedOrder } from './ledger-types.ts'
import { logLine } from './log-line.ts'
import { newMeter } from './meter.ts'
import { project } from './project.ts'
import { openProviders, openQuorum, ProvidersDisagree, ProviderUnavailable, type Quorum } from './providers.ts'
import { lastBlockInside, type Submission, submit, windowOf } from './submission.ts'

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
  const wasOpen = order.state === 'signed' || order.state === 'sent'
  if (judgement.kind === 'settled') {
    for (const settlement of judgement.settlements) {
      if (await ledger.settle(settlement)) logSettlement(fields, settlement)
    }
  } else {
    const taken = judgement.kind === 'gone' && (await ledger.unsettle(orderId, now))
    if (taken) logLine('warn', 'track.unsettled', fields)
    const waiting = { ...order, wasTakenBack: order.wasTakenBack || judgement.kind === 'gone' }
    const submission = submissionOf(vault, waiting)
    if (submission !== null) await watchForLeak(agent, quorum, submission, now)
    if (await ledger.maySend(orderId)) await resend(agent, vault, quorum, waiting)
    else await callBack(agent, vault, quorum, waiting)
  }
  if (wasOpen) await askRelays(agent, vault, quorum, order)
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
  const { forgotten, kept } = callBackAnswers
  for (const { relay, answer: before } of order.handovers) {
    if (before === forgotten) continue
    const answer = (await askCancel(agent.ladder, relay, given)) ? forgotten : kept
    await ledgerOf(agent.bindings, agent.chain.id, vault).markSent(orderId, relay, order.sentAtBlock, answer)
    logLine('info', 'track.cancelled', { vault, strategyId, slot, orderId, relay, answer })
  }
}

/**
 * What the relays say of an order that they were given. Their words are hints, for people; but one that says that it saw the
 * order in public is taken at its word. Asked side by side, and after everything that matters.
 */
async function askRelays(agent: Agent, vault: Address, { pin }: Quorum, order: TrackedOrder): Promise<void> {
  const { orderId, strategyId, slot, handovers } = order
  const submission = submissionOf(vault, order)
  if (submission === null || order.wasTakenBack) return
  const lastBlock = lastBlockInside(pin, order.deadline, agent.chain.blockSeconds)
  const given = { ...submission, firstBlock: pin.number + 1n, lastBlock }
  const holders = handovers.filter(({ relay }) => isPrivate(relay))
  const reports = await Promise.all(
    holders.map(async ({ relay }) => ({ relay, ...(await askStatus(agent.ladder, relay, given)) })),
  )
  for (const { relay, status, reason } of reports) {
    logLine('info', 'track.status', { vault, strategyId, slot, orderId, relay, status, reason })
  }
  if (reports.some(({ seenInPublicPool }) => seenInPublicPool)) await reportLeak(agent, submission, pin.timestamp)
}

function submissionOf(vault: Address, order: TrackedOrder): Submission | null {
  const { orderId, bytes, transactionHash: hash, deadline, step, relays, handovers, wasTakenBack } = order
  if (bytes === null || hash === null) return null
  return { orderId, bytes, hash, deadline, vault, step, relays, handovers, wasTakenBack }
}
