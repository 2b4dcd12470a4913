import { refusalPatterns } from './wordings.ts'

export const relayErrorNames = [
  ...(['Rejected', 'Throttled', 'Unavailable', 'Unknown'] as const),
  ...(['Excluded', 'NonceConsumed', 'Reverted'] as const),
]
export type RelayErrorName = (typeof relayErrorNames)[number]

/**
 * What to do after an error. The same signed bytes may go to any number of relays, since one nonce is used once; other bytes
 * for that nonce are signed only when the order is dead.
 */
export type NextStep =
  /** The following relay of the ladder gets the same bytes, in the same block window. */
  | 'next-relay'
  /** The same bytes again, once a block, until the order's deadline. */
  | 'same-bytes-until-deadline'
  /** The receipts of every hash at that nonce tell what became of it. */
  | 'read-receipts'
  /** This relay is given the order no more; the chain will show it dead, if no other relay's block holds it. */
  | 'wait-for-death'
  /** Nobody is given it in this block; from the next one on the other relays are. Once dead, it is decided anew. */
  | 'wait-and-decide-anew'

interface RelayErrorMeaning {
  /** One sentence for people. */
  means: string
  next: NextStep
  /** Whether the relay may be working on the bytes of this request all the same. */
  mayHaveBeenSent: boolean
  /** Whether the relay judged the order; otherwise it failed by itself, which says nothing of the order. */
  isVerdict: boolean
}

/** What each error means and what comes after it. A relay's word is a hint; what happened is what receipts say. */
export const relayErrors: Readonly<Record<RelayErrorName, RelayErrorMeaning>> = {
  Rejected: {
    means: 'The relay does not understand the request or refuses it; a person should look.',
    // Never the same request there again in this block; another relay may well understand it.
    next: 'next-relay',
    mayHaveBeenSent: false,
    isVerdict: false,
  },
  Throttled: {
    means: 'The relay asks for fewer requests.',
    next: 'next-relay',
    mayHaveBeenSent: false,
    isVerdict: false,
  },
  Unavailable: {
    means: 'The relay cannot be reached or fails inside.',
    next: 'next-relay',
    // A connection can break, and a gateway fail, after the relay has read the request.
    mayHaveBeenSent: true,
    isVerdict: false,
  },
  Unknown: {
    means: 'The relay gave no answer in time, or none that can be read: the order may well have been sent.',
    next: 'same-bytes-until-deadline',
    mayHaveBeenSent: true,
    isVerdict: false,
  },
  Excluded: {
    means: 'The block or the time that the order is for has passed.',
    next: 'wait-for-death',
    mayHaveBeenSent: false,
    isVerdict: true,
  },
  NonceConsumed: {
    means: 'The account nonce is used already.',
    next: 'read-receipts',
    mayHaveBeenSent: false,
    isVerdict: true,
  },
  Reverted: {
    means: 'The order reverts in the relay’s simulation.',
    next: 'wait-and-decide-anew',
    mayHaveBeenSent: false,
    isVerdict: true,
  },
}

/** What a relay's noted answer means where it is the name of an error; null for any other, as `accepted`. */
export function meaningOf(answer: string): RelayErrorMeaning | null {
  const name = relayErrorNames.find((known) => known === answer)
  return name === undefined ? null : relayErrors[name]
}

/** What went wrong at a relay; {@link relayErrors} says what to do next. */
export class RelayError extends Error {
  override readonly name: RelayErrorName
  readonly relay: string

  constructor(name: RelayErrorName, relay: string, message: string, options?: ErrorOptions) {
    super(`${relay}: ${message}`, options)
    this.name = name
    this.relay = relay
  }
}

/**
 * Relays word the same thing differently and rarely give a useful code, so the words decide.
 *
 * @param otherwise what words that nobody knows mean
 */
export function relayErrorFrom(relay: string, message: string, otherwise: RelayErrorName = 'Rejected'): RelayError {
  const name = refusalPatterns.find(({ pattern }) => pattern.test(message))?.name ?? otherwise
  return new RelayError(name, relay, message.slice(0, 300))
}
