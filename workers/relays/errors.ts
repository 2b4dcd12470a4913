/** What went wrong at a relay, and so what to do next. A relay's word is a hint; what happened is what receipts say. */
export abstract class RelayError extends Error {
  readonly relay: string
  constructor(relay: string, message: string, options?: ErrorOptions) {
    super(`${relay}: ${message}`, options)
    this.relay = relay
  }
}

/** The relay cannot make sense of the request or refuses it. Next: no other relay; the same bytes until the deadline, and a person looks. */
export class Rejected extends RelayError {
  override readonly name = 'Rejected'
}

/** Too many requests. Next: the following relay of the ladder, the same bytes. */
export class Throttled extends RelayError {
  override readonly name = 'Throttled'
}

/** Not reachable, or failing inside. Next: the following relay of the ladder, the same bytes. */
export class Unavailable extends RelayError {
  override readonly name = 'Unavailable'
}

/** No answer in time: it may well have been sent. Next: look for the receipt; resend the same bytes until the deadline. */
export class Unknown extends RelayError {
  override readonly name = 'Unknown'
}

/** The window of blocks has passed. Next: wait until the chain shows the order dead. */
export class Excluded extends RelayError {
  override readonly name = 'Excluded'
}

/** The account nonce is used. Next: read the receipts of every hash at that nonce. */
export class NonceConsumed extends RelayError {
  override readonly name = 'NonceConsumed'
}

/** The relay's own simulation reverts. Next: nothing; the order expires, and the next decision sees the new state. */
export class Reverted extends RelayError {
  override readonly name = 'Reverted'
}

const patterns: readonly { pattern: RegExp; error: new (relay: string, message: string) => RelayError }[] = [
  { pattern: /nonce too low|nonce is too low|already used nonce/i, error: NonceConsumed },
  { pattern: /revert/i, error: Reverted },
  { pattern: /rate.?limit|too many requests/i, error: Throttled },
  { pattern: /block.*(passed|in the past|too old)|window.*passed|expired/i, error: Excluded },
  { pattern: /internal error|timed? ?out|unavailable|try again/i, error: Unavailable },
]

/** Relays word the same thing differently and rarely give a useful code, so the words decide. */
export function relayErrorFrom(relay: string, message: string): RelayError {
  const match = patterns.find(({ pattern }) => pattern.test(message))
  const RelayErrorClass = match?.error ?? Rejected
  return new RelayErrorClass(relay, message.slice(0, 300))
}

/** A relay that has the transaction already: for a resend, that is success. */
export function alreadyKnown(message: string): boolean {
  return /already (known|exists|imported|received)|known transaction/i.test(message)
}
