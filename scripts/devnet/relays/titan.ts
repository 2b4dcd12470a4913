import type { Address } from 'viem'
import type { z } from 'zod'
import { allBuilders } from '../block-builders.ts'
import { invalidParameters, type JsonRpcRequest, methodNotFound, serverError } from '../json-rpc.ts'
import { parsed } from '../parameters.ts'
import type { Bundle } from '../private-orders.ts'
import { readPending, submitBundle } from './bundles.ts'
import { type Endpoint, type EndpointParts, parametersOf } from './endpoint.ts'
import {
  cancelBundleSchema,
  sendPrivateTransactionSchema,
  titanBundleSchema,
  titanStatisticsSchema,
} from './requests.ts'

/** Titan names no window for single transactions and takes no `maxBlockNumber`; here they are tried for as long as Flashbots'. */
const triedBlocks = 25
/** What Titan answers where there is nothing to tell. */
const fine = 200

/** Titan's own endpoint (docs.titanbuilder.xyz): it feeds one builder; signatures are optional, ids any text. */
export class Titan implements Endpoint {
  readonly name = 'titan'
  readonly signature = 'optional'
  readonly builder = 'titan'
  readonly orderMethods = new Set([
    'eth_sendBundle',
    'eth_sendRawTransaction',
    'eth_sendPrivateRawTransaction',
    'eth_sendPrivateTransaction',
  ])
  readonly #parts: EndpointParts
  readonly #builders = new Set([...allBuilders].filter((name) => name === this.builder))

  constructor(parts: EndpointParts) {
    this.#parts = parts
  }

  async answer(request: JsonRpcRequest, signer: Address | undefined): Promise<unknown> {
    const params = parametersOf(request)
    switch (request.method) {
      case 'eth_sendBundle':
        return this.#sendBundle(parsed(titanBundleSchema, params[0]), signer)
      case 'eth_cancelBundle':
        this.#parts.desk.cancelBundles(parsed(cancelBundleSchema, params[0]).replacementUuid, signer)
        return fine
      case 'eth_sendRawTransaction':
      case 'eth_sendPrivateRawTransaction':
        return this.#sendTransaction(params[0], signer)
      case 'eth_sendPrivateTransaction':
        return this.#sendTransaction(parsed(sendPrivateTransactionSchema, params[0]).tx, signer)
      case 'titan_getBundleStats':
        return this.#statistics(parsed(titanStatisticsSchema, params[0]).bundleHash)
      default:
        throw methodNotFound(request.method)
    }
  }

  envelope(id: JsonRpcRequest['id'], result: unknown): unknown {
    return { result, error: null, id: id ?? null }
  }

  async #sendBundle(request: z.output<typeof titanBundleSchema>, owner: Address | undefined): Promise<unknown> {
    const { desk, state } = this.#parts
    const { replacementUuid, refundPercent, refundRecipient, refundTxHashes } = request
    if (request.txs.length === 0) {
      if (replacementUuid === undefined) throw invalidParameters('bundle has no transactions')
      desk.cancelBundles(replacementUuid, owner)
      return fine
    }
    if (request.droppingTxHashes?.length) throw serverError('droppingTxHashes is not known to the local builders')
    const preferences = { refundPercent, refundRecipient, refundTxHashes }
    const blockNumber = request.blockNumber ?? desk.head + 1
    const from = { owner, builders: this.#builders, preferences }
    return { bundleHash: await submitBundle(desk, state, { ...request, blockNumber }, from) }
  }

  async #sendTransaction(raw: unknown, owner: Address | undefined): Promise<unknown> {
    const { desk, state } = this.#parts
    const transaction = await readPending(raw, state)
    await desk.takeTransaction({ transaction, owner, triedBlocks, builders: this.#builders, preferences: undefined })
    return fine
  }

  #statistics(bundleHash: string): unknown {
    const bundle = this.#parts.desk.bundle(bundleHash)
    const payment = (bundle?.payment ?? 0n).toString()
    const included = bundle?.sealedAt === undefined ? '' : payment
    const error = bundle?.simulationPassed === false ? 'BundleRevert' : ''
    return { status: statusOf(bundle), builderPayment: payment, builderPaymentWhenIncluded: included, error }
  }
}

/** Titan tells it minutes later; here it is known at once. */
function statusOf(bundle: Bundle | undefined): string {
  if (bundle === undefined) return 'NotFound'
  if (bundle.sealedAt !== undefined) return 'Submitted'
  if (bundle.simulationPassed === false) return 'SimulationFail'
  if (bundle.simulationPassed === true) return 'SimulationPass'
  return bundle.consideredAt === undefined ? 'Received' : 'ExcludedFromBlock'
}
