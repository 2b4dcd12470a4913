import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'
import type { RpcClient } from '../../scripts/devnet/json-rpc.ts'

const requestSchema = z.object({ id: z.number(), method: z.string(), params: z.array(z.unknown()).default([]) })
export type NodeRequest = z.output<typeof requestSchema>

/** What comes in place of the chain's answer. hold: nothing comes, for ever. */
export type Refusal =
  | { kind: 'error'; code: number; message: string }
  | { kind: 'status'; status: number; headers?: Record<string, string> }
  | { kind: 'result'; result: unknown }
  | { kind: 'closed' }
  | { kind: 'hold' }

/** A server before a chain, as strict as public nodes are: each request is answered by the chain unless a rule objects. */
export class StrictNode {
  readonly #server: Server
  readonly #chain: RpcClient
  /** Looks at a single request. */
  rule: (request: NodeRequest) => Refusal | undefined = () => undefined
  /** JSON-RPC requests in one body. */
  largestBatch = Number.POSITIVE_INFINITY
  /** Those that the chain answered. */
  served: NodeRequest[] = []
  refused = 0

  private constructor(chain: RpcClient) {
    this.#chain = chain
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy())
    })
  }

  static async before(chain: RpcClient): Promise<StrictNode> {
    const node = new StrictNode(chain)
    await new Promise<void>((resolve) => node.#server.listen(0, '127.0.0.1', resolve))
    return node
  }

  /** An address with a key in it, as providers give them out. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v3/0123456789abcdef0123`
  }

  /** No rule, no memory. */
  reset(): void {
    this.rule = () => undefined
    this.largestBatch = Number.POSITIVE_INFINITY
    this.served = []
    this.refused = 0
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'))
    const asked = z.array(requestSchema).parse(Array.isArray(body) ? body : [body])
    if (asked.length > this.largestBatch) {
      this.refused += 1
      const error = { code: -32600, message: `batch of ${asked.length} requests, and ${this.largestBatch} are taken` }
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error }))
      return
    }
    const answers: unknown[] = []
    for (const one of asked) {
      const refusal = this.rule(one)
      if (refusal !== undefined) this.refused += 1
      if (refusal?.kind === 'hold') return
      if (refusal?.kind === 'closed') {
        response.destroy()
        return
      }
      if (refusal?.kind === 'status') {
        response.writeHead(refusal.status, refusal.headers).end('No.')
        return
      }
      answers.push(refusal === undefined ? await this.#serve(one) : answerOf(one, refusal))
    }
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(Array.isArray(body) ? answers : answers[0]))
  }

  async #serve(request: NodeRequest): Promise<unknown> {
    this.served.push(request)
    return JSON.parse(await this.#chain.post(JSON.stringify({ jsonrpc: '2.0', ...request })))
  }
}

function answerOf({ id }: NodeRequest, refusal: Extract<Refusal, { kind: 'error' | 'result' }>) {
  if (refusal.kind === 'result') return { jsonrpc: '2.0', id, result: refusal.result }
  const { code, message } = refusal
  return { jsonrpc: '2.0', id, error: { code, message } }
}

const filterSchema = z.tuple([z.object({ fromBlock: z.string(), toBlock: z.string() })])

/** The blocks of an eth_getLogs request; null for any other. */
export function rangeOf({ method, params }: NodeRequest): { first: number; last: number } | null {
  if (method !== 'eth_getLogs') return null
  const [{ fromBlock, toBlock }] = filterSchema.parse(params)
  return { first: Number(fromBlock), last: Number(toBlock) }
}
