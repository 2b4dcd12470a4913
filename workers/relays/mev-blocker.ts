import { z } from 'zod'
import { handOver, relayTimeoutMilliseconds, transactionReceipt, unsignedClient } from './json-rpc.ts'
import { nothingReported, type Relay, type RelayReport } from './relay.ts'

const name = 'mev-blocker'

/**
 * MEV Blocker (docs.cow.fi/mevblocker): a plain node's methods at an address whose path says who sees the transaction. It has no
 * simulation, and takes back only what another transaction at the same nonce replaces, which we do not sign.
 */
export function mevBlocker(url: string): Relay {
  const client = unsignedClient(name, url)
  let sending: Promise<unknown> = Promise.resolve()
  return {
    name,
    simulate: async () => null,
    send: ({ bytes, hash }) => {
      // It stumbles over transactions that arrive side by side, so each waits for the one before, however that ended.
      const sent = endOf(sending).then(() =>
        handOver(client, 'eth_sendRawTransaction', [bytes], transactionReceipt(hash)),
      )
      sending = sent.catch(() => null)
      return sent
    },
    status: async ({ hash }) => reportOf(await client.call('eth_getTransactionByHash', [hash])),
    cancel: async () => false,
  }
}

/** Waits no longer than a request may take: the event that sends may have been ended in the middle, and then never tells. */
async function endOf(sending: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const patience = new Promise((resolve) => {
    timer = setTimeout(resolve, relayTimeoutMilliseconds)
  })
  await Promise.race([sending, patience])
  clearTimeout(timer)
}

const transactionSchema = z.object({ blockNumber: z.string().nullish() })

/** While it is private, the node answers with a transaction without a block, and without signature. */
function reportOf(answer: unknown): RelayReport {
  const transaction = transactionSchema.safeParse(answer)
  if (!transaction.success) return nothingReported
  const included = transaction.data.blockNumber !== null && transaction.data.blockNumber !== undefined
  return { ...nothingReported, status: included ? 'included' : 'pending' }
}
