import { type Hex, keccak256 } from 'viem'
import { vi } from 'vitest'
import { z } from 'zod'

const requestSchema = z.object({ id: z.unknown(), method: z.string(), params: z.array(z.unknown()) })
export type Intercepted = z.output<typeof requestSchema> & { url: string }

/** Sends the request on as it was, and gives the parsed answer. */
type Forward = () => Promise<{ result?: unknown; error?: unknown }>

/**
 * Stands between the agent and the network: `around` may change an answer, fail, or forward. Undefined forwards untouched.
 * Undone by `vi.restoreAllMocks()`.
 */
export function intercept(around: (request: Intercepted, forward: Forward) => Promise<unknown> | undefined): void {
  const plain = globalThis.fetch
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const url = input instanceof Request ? input.url : String(input)
    const parsed = requestSchema.safeParse(typeof init?.body === 'string' ? JSON.parse(init.body) : null)
    if (!parsed.success) return plain(input, init)
    const answers = async () => (await plain(input, init)).json<{ result?: unknown; error?: unknown }>()
    const answer = around({ ...parsed.data, url }, answers)
    if (answer === undefined) return plain(input, init)
    return Response.json({ jsonrpc: '2.0', id: parsed.data.id, ...Object(await answer) })
  })
}

/** What a relay answers to an order that it takes; one that only answers this passes nothing on. */
export function receiptFor({ method, params: [order] }: Intercepted): { result: unknown } {
  const { tx, txs: [first] = [tx] } = order as { tx: Hex; txs?: [Hex] }
  const hash = keccak256(first)
  return { result: method === 'eth_sendBundle' ? { bundleHash: keccak256(hash) } : hash }
}
