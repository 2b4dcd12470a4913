// The ways past the public pool that Portcullis knows, and which of them a configuration may use on a chain.
import type { ChainDefinition } from './chains/chain.ts'

/** `builder` is BuilderNet, and any other builder that speaks its JSON-RPC; `sequencer` is an L2's own. */
export const relayNames = [
  'flashbots-private',
  'flashbots-bundle',
  'mev-share',
  'mev-blocker',
  'titan',
  'builder',
  'sequencer',
] as const

export type RelayName = (typeof relayNames)[number]

/** A relay as a configuration names it; without an address, the chain's definition has it. */
export interface RelayChoice {
  name: string
  url: string | null
}

/** A relay that may be used, and where it is. */
export interface RelayEndpoint {
  name: RelayName
  url: string
}

/** A configuration that may not be used; the message is one sentence for people, without any address. */
export class RelayRefused extends Error {
  override readonly name = 'RelayRefused'
}

/** What is used where a configuration names no relay, if the chain's definition has their addresses. */
const usual: readonly RelayName[] = ['flashbots-private', 'titan', 'mev-blocker']

/** Reads `name` or `name=URL`, comma separated; only the form is looked at here. */
export function parseRelayChoices(text: string): RelayChoice[] {
  return text.split(',').map((part) => {
    const [name = '', ...rest] = part.trim().split('=')
    return { name: name.trim(), url: rest.length === 0 ? null : rest.join('=').trim() }
  })
}

/**
 * The relays that may be used on a chain, in the given order; the usual ones if none is named.
 *
 * @param chain undefined for a chain without a definition, where every relay is refused
 * @throws RelayRefused for a relay that the chain does not list, is named twice, or has no usable address
 */
export function relayEndpoints(
  choices: readonly RelayChoice[] | undefined,
  chain: ChainDefinition | undefined,
): RelayEndpoint[] {
  if (chain === undefined) throw new RelayRefused('No relay is used on a chain without a definition.')
  const named = choices ?? usualChoices(chain)
  if (named.length === 0) {
    throw new RelayRefused(`Set RELAY_LADDER: no relay of ${chain.name} has an address that everybody knows.`)
  }
  const endpoints = named.map((choice) => endpointOf(choice, chain))
  const twice = endpoints.find(({ name }, place) => endpoints.findIndex((other) => other.name === name) !== place)
  if (twice !== undefined) throw new RelayRefused(`The relay ${twice.name} is in RELAY_LADDER twice.`)
  return endpoints
}

/**
 * Why relays and a choice of builders do not go together, in one sentence; null where they do. The client of flashbots-bundle has
 * no field for builders, so its relay would show an order to others as well.
 *
 * @param choices undefined for the usual ones
 */
export function builderConflict(
  choices: readonly Pick<RelayChoice, 'name'>[] | undefined,
  builders: readonly string[],
): string | null {
  const named = choices?.map(({ name }) => name) ?? usual
  if (builders.length === 0 || !named.includes('flashbots-bundle')) return null
  return 'The relay flashbots-bundle cannot keep to RELAY_BUILDERS: leave it out of RELAY_LADDER, or RELAY_BUILDERS empty.'
}

function usualChoices({ relays }: ChainDefinition): RelayChoice[] {
  return usual.flatMap((name) => (relays[name] ? [{ name, url: null }] : []))
}

function endpointOf(choice: RelayChoice, chain: ChainDefinition): RelayEndpoint {
  const name = relayNames.find((known) => known === choice.name)
  if (name === undefined) {
    // An address without a name is read as one, and may carry a key: only what can be a name is repeated.
    const what = /^[\w-]{1,40}$/.test(choice.name) ? `"${choice.name}"` : 'One name in RELAY_LADDER'
    throw new RelayRefused(`${what} is no relay; there are ${relayNames.join(', ')}.`)
  }
  const listed = chain.relays[name]
  if (listed === undefined) throw new RelayRefused(`There is no relay ${name} on ${chain.name}.`)
  const url = choice.url ?? listed
  if (url === null) {
    throw new RelayRefused(
      `The relay ${name} has no known address on ${chain.name}: write ${name}=URL in RELAY_LADDER.`,
    )
  }
  if (!isPrivateAddress(url)) {
    throw new RelayRefused(`The address of the relay ${name} must be an https address, since it carries unsent orders.`)
  }
  return { name, url }
}

/** Only this machine may be reached in the clear. */
function isPrivateAddress(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname))
}
