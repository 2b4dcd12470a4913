import type { Hex } from 'viem'

/** One signed order and the blocks it may be in. */
export interface PrivateOrder {
  bytes: Hex
  hash: Hex
  /** First and last block worth trying; the last one's time is still inside the order's deadline. */
  firstBlock: bigint
  lastBlock: bigint
  /** Time after which the vault refuses the order; seconds. */
  deadline: number
}

export type RelaySimulation = { ok: true; gasUsed: bigint } | { ok: false; reason: string }

/** A relay's opinion. `unknown` is not "not sent", `failed` is not "nonce free": only receipts are facts. */
export type RelayStatus = 'pending' | 'included' | 'failed' | 'cancelled' | 'unknown'

/** A way to a block builder that keeps a transaction out of the public pool. Errors: see errors.ts. */
export interface Relay {
  readonly name: string
  /** The relay's own simulation on top of the newest block. It gets the signed bytes for it. */
  simulate(order: PrivateOrder): Promise<RelaySimulation>
  /** Hands over the bytes. Repeating it with the same bytes is harmless. */
  send(order: PrivateOrder): Promise<void>
  status(order: PrivateOrder): Promise<RelayStatus>
  /** Asks to forget the order; true if the relay says that it did. It may be included all the same. */
  cancel(order: PrivateOrder): Promise<boolean>
}
