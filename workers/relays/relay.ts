import type { Address, Hex } from 'viem'
import type { RelayName } from '../../shared/chain/relays.ts'

/** One signed order and the blocks it may be in. */
export interface PrivateOrder {
  bytes: Hex
  hash: Hex
  /** Where refunds of what the order was worth to others go. Never the account that signed. */
  vault: Address
  /** First and last block worth trying; the last one's time is still inside the order's deadline. */
  firstBlock: bigint
  lastBlock: bigint
  /** Time after which the vault refuses the order; seconds. */
  deadline: number
}

export type RelaySimulation = { ok: true; gasUsed: bigint } | { ok: false; reason: string }

/** A relay's opinion. `unknown` is not "not sent", `failed` is not "nonce free": only receipts are facts. */
export type RelayStatus = 'pending' | 'included' | 'failed' | 'cancelled' | 'unknown'

/** What a relay says of an order; hints, all of it. */
export interface RelayReport {
  status: RelayStatus
  /** The relay, or somebody it watches, saw the order in the public pool. False where a relay does not say. */
  seenInPublicPool: boolean
  /** Why, in the relay's words; empty where it does not say. */
  reason: string
}

/** What is reported of an order by nobody. */
export const nothingReported: RelayReport = { status: 'unknown', seenInPublicPool: false, reason: '' }

/** A way to a block builder that keeps a transaction out of the public pool. Errors: see errors.ts. */
export interface Relay extends Rung {
  readonly name: RelayName
}

/** Whether an order is a secret where this rung has it: everybody reads the public pool, and an L2's sequencer is its node. */
export function isPrivate(rung: string): boolean {
  return rung !== publicStepName && rung !== 'sequencer'
}

/** What the log calls the last step. */
export const publicStepName = 'public'

/** A step of the ladder: a relay, or the public pool as the last one. */
export interface Rung {
  readonly name: string
  /** The relay's own simulation on top of the newest block, for which it gets the signed bytes; null if it has none. */
  simulate(order: PrivateOrder): Promise<RelaySimulation | null>
  /** Hands over the bytes. Repeating it with the same bytes is harmless. */
  send(order: PrivateOrder): Promise<void>
  status(order: PrivateOrder): Promise<RelayReport>
  /** Asks to forget the order; true if the relay says that it did. It may be included all the same. */
  cancel(order: PrivateOrder): Promise<boolean>
}
