import type { Hex } from 'viem'
import type { JsonRpcRequest } from '../json-rpc.ts'
import type { NodeMethods } from '../node-methods.ts'
import { readPending } from './bundles.ts'
import { type Endpoint, type EndpointParts, parametersOf } from './endpoint.ts'

/** MEV Blocker names no window; here a transaction is tried for as long as Flashbots tries one. */
const triedBlocks = 25

/** MEV Blocker (docs.cow.fi/mevblocker): a node to look at, whose transactions go to builders and not to the public pool. */
export class MevBlocker implements Endpoint {
  readonly name = 'mev-blocker'
  readonly signature = 'ignored'
  readonly orderMethods = new Set(['eth_sendRawTransaction'])
  readonly #parts: EndpointParts
  readonly #node: NodeMethods

  constructor(parts: EndpointParts, node: NodeMethods) {
    this.#parts = parts
    this.#node = node
  }

  async answer(request: JsonRpcRequest): Promise<unknown> {
    const [first] = parametersOf(request)
    if (request.method === 'eth_sendRawTransaction') return this.#sendTransaction(first)
    const answer = await this.#node.answer(request)
    if (request.method !== 'eth_getTransactionByHash' || answer !== null) return answer
    return this.#waiting(first)
  }

  async #sendTransaction(raw: unknown): Promise<Hex> {
    const { desk, state } = this.#parts
    const transaction = await readPending(raw, state)
    await desk.takeTransaction({ transaction, owner: undefined, triedBlocks, preferences: undefined })
    return transaction.hash
  }

  /** What waits in private is shown without its price and signature. */
  #waiting(hash: unknown): Record<string, unknown> | null {
    const order = typeof hash === 'string' ? this.#parts.desk.transaction(hash) : undefined
    if (order?.status !== 'PENDING') return null
    const { yParity: _, ...shown } = order.transaction.pending
    return { ...shown, gasPrice: '0x0', v: '0x0', r: '0x0', s: '0x0' }
  }
}
