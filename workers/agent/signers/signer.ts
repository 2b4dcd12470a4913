import type { Address, Hex } from 'viem'

/** The transaction an executor key signs; always EIP-1559, never with value. */
export interface ExecutorTransaction {
  chainId: number
  nonce: number
  to: Address
  data: Hex
  gas: bigint
  /** Wei per gas. */
  maxFeePerGas: bigint
  /** Wei per gas. */
  maxPriorityFeePerGas: bigint
}

export interface SignedTransaction {
  bytes: Hex
  hash: Hex
}

/** Where the executor key lives. The local one derives it; a key service signs elsewhere behind the same two members. */
export interface Signer {
  readonly address: Address
  /**
   * @throws KeyServiceError if a key service did not sign
   * @throws SignerMismatch if it signed with another key
   */
  sign(transaction: ExecutorTransaction): Promise<SignedTransaction>
}

/** The vault names another executor than the key we hold: a reset happened, or the key is another one. */
export class SignerMismatch extends Error {
  override readonly name = 'SignerMismatch'
  readonly expected: Address
  /** Null where only a signature is known, which says whose it is not. */
  readonly ours: Address | null
  constructor(ours: Address | null, expected: Address) {
    super(
      ours === null
        ? `The agent's key for this vault and epoch signed, but not as ${expected}, the vault's executor.`
        : `The agent's key for this vault and epoch is ${ours}, but the vault's executor is ${expected}.`,
    )
    this.ours = ours
    this.expected = expected
  }
}

/** A key service did not do what it was asked. The message is a sentence for people and never holds a credential. */
export abstract class KeyServiceError extends Error {}

/** It knows the key or us not, or forbids it. Next: not tried again for this slice; a person looks. */
export class KeyServiceRefused extends KeyServiceError {
  override readonly name = 'KeyServiceRefused'
}

/** Too many requests. Next: the slice is tried again later. */
export class KeyServiceThrottled extends KeyServiceError {
  override readonly name = 'KeyServiceThrottled'
}

/** Not reachable, failing inside, or not to be understood. Next: the slice is tried again later. */
export class KeyServiceUnavailable extends KeyServiceError {
  override readonly name = 'KeyServiceUnavailable'
}

/** No answer in time. What it may have signed nobody has seen. Next: the slice is tried again later. */
export class KeyServiceTimedOut extends KeyServiceError {
  override readonly name = 'KeyServiceTimedOut'
}
