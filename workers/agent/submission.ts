import type { Address, Hex } from 'viem'
import { relayErrorNames, relayErrors } from '../relays/errors.ts'
import { rank } from '../relays/health.ts'
import { askSimulation, type Delivery, deliver } from '../relays/ladder.ts'
import { publicPool, publicStepName } from '../relays/public-pool.ts'
import type { PrivateOrder, Relay, Rung } from '../relays/relay.ts'
import type { Agent } from './agent.ts'
import { ledgerOf } from './ledger-address.ts'
import type { OrderStep } from './ledger-types.ts'
import type { Pin, Quorum } from './providers.ts'

/** Signed bytes, until when the vault would still take them, and who may be given them. */
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
  /** Head when the first relay was given them; null before. */
  firstSentAtBlock: bigint | null
}

/** What came of handing over: the relays' answers, or why nobody was asked to take the bytes. */
export type Handover =
  | { kind: 'delivered'; deliveries: Delivery[] }
  | { kind: 'held'; reason: 'TooLate' | 'StrategyPaused' | 'NoRelay' }

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
 * Hands the bytes down the ladder for every block left inside the deadline, if the first relay's own simulation has nothing
 * against them. One relay is to have them at first, and one more with each block that passes without them: the fewer know,
 * the fewer can leak, and the same bytes can be included only once. Who is about to get them is written down before they
 * leave; a pause stops it there. Never signs, never changes the bytes.
 */
export async function submit(agent: Agent, quorum: Quorum, submission: Submission, pin: Pin): Promise<Handover> {
  const order = windowOf(agent, submission, pin)
  if (order === null) return { kind: 'held', reason: 'TooLate' }
  const { orderId, vault } = submission
  const ledger = ledgerOf(agent.bindings, agent.chain.id, vault)
  const ladder = await ladderFor(agent, quorum, submission, pin)
  const [first] = ladder
  if (first === undefined) return { kind: 'held', reason: 'NoRelay' }
  const mayHand = (rung: Rung) => ledger.handTo(orderId, rung.name, pin.number)
  if (!(await mayHand(first))) return { kind: 'held', reason: 'StrategyPaused' }
  const objection = await askSimulation(ladder, order)
  const waited = submission.firstSentAtBlock === null ? 0n : pin.number - submission.firstSentAtBlock
  const deliveries = objection === null ? await deliver(ladder, order, 1 + Number(waited), mayHand) : [objection]
  for (const { relay, answer } of deliveries) {
    await ledger.markSent(orderId, relay, pin.number, answer)
    if (failed(answer)) await ledger.countFailedAnswer(relay, pin.timestamp)
  }
  return deliveries.length === 0 ? { kind: 'held', reason: 'StrategyPaused' } : { kind: 'delivered', deliveries }
}

/** Who may be given the order, best first: the relays the strategy allows and that did not leak, or the public pool. */
async function ladderFor(agent: Agent, quorum: Quorum, submission: Submission, pin: Pin): Promise<readonly Rung[]> {
  if (submission.step === 'public') return [publicPool(quorum.providers)]
  const { vault, relays } = submission
  const allowed = agent.ladder.filter(({ name }) => relays === null || relays.includes(name))
  const healths = await ledgerOf(agent.bindings, agent.chain.id, vault).relays()
  return rank<Relay>(allowed, healths, pin.timestamp)
}

/** The relay failed by itself, and said nothing of the order. */
function failed(answer: string): boolean {
  return relayErrorNames.some((name) => name === answer && !relayErrors[name].isVerdict)
}

/** Whether the order was private at all where this relay has it. */
export function isPrivate(relay: string): boolean {
  return relay !== publicStepName && relay !== 'sequencer'
}
