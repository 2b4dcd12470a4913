import { handOver, transactionReceipt, unsignedClient } from './json-rpc.ts'
import { nothingReported, type Relay } from './relay.ts'

const name = 'sequencer'

/**
 * Straight to the sequencer of an L2, which has no public pool. It includes at once or never, so it has no simulation and takes
 * nothing back; sequencers answer `eth_sendRawTransaction` and little else. That it does not trade before us is its promise only.
 */
export function sequencer(url: string): Relay {
  const client = unsignedClient(name, url)
  return {
    name,
    simulate: async () => null,
    send: ({ bytes, hash }) => handOver(client, 'eth_sendRawTransaction', [bytes], transactionReceipt(hash)),
    status: async () => nothingReported,
    cancel: async () => false,
  }
}
