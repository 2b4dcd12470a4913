import type { Address, Hex } from 'viem'
import { askSimulation, type Delivery, deliver } from '../relays/ladder.ts'
import type { PrivateOrder } from '../relays/relay.ts'
import type { Agent } from './agent.ts'
import type { Pin } from './providers.ts'

/** Signed bytes and until when the vault would still take them. */
export interface Submission {
  bytes: Hex
  hash: Hex
  deadline: number
  /** The vault it trades for, which refunds go to. */
  vault: Address
}

/** What came of handing over: a relay's answer, or why nobody was asked to take the bytes. */
export type Handover =
  | { kind: 'delivered'; delivery: Delivery }
  | { kind: 'held'; reason: 'TooLate' | 'StrategyPaused' }

/** The last block whose time is inside the deadline, if blocks come regularly. */
export function lastBlockInside(pin: Pin, deadline: number, blockSeconds: number): bigint {
  const blocks = Math.floor((deadline - pin.timestamp) / blockSeconds)
  return pin.number + BigInt(Math.max(0, blocks))
}

/** The bytes with every block left inside the deadline; null if none is. */
export function windowOf(agent: Agent, submission: Submission, pin: Pin): PrivateOrder | null {
  const lastBlock = lastBlockInside(pin, submission.deadline, agent.chain.blockSeconds)
  const order: PrivateOrder = { ...submission, firstBlock: pin.number + 1n, lastBlock }
  return order.lastBlock < order.firstBlock ? null : order
}

/**
 * Hands the bytes to the ladder for every block left inside the deadline, if the relay's own simulation has nothing against
 * them. To simulate, a relay gets the signed bytes, so they are kept in the ledger before this is called, and the order
 * stays live whatever comes of it. `maySend` is asked last, so that a pause during the simulation still counts. Never signs,
 * never changes the bytes.
 */
export async function submit(
  agent: Agent,
  submission: Submission,
  pin: Pin,
  maySend: () => Promise<boolean>,
): Promise<Handover> {
  const order = windowOf(agent, submission, pin)
  if (order === null) return { kind: 'held', reason: 'TooLate' }
  const objection = await askSimulation(agent.ladder, order)
  if (objection !== null) return { kind: 'delivered', delivery: objection }
  if (!(await maySend())) return { kind: 'held', reason: 'StrategyPaused' }
  return { kind: 'delivered', delivery: await deliver(agent.ladder, order) }
}
