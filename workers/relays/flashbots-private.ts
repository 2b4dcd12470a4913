import { toHex } from 'viem'
import { z } from 'zod'
import { alreadyKnown, RelayError } from './errors.ts'
import { askRelay, parseJson, type RelayClient } from './json-rpc.ts'
import {
  nothingReported,
  type PrivateOrder,
  type Relay,
  type RelayReport,
  type RelaySimulation,
  type RelayStatus,
} from './relay.ts'

const name = 'flashbots-private'

const simulationSchema = z.object({
  results: z.array(z.object({ gasUsed: z.coerce.bigint(), error: z.string().nullish(), revert: z.string().nullish() })),
})

/** Private transactions: the relay tries every block of the window by itself. */
export function flashbotsPrivate(client: RelayClient, url: string): Relay {
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
    status: (order) => readStatus(url, order),
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

const statuses: Record<string, RelayStatus> = {
  PENDING: 'pending',
  INCLUDED: 'included',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
}
const statusSchema = z.object({
  status: z.string(),
  seenInMempool: z.boolean().optional().catch(undefined),
  simError: z.string().nullish().catch(undefined),
  revertReason: z.string().nullish().catch(undefined),
})

/** The relay has no JSON-RPC method for it: it answers a plain request for `tx/<hash>`. */
async function readStatus(relayUrl: string, { hash }: PrivateOrder): Promise<RelayReport> {
  const { text } = await askRelay(name, `${statusUrl(relayUrl)}/tx/${hash}`, { method: 'GET' })
  const answer = statusSchema.safeParse(parseJson(text))
  if (!answer.success) return nothingReported
  const { status, seenInMempool, simError, revertReason } = answer.data
  return {
    status: statuses[status] ?? 'unknown',
    seenInPublicPool: seenInMempool ?? false,
    reason: revertReason || simError || '',
  }
}

/** Flashbots tells the status at the host of Protect, beside the relay's own; others under the relay's address. */
function statusUrl(relayUrl: string): string {
  const url = new URL(relayUrl)
  if (url.hostname.endsWith('.flashbots.net')) url.hostname = url.hostname.replace(/^relay/, 'protect')
  return `${url.origin}${url.pathname.replace(/\/$/, '')}`
}
