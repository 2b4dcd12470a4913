import type { Hex } from 'viem'
import { type JsonRpcRequest, methodNotFound } from '../json-rpc.ts'
import { readPending } from './bundles.ts'
import { type Endpoint, type EndpointParts, parametersOf } from './endpoint.ts'

/** Three hours of 12-second blocks, the time after which geth's pool forgets a transaction that cannot be executed. */
const queuedBlocks = 900

/** A rollup's sequencer: first come, first served, and what reverts is included all the same. */
export class Sequencer implements Endpoint {
  readonly name = 'sequencer'
  readonly signature = 'ignored'
  readonly orderMethods = new Set(['eth_sendRawTransaction'])
  readonly #parts: EndpointParts

  constructor(parts: EndpointParts) {
    this.#parts = parts
  }

  async answer(request: JsonRpcRequest): Promise<Hex> {
    if (request.method !== 'eth_sendRawTransaction') throw methodNotFound(request.method)
    const { desk, state } = this.#parts
    const transaction = await readPending(parametersOf(request)[0], state)
    const order = { transaction, owner: undefined, triedBlocks: queuedBlocks, preferences: undefined }
    await desk.takeTransaction({ ...order, firstCome: true })
    return transaction.hash
  }
}
