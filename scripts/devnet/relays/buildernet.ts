import type { Address, Hex } from 'viem'
import type { z } from 'zod'
import { allBuilders } from '../block-builders.ts'
import { invalidParameters, type JsonRpcRequest, methodNotFound, serverError } from '../json-rpc.ts'
import { parsed } from '../parameters.ts'
import { readPending, submitBundle } from './bundles.ts'
import { type Endpoint, type EndpointParts, parametersOf } from './endpoint.ts'
import { builderNetBundleSchema } from './requests.ts'

/** Blocks that BuilderNet tries a single transaction for. */
const triedBlocks = 5

/** BuilderNet's endpoint (buildernet.org/docs/api): it feeds one builder, and every request is signed. */
export class BuilderNet implements Endpoint {
  readonly name = 'builder'
  readonly signature = 'required'
  readonly builder = 'buildernet'
  readonly orderMethods = new Set(['eth_sendBundle', 'eth_sendRawTransaction'])
  readonly #parts: EndpointParts
  readonly #builders = new Set([...allBuilders].filter((name) => name === this.builder))

  constructor(parts: EndpointParts) {
    this.#parts = parts
  }

  async answer(request: JsonRpcRequest, signer: Address): Promise<unknown> {
    const params = parametersOf(request)
    switch (request.method) {
      case 'eth_sendBundle':
        return this.#sendBundle(parsed(builderNetBundleSchema, params[0]), signer)
      case 'eth_sendRawTransaction':
        return this.#sendTransaction(params[0], signer)
      default:
        throw methodNotFound(request.method)
    }
  }

  async #sendBundle(request: z.output<typeof builderNetBundleSchema>, owner: Address): Promise<unknown> {
    const { desk, state } = this.#parts
    const { refundPercent, refundRecipient, refundTxHashes, refundIdentity, uuid } = request
    const replacementUuid = request.replacementUuid ?? uuid
    const receivedTimestampMs = Date.now()
    if (request.txs.length === 0) {
      if (replacementUuid === undefined) throw invalidParameters('bundle has no transactions')
      desk.cancelBundles(replacementUuid, owner)
      return { receivedTimestampMs }
    }
    if (request.droppingTxHashes?.length) throw serverError('droppingTxHashes is not known to the local builders')
    const preferences = { refundPercent, refundRecipient, refundTxHashes, refundIdentity }
    const bundle = { ...request, replacementUuid, blockNumber: request.blockNumber ?? desk.head + 1 }
    const bundleHash = await submitBundle(desk, state, bundle, { owner, builders: this.#builders, preferences })
    return { bundleHash, receivedTimestampMs }
  }

  async #sendTransaction(raw: unknown, owner: Address): Promise<Hex> {
    const { desk, state } = this.#parts
    const transaction = await readPending(raw, state)
    await desk.takeTransaction({ transaction, owner, triedBlocks, builders: this.#builders, preferences: undefined })
    return transaction.hash
  }
}
