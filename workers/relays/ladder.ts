import type { Hex } from 'viem'
import type { ChainDefinition } from '../../shared/chain/chains/chain.ts'
import { type RelayEndpoint, relayEndpoints } from '../../shared/chain/relays.ts'
import type { Environment } from '../environment.ts'
import { builder } from './builder.ts'
import { meaningOf, RelayError, relayErrors } from './errors.ts'
import { flashbotsBundle } from './flashbots-bundle.ts'
import { flashbotsPrivate } from './flashbots-private.ts'
import { relayClient } from './json-rpc.ts'
import { mevBlocker } from './mev-blocker.ts'
import { mevShare } from './mev-share.ts'
import { nothingReported, type PrivateOrder, type Relay, type RelayReport, type Rung } from './relay.ts'
import { sequencer } from './sequencer.ts'
import { titan } from './titan.ts'

/** A relay, and the address by which one that leaked is known whatever it is spoken to as. Never shown: it may hold a key. */
export interface PlacedRelay extends Relay {
  readonly url: string
}

/** `answer`: accepted, or the name of the error class; `Unknown` means that it may have been sent. */
export interface Delivery {
  relay: string
  answer: string
  detail: string
}

/**
 * The relays of the configuration, in the order in which they are tried where nothing is known of them.
 *
 * @throws RelayRefused with one sentence for a relay that may not be used on the chain
 */
export function openLadder(environment: Environment, chain: ChainDefinition | undefined): PlacedRelay[] {
  return relayEndpoints(environment.RELAY_LADDER, chain).map((endpoint) => ({
    ...openRelay(endpoint, environment),
    url: endpoint.url,
  }))
}

function openRelay({ name, url }: RelayEndpoint, environment: Environment): Relay {
  const key = environment.RELAY_AUTHENTICATION_KEY as Hex
  const builders = environment.RELAY_BUILDERS
  switch (name) {
    case 'flashbots-private':
      return flashbotsPrivate(relayClient(name, url, key), url, builders)
    case 'flashbots-bundle':
      return flashbotsBundle(url, key, environment.CHAIN_ID)
    case 'mev-share':
      return mevShare(url, key, builders)
    case 'mev-blocker':
      return mevBlocker(url)
    case 'titan':
      return titan(url, key)
    case 'builder':
      return builder(url, key)
    case 'sequencer':
      return sequencer(url)
  }
}

/**
 * What the relay's own simulation has against the order: a revert, or a failure of the simulation itself. Null where it
 * has nothing, and where the relay cannot be reached: silence is not a revert.
 */
export async function askSimulation(relay: Rung, order: PrivateOrder): Promise<Delivery | null> {
  try {
    const simulation = await relay.simulate(order)
    if (simulation === null || simulation.ok) return null
    return { relay: relay.name, answer: 'Reverted', detail: simulation.reason }
  } catch (error) {
    if (!(error instanceof RelayError)) throw error
    if (!relayErrors[error.name].isVerdict) return null
    return { relay: relay.name, answer: error.name, detail: error.message }
  }
}

/** Asks the relay that took an order to forget it. True if it says that it did; it may be included all the same. */
export function askCancel(ladder: readonly Relay[], name: string, order: PrivateOrder): Promise<boolean> {
  return hintOf(ladder, name, false, (relay) => relay.cancel(order))
}

/** What the relay that took an order says of it. Nothing is decided by it but whether a leak is looked into. */
export function askStatus(ladder: readonly Relay[], name: string, order: PrivateOrder): Promise<RelayReport> {
  return hintOf(ladder, name, nothingReported, (relay) => relay.status(order))
}

async function hintOf<T>(
  ladder: readonly Relay[],
  name: string,
  nothing: T,
  ask: (relay: Relay) => Promise<T>,
): Promise<T> {
  const relay = ladder.find((candidate) => candidate.name === name)
  if (relay === undefined) return nothing
  try {
    return await ask(relay)
  } catch (error) {
    if (error instanceof RelayError) return nothing
    throw error
  }
}

/**
 * Hands the same bytes down the ladder until as many relays have them as are wanted; one whose answer is unclear counts. A
 * relay that failed by itself is followed by the next one in the same block; after a verdict on the order none is while
 * one relay is wanted. Never throws for a relay's failure.
 *
 * @param mayHand asked before each relay: false stops the hand-over there
 * @returns each relay's answer; empty where none was asked
 */
export async function deliver<R extends Rung>(
  ladder: readonly R[],
  order: PrivateOrder,
  wanted: number,
  mayHand: (rung: R) => Promise<boolean>,
): Promise<Delivery[]> {
  const deliveries: Delivery[] = []
  let holders = 0
  for (const relay of ladder) {
    if (holders >= wanted || !(await mayHand(relay))) break
    const delivery = await handOver(relay, order)
    deliveries.push(delivery)
    const error = meaningOf(delivery.answer)
    if (error?.next === 'next-relay') continue
    // A verdict on the order ends the first round; later others are asked all the same. Whoever may have taken it counts.
    const isTaken = error === null || error.mayHaveBeenSent
    if (!isTaken && wanted === 1) break
    if (isTaken) holders += 1
  }
  return deliveries
}

async function handOver(relay: Rung, order: PrivateOrder): Promise<Delivery> {
  try {
    await relay.send(order)
    return { relay: relay.name, answer: 'accepted', detail: '' }
  } catch (error) {
    if (!(error instanceof RelayError)) throw error
    return { relay: relay.name, answer: error.name, detail: error.message }
  }
}
