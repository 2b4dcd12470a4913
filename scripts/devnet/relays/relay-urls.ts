import type { RelayName } from '../../../shared/chain/relays.ts'
import type { EndpointName } from '../relay-faults.ts'

/** Where each kind of relay is, given the address of the chain's JSON-RPC. */
export function relayUrlsOf(rpcUrl: string): Record<RelayName, string> {
  const at = (endpoint: EndpointName) => `${rpcUrl}/${endpoint}`
  return {
    'flashbots-private': at('relay'),
    'flashbots-bundle': at('relay'),
    'mev-share': at('relay'),
    'mev-blocker': at('mev-blocker'),
    titan: at('titan'),
    builder: at('builder'),
    sequencer: at('sequencer'),
  }
}
