import type { Hex } from 'viem'
import type { Environment } from '../environment.ts'
import { RelayError, Throttled, Unavailable } from './errors.ts'
import { flashbotsBundle } from './flashbots-bundle.ts'
import { flashbotsPrivate } from './flashbots-private.ts'
import { relayClient } from './json-rpc.ts'
import type { PrivateOrder, Relay } from './relay.ts'

/** `answer`: accepted, or the name of the error class; `Unknown` means that it may have been sent. */
export interface Delivery {
  relay: string
  answer: string
  detail: string
}

/** The relays of the configuration, in the order in which they are tried. No public step exists. */
export function openLadder(environment: Environment): Relay[] {
  const key = environment.RELAY_AUTHENTICATION_KEY as Hex
  return environment.RELAY_LADDER.map((name) =>
    name === 'flashbots-private'
      ? flashbotsPrivate(relayClient(name, environment.RELAY_URL, key))
      : flashbotsBundle(environment.RELAY_URL, key, environment.CHAIN_ID),
  )
}

/**
 * Hands the same bytes down the ladder until a relay takes them. Only a relay that surely did nothing is followed by the
 * next one; after an unclear answer the receipts decide, not another try elsewhere. Never throws for a relay's failure.
 */
export async function deliver(ladder: readonly Relay[], order: PrivateOrder): Promise<Delivery> {
  let last: Delivery = { relay: '', answer: 'Unavailable', detail: 'no relay is configured' }
  for (const relay of ladder) {
    try {
      await relay.send(order)
      return { relay: relay.name, answer: 'accepted', detail: '' }
    } catch (error) {
      if (!(error instanceof RelayError)) throw error
      last = { relay: relay.name, answer: error.name, detail: error.message }
      if (!(error instanceof Unavailable || error instanceof Throttled)) return last
    }
  }
  return last
}
