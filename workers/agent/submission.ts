import type { Hex } from 'viem'
import { type Delivery, deliver } from '../relays/ladder.ts'
import type { PrivateOrder } from '../relays/relay.ts'
import type { Agent } from './agent.ts'
import type { Pin } from './providers.ts'

/** Signed bytes and until when the vault would still take them. */
export interface Submission {
  bytes: Hex
  hash: Hex
  deadline: number
}

/** The last block whose time is inside the deadline, if blocks come regularly. */
export function lastBlockInside(pin: Pin, deadline: number, blockSeconds: number): bigint {
  const blocks = Math.floor((deadline - pin.timestamp) / blockSeconds)
  return pin.number + BigInt(Math.max(0, blocks))
}

/** Hands the bytes to the ladder for every block left inside the deadline; null if none is. Never signs, never changes them. */
export async function submit(agent: Agent, submission: Submission, pin: Pin): Promise<Delivery | null> {
  const lastBlock = lastBlockInside(pin, submission.deadline, agent.chain.blockSeconds)
  const order: PrivateOrder = { ...submission, firstBlock: pin.number + 1n, lastBlock }
  return order.lastBlock < order.firstBlock ? null : deliver(agent.ladder, order)
}
