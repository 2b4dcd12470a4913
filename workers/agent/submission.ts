import type { Address, Hex } from 'viem'
import type { OrderStep } from '../../shared/schema/decision.ts'
import { meaningOf } from '../relays/errors.ts'
import { rank } from '../relays/health.ts'
import { askSimulation, type Delivery, deliver } from '../relays/ladder.ts'
import { publicPool } from '../relays/public-pool.ts'
import type { PrivateOrder, Relay, Rung } from '../relays/relay.ts'
import type { Agent } from './agent.ts'
import { watchForLeak } from './leak-watch.ts'
import { ledgerOf } from './ledger-address.ts'
import type { Handover } from './ledger-types.ts'
import type { Pin, Quorum } from './providers.ts'

/** Signed bytes, until when the vault would still take them, and who may be given them or was. */
export interface Submission {
  orderId: string
  bytes: Hex
  hash: Hex
  deadline: number
  /** The vault it trades for, which refunds go to. */
  vault: Address
  step: OrderStep
  /** Relays that the strategy allows; null for all. */
  relays: readonly string[] | null
  /** Who was given them before. */
  handovers: readonly Handover[]
  /** A reorganisation showed it to everybody. */
  wasTakenBack: boolean
}

/** What came of handing over: the relays' answers, or why nobody was asked to take the bytes. */
export type Submitted =
  | { kind: 'delivered'; deliveries: Delivery[] }
  | { kind: 'held'; reason: 'TooLate' | 'PausedOrSettled' | 'NoRelay' }

/** The last block whose time is inside the deadline, if blocks come regularly. */
export function lastBlockInside(pin: Pin, deadline: number, blockSeconds: number): bigint {
  const blocks = Math.floor((deadline - pin.timestamp) / blockSeconds)
  return pin.number + BigInt(Math.max(0, blocks))
}

/** The bytes with every block left inside the deadline; null if none is. */
export function windowOf(
  agent: Agent,
  { bytes, hash, deadline, vault }: Pick<Submission, 'bytes' | 'hash' | 'deadline' | 'vault'>,
  pin: Pin,
): PrivateOrder | null {
  const lastBlock = lastBlockInside(pin, deadline, agent.chain.blockSeconds)
  const order: PrivateOrder = { bytes, hash, deadline, vault, firstBlock: pin.number + 1n, lastBlock }
  return order.lastBlock < order.firstBlock ? null : order
}

/**
 * Hands the bytes down the ladder for every block left inside the deadline. One relay is to have them at first, and one more with each block that passes without them: the fewer know,
 * the fewer can leak, and the same bytes can be included only once. Who is about to get them is written down before they
 * leave; a pause stops it there. Never signs, never changes the bytes.
 */
export async function submit(agent: Agent, quorum: Quorum, submission: Submission, pin: Pin): Promise<Submitted> {
  const order = windowOf(agent, submission, pin)
  if (order === null) return { kind: 'held', reason: 'TooLate' }
  const ladder =
    submission.step === 'public' ? [publicPool(quorum.providers)] : await relaysFor(agent, submission, pin.timestamp)
  if (ladder.length === 0) return { kind: 'held', reason: 'NoRelay' }
  const ledger = ledgerOf(agent.bindings, agent.chain.id, submission.vault)
  const { orderId, handovers } = submission
  const asked = new Set<string>()
  // Written down once, and asked again right before the bytes leave: somebody may pause during a simulation.
  const mayHand = async ({ name }: Rung) => {
    if (asked.has(name)) return ledger.maySend(orderId)
    asked.add(name)
    return ledger.handTo(orderId, name, pin.number)
  }
  const deliveries = await handDown(ladder, order, handovers, pin, mayHand)
  for (const { relay, answer } of deliveries) {
    await ledger.markSent(orderId, relay, pin.number, answer)
    if (failed(answer)) await ledger.countFailedAnswer(relay, pin.timestamp)
  }
  if (deliveries.length === 0) return { kind: 'held', reason: 'PausedOrSettled' }
  await watchForLeak(agent, quorum, submission, pin.timestamp)
  return { kind: 'delivered', deliveries }
}

/**
 * The first relay's own simulation is asked before anybody has the bytes. A relay that has something against them keeps them
 * from the others for one block, in which the reason may pass; our own nodes had nothing against them, so after that it is
 * left out.
 */
async function handDown(
  ladder: readonly Rung[],
  order: PrivateOrder,
  handovers: readonly Handover[],
  pin: Pin,
  mayHand: (rung: Rung) => Promise<boolean>,
): Promise<Delivery[]> {
  const [first, ...others] = ladder
  if (first === undefined || !(await mayHand(first))) return []
  const waited = handovers[0] === undefined ? 0 : Math.max(0, Number(pin.number - handovers[0].firstBlock))
  const taken = handovers.some(({ accepted }) => accepted)
  const objection = taken ? null : await askSimulation(first, order)
  if (objection === null) return deliver(ladder, order, 1 + waited, mayHand)
  return waited === 0 ? [objection] : [objection, ...(await deliver(others, order, waited, mayHand))]
}

/** The relays that may be given an order, best first: those that its strategy allows and that are not dropped. */
export async function relaysFor(
  agent: Agent,
  { vault, relays }: Pick<Submission, 'vault' | 'relays'>,
  now: number,
): Promise<readonly Relay[]> {
  const healths = await ledgerOf(agent.bindings, agent.chain.id, vault).relays()
  // Ranked before it is filtered: an address that was dropped under one name is dropped under each.
  return rank(agent.ladder, healths, now).filter(({ name }) => relays === null || relays.includes(name))
}

/** The relay failed by itself, and said nothing of the order. */
function failed(answer: string): boolean {
  return meaningOf(answer)?.isVerdict === false
}
