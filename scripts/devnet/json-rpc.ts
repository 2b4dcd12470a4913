import { Agent, request as httpRequest } from 'node:http'
import { z } from 'zod'
import { readsOldState } from './block-parameter.ts'

/** An error as JSON-RPC carries it. */
export class JsonRpcError extends Error {
  readonly code: number
  readonly data: unknown

  constructor(code: number, message: string, data?: unknown) {
    super(message)
    this.name = 'JsonRpcError'
    this.code = code
    this.data = data
  }
}

export const methodNotFound = (method: string) =>
  new JsonRpcError(-32601, `the method ${method} does not exist/is not available`)
export const invalidParameters = (message: string) => new JsonRpcError(-32602, message)
export const invalidRequest = (message: string) => new JsonRpcError(-32600, message)
/** What a node answers when a transaction or a call is refused. */
export const serverError = (message: string) => new JsonRpcError(-32000, message)

export const requestSchema = z.object({
  jsonrpc: z.literal('2.0').optional(),
  id: z.union([z.number(), z.string(), z.null()]).optional(),
  method: z.string(),
  params: z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())]).optional(),
})
export type JsonRpcRequest = z.output<typeof requestSchema>

const responseSchema = z.object({
  result: z.unknown().optional(),
  error: z.object({ code: z.number(), message: z.string(), data: z.unknown().optional() }).optional(),
})

/** Largest body read from anyone. */
export const maximumBodyBytes = 5_000_000

/**
 * JSON-RPC over kept-alive HTTP to one anvil on this machine.
 *
 * Reads of an old block's state go one at a time: on a fork, anvil holds a lock and a thread while such a read waits for
 * the forked chain, every other one blocks a thread on that lock, and a few at once leave none to take the answer.
 */
export class RpcClient {
  readonly url: string
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 32 })
  #nextId = 1
  #oldReads: Promise<unknown> = Promise.resolve()

  constructor(url: string) {
    this.url = url
  }

  /** The `result`; throws {@link JsonRpcError} with what the node answered, or a plain error when it does not answer. */
  request(method: string, params: readonly unknown[] = []): Promise<unknown> {
    if (!readsOldState(method, params)) return this.#ask(method, params)
    const turn = this.#oldReads.then(() => this.#ask(method, params))
    this.#oldReads = turn.catch(() => undefined)
    return turn
  }

  async #ask(method: string, params: readonly unknown[]): Promise<unknown> {
    const text = await this.post(JSON.stringify({ jsonrpc: '2.0', id: this.#nextId++, method, params }))
    const response = responseSchema.parse(JSON.parse(text))
    if (response.error !== undefined) {
      throw new JsonRpcError(response.error.code, response.error.message, response.error.data)
    }
    return response.result
  }

  /** Sends a body as it is and returns the answer's body. */
  post(body: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const request = httpRequest(
        this.url,
        { agent: this.#agent, method: 'POST', headers: { 'content-type': 'application/json' } },
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
          response.on('error', reject)
        },
      )
      request.on('error', reject)
      request.end(body)
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}

export const quantity = z
  .string()
  .regex(/^0x[0-9a-fA-F]+$/)
  .transform((text) => BigInt(text))

/** A block number, gas amount or count small enough for a number. */
export const smallQuantity = quantity.transform((value) => Number(value))

export const toQuantity = (value: bigint | number): string => `0x${value.toString(16)}`
