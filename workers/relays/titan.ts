import type { Hex } from 'viem'
import { z } from 'zod'
import { redact } from '../redact.ts'
import { bundleFor, bundleHash, cancelEachBlock, sendForEachBlock } from './bundles.ts'
import { bundleReceipt, handOver, type IsReceipt, type RelayClient, relayClient, unsignedClient } from './json-rpc.ts'
import { nothingReported, type PrivateOrder, type Relay, type RelayReport, type RelayStatus } from './relay.ts'

const name = 'titan'

/**
 * The builder Titan (docs.titanbuilder.xyz). It has no simulation. `refundPercent` is left out: with it, Titan discards a bundle
 * whose refund does not pay for its own transfer; whatever it refunds without goes to the vault.
 */
export function titan(url: string, authenticationKey: Hex): Relay {
  const client = relayClient(name, url, authenticationKey)
  const statistics = unsignedClient(name, statisticsUrl(url))
  return {
    name,
    simulate: async () => null,
    send: (order) =>
      sendForEachBlock(order, (block) => handOver(client, 'eth_sendBundle', [titanBundle(order, block)], titanReceipt)),
    status: (order) => readStatistics(statistics, order),
    // An empty bundle of the same name takes the place of the order's.
    cancel: (order) =>
      cancelEachBlock(order, (block) => client.call('eth_sendBundle', [{ ...titanBundle(order, block), txs: [] }])),
  }
}

/** Titan answers 200 where it has nothing to tell. */
const titanReceipt: IsReceipt = (result) => result === 200 || bundleReceipt(result)

/** Titan documents no timestamps: the block, and the vault's own deadline, bound the order. */
function titanBundle(order: PrivateOrder, block: bigint): object {
  const { txs, blockNumber, replacementUuid } = bundleFor(order, block)
  return { txs, blockNumber, replacementUuid, refundRecipient: order.vault }
}

const statisticsSchema = z.object({ status: z.string(), error: z.string().nullish().catch(undefined) })

/** Bundle tracing; it knows a bundle some five minutes after it was sent. */
const statuses: Record<string, RelayStatus> = {
  Invalid: 'failed',
  SimulationFail: 'failed',
  Received: 'pending',
  SimulationPass: 'pending',
  ExcludedFromBlock: 'pending',
  // In a block that Titan built, which another builder's may have beaten.
  IncludedInBlock: 'pending',
  Submitted: 'pending',
}

async function readStatistics(client: RelayClient, order: PrivateOrder): Promise<RelayReport> {
  const answer = await client.call('titan_getBundleStats', [{ bundleHash: bundleHash(order) }])
  const trace = statisticsSchema.safeParse(answer)
  if (!trace.success) return nothingReported
  const { status, error } = trace.data
  return {
    ...nothingReported,
    status: statuses[status] ?? 'unknown',
    reason: redact(error || status, client.url).slice(0, 300),
  }
}

/** Titan answers for its bundles at a host of its own; others under the builder's address. */
function statisticsUrl(builderUrl: string): string {
  const url = new URL(builderUrl)
  return url.hostname.endsWith('titanbuilder.xyz') ? 'https://stats.titanbuilder.xyz' : builderUrl
}
