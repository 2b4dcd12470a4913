import { type Hex, toHex } from 'viem'
import { z } from 'zod'
import { redact } from '../redact.ts'
import { RelayError } from './errors.ts'
import { bundleReceipt, handOver, type RelayClient, relayClient } from './json-rpc.ts'
import { protectStatus } from './protect-status.ts'
import type { PrivateOrder, Relay, RelaySimulation } from './relay.ts'

const name = 'mev-share'

/** The node takes windows of at most 30 blocks. */
const longestWindow = 30n

/**
 * MEV-Share bundles v0.1 of one transaction: searchers see its hash and nothing else, and may only add a backrun, whose whole
 * refund is the vault's. No method cancels a bundle, so cancelling says false.
 *
 * @param builders registered names of the only builders that may see the order; empty for the node's own choice
 */
export function mevShare(url: string, authenticationKey: Hex, builders: readonly string[] = []): Relay {
  const client = relayClient(name, url, authenticationKey)
  return {
    name,
    simulate: (order) => simulate(client, order),
    send: (order) => {
      const bundle = { ...bundleOf(order), privacy: privacyOf(builders) }
      return handOver(client, 'mev_sendBundle', [bundle], bundleReceipt)
    },
    status: (order) => protectStatus(name, url, order),
    cancel: async () => false,
  }
}

function bundleOf({ bytes, firstBlock, lastBlock, vault }: PrivateOrder): object {
  const maxBlock = lastBlock < firstBlock + longestWindow ? lastBlock : firstBlock + longestWindow - 1n
  return {
    version: 'v0.1',
    inclusion: { block: toHex(firstBlock), maxBlock: toHex(maxBlock) },
    body: [{ tx: bytes, canRevert: false }],
    validity: { refund: [], refundConfig: [{ address: vault, percent: 100 }] },
  }
}

function privacyOf(builders: readonly string[]): object {
  return { hints: ['hash'], ...(builders.length > 0 ? { builders } : {}) }
}

const simulationSchema = z.object({
  success: z.boolean(),
  gasUsed: z.coerce.bigint().optional(),
  error: z.string().nullish(),
  execError: z.string().nullish(),
})

/** On the block before the window, so that it stands for the first block of it. */
async function simulate(client: RelayClient, order: PrivateOrder): Promise<RelaySimulation> {
  const options = { parentBlock: toHex(order.firstBlock - 1n) }
  const answer = simulationSchema.safeParse(await client.call('mev_simBundle', [bundleOf(order), options]))
  // Undecodable is no verdict: a relay that talks nonsense must not hold an order back.
  if (!answer.success) throw new RelayError('Unknown', name, 'gave a simulation that cannot be read')
  const { success, gasUsed, error, execError } = answer.data
  if (success) return { ok: true, gasUsed: gasUsed ?? 0n }
  return { ok: false, reason: redact(execError || error || 'reverted', client.url).slice(0, 300) }
}
