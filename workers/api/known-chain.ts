import type { ChainDefinition } from '../../shared/chain/chains/chain.ts'
import { chainDefinition } from '../../shared/chain/chains/known.ts'
import { type RelayEndpoint, RelayRefused, relayEndpoints } from '../../shared/chain/relays.ts'
import type { Environment } from '../environment.ts'
import { Problem } from './problems.ts'

/** @throws Problem misconfigured where the agent knows nothing of the configured chain */
export function requireChain(environment: Environment): ChainDefinition {
  const chain = chainDefinition(environment.CHAIN_ID)
  if (chain !== undefined) return chain
  throw new Problem('misconfigured', `There is no chain definition for chain ${environment.CHAIN_ID}.`)
}

/**
 * The relays of the configuration, in its order.
 *
 * @throws Problem misconfigured where one may not be used: every tick would stop at it
 */
export function requireRelays(environment: Environment): RelayEndpoint[] {
  try {
    return relayEndpoints(environment.RELAY_LADDER, requireChain(environment))
  } catch (error) {
    throw error instanceof RelayRefused ? new Problem('misconfigured', error.message) : error
  }
}
