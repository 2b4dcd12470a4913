import { toHex } from 'viem'
import { z } from 'zod'
import { alreadyKnown, RelayError } from './errors.ts'
import type { RelayClient } from './json-rpc.ts'
import type { PrivateOrder, Relay, RelaySimulation } from './relay.ts'

const name = 'flashbots-private'

const simulationSchema = z.object({
  results: z.array(z.object({ gasUsed: z.coerce.bigint(), error: z.string().nullish(), revert: z.string().nullish() })),
})

/** Private transactions: the relay tries every block of the window by itself. */
export function flashbotsPrivate(client: RelayClient): Relay {
  return {
    name,
    simulate: (order) => simulateBundle(client, order),
    send: async ({ bytes, lastBlock }) => {
      try {
        await client.call('eth_sendPrivateTransaction', [{ tx: bytes, maxBlockNumber: toHex(lastBlock) }])
      } catch (error) {
        if (error instanceof RelayError && alreadyKnown(error.message)) return
        throw error
      }
    },
    // The relay has no JSON-RPC method that tells; receipts do.
    status: async () => 'unknown',
    cancel: async ({ hash }) => (await client.call('eth_cancelPrivateTransaction', [{ txHash: hash }])) === true,
  }
}

async function simulateBundle(client: RelayClient, order: PrivateOrder): Promise<RelaySimulation> {
  const parameters = { txs: [order.bytes], blockNumber: toHex(order.firstBlock), stateBlockNumber: 'latest' }
  const answer = simulationSchema.safeParse(await client.call('eth_callBundle', [parameters]))
  const result = answer.data?.results[0]
  if (result === undefined) return { ok: false, reason: 'the relay’s simulation is undecodable' }
  const reason = result.revert ?? result.error ?? null
  return reason === null ? { ok: true, gasUsed: result.gasUsed } : { ok: false, reason }
}
