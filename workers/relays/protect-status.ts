// Flashbots' status API: GET tx/<hash>, of private transactions (docs.flashbots.net, transaction status API).
import { z } from 'zod'
import { redact } from '../redact.ts'
import { askRelay, parseJson } from './json-rpc.ts'
import { nothingReported, type PrivateOrder, type RelayReport, type RelayStatus } from './relay.ts'

const statuses: Record<string, RelayStatus> = {
  PENDING: 'pending',
  INCLUDED: 'included',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
}

const optionalText = z.string().nullish().catch(undefined)
const statusSchema = z.object({
  status: z.string(),
  seenInMempool: z.boolean().optional().catch(undefined),
  simError: optionalText,
  revertReason: optionalText,
})

/** @throws RelayError if nobody answers; what cannot be read is `unknown` */
export async function protectStatus(relay: string, relayUrl: string, { hash }: PrivateOrder): Promise<RelayReport> {
  const { text } = await askRelay(relay, `${statusUrl(relayUrl)}/tx/${hash}`, { method: 'GET' })
  const answer = statusSchema.safeParse(parseJson(text))
  if (!answer.success) return nothingReported
  const { status, seenInMempool, simError, revertReason } = answer.data
  return {
    status: statuses[status] ?? 'unknown',
    seenInPublicPool: seenInMempool ?? false,
    reason: redact(revertReason || simError || '', relayUrl).slice(0, 300),
  }
}

/** Flashbots tells the status at the host of Protect, beside the relay's own; others under the relay's address. */
function statusUrl(relayUrl: string): string {
  const url = new URL(relayUrl)
  if (url.hostname.endsWith('.flashbots.net')) url.hostname = url.hostname.replace(/^relay/, 'protect')
  return `${url.origin}${url.pathname.replace(/\/$/, '')}`
}
