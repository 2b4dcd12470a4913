import { toHex } from 'viem'
import { callBundle } from './bundles.ts'
import { handOver, type RelayClient, transactionReceipt } from './json-rpc.ts'
import { protectStatus } from './protect-status.ts'
import type { PrivateOrder, Relay } from './relay.ts'

const name = 'flashbots-private'

/** Percent of a backrun's payment that goes to the vault. Flashbots leaves the rest to whoever includes it, 10 as by default. */
const refundPercent = 90

/**
 * Private transactions: the relay tries every block of the window by itself.
 *
 * @param builders registered names of the only builders that may see the order; empty for the relay's own choice
 */
export function flashbotsPrivate(client: RelayClient, url: string, builders: readonly string[] = []): Relay {
  return {
    name,
    simulate: (order) => callBundle(client, order),
    send: (order) => {
      const parameters = [privateTransaction(order, builders)]
      return handOver(client, 'eth_sendPrivateTransaction', parameters, transactionReceipt(order.hash))
    },
    status: (order) => protectStatus(name, url, order),
    cancel: async ({ hash }) => (await client.call('eth_cancelPrivateTransaction', [{ txHash: hash }])) === true,
  }
}

function privateTransaction({ bytes, lastBlock, vault }: PrivateOrder, builders: readonly string[]): object {
  return {
    tx: bytes,
    maxBlockNumber: toHex(lastBlock),
    preferences: {
      // Fast mode shows the whole transaction to searchers, whatever the hints.
      fast: false,
      privacy: { hints: ['hash'], ...(builders.length > 0 ? { builders } : {}) },
      // Without this, refunds go to the executor's account.
      validity: { refund: [{ address: vault, percent: refundPercent }] },
    },
  }
}
