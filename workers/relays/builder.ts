import type { Hex } from 'viem'
import { bundleFor, cancelEachBlock, sendForEachBlock } from './bundles.ts'
import { bundleReceipt, handOver, relayClient } from './json-rpc.ts'
import { nothingReported, type PrivateOrder, type Relay } from './relay.ts'

const name = 'builder'

/**
 * BuilderNet (buildernet.org/docs/api), and builders that take `eth_sendBundle` as it does. It has no simulation and tells nothing
 * of a bundle. Refunds go to the vault, both those inside the block and those that BuilderNet pays afterwards to the signer of
 * the request; `refundPercent` is left out, since it would pay for a transfer in the block out of the order's own tip.
 */
export function builder(url: string, authenticationKey: Hex): Relay {
  const client = relayClient(name, url, authenticationKey)
  return {
    name,
    simulate: async () => null,
    // One after the other: it takes three connections at a time.
    send: (order) =>
      sendForEachBlock(order, (block) =>
        handOver(client, 'eth_sendBundle', [builderBundle(order, block)], bundleReceipt),
      ),
    status: async () => nothingReported,
    // An empty bundle of the same name takes the place of the order's.
    cancel: (order) =>
      cancelEachBlock(order, (block) => client.call('eth_sendBundle', [{ ...builderBundle(order, block), txs: [] }])),
  }
}

function builderBundle(order: PrivateOrder, block: bigint): object {
  return { ...bundleFor(order, block), refundRecipient: order.vault, refundIdentity: order.vault }
}
