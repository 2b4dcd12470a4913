import type { Address, Hex } from 'viem'
import type { z } from 'zod'
import type { BlockBuilder } from '../block-builders.ts'
import { invalidParameters, type JsonRpcRequest, methodNotFound, serverError } from '../json-rpc.ts'
import { parsed } from '../parameters.ts'
import { callBundle } from './bundle-simulation.ts'
import { readPending, submitBundle } from './bundles.ts'
import { type Endpoint, type EndpointParts, parametersOf } from './endpoint.ts'
import { MevShare } from './mev-share.ts'
import { namedBuilders } from './named-builders.ts'
import {
  bundleStatisticsSchema,
  callBundleSchema,
  cancelBundleSchema,
  cancelPrivateTransactionSchema,
  mevSendBundleSchema,
  sendBundleSchema,
  sendPrivateTransactionSchema,
  simulationOptionsSchema,
} from './requests.ts'

/** Blocks a private transaction is tried for when the sender names no last one; Flashbots' own default. */
const defaultBlocks = 25

/** Flashbots' JSON-RPC: bundles, private transactions, MEV-Share; every request is signed. */
export class FlashbotsRelay implements Endpoint {
  readonly name = 'relay'
  readonly signature = 'required'
  readonly orderMethods = new Set([
    'eth_sendBundle',
    'eth_sendPrivateTransaction',
    'eth_sendPrivateRawTransaction',
    'mev_sendBundle',
  ])
  readonly #parts: EndpointParts
  readonly #mevShare: MevShare
  /** Gas simulated per key, for the user statistics. */
  readonly #gasSimulated = new Map<Address, bigint>()

  constructor(parts: EndpointParts) {
    this.#parts = parts
    this.#mevShare = new MevShare(parts.state, parts.builder, parts.desk)
  }

  async answer(request: JsonRpcRequest, signer: Address): Promise<unknown> {
    const params = parametersOf(request)
    switch (request.method) {
      case 'eth_sendBundle':
        return this.#sendBundle(parsed(sendBundleSchema, params[0]), signer)
      case 'eth_callBundle':
        return this.#callBundle(parsed(callBundleSchema, params[0]), signer)
      case 'eth_cancelBundle':
        this.#parts.desk.cancelBundles(parsed(cancelBundleSchema, params[0]).replacementUuid, signer)
        return {}
      case 'eth_sendPrivateTransaction':
        return this.#sendPrivateTransaction(parsed(sendPrivateTransactionSchema, params[0]), signer)
      case 'eth_sendPrivateRawTransaction':
        return this.#sendPrivateTransaction(
          parsed(sendPrivateTransactionSchema, { tx: params[0], preferences: params[1] }),
          signer,
        )
      case 'eth_cancelPrivateTransaction':
        return this.#cancelPrivateTransaction(parsed(cancelPrivateTransactionSchema, params[0]).txHash, signer)
      case 'mev_sendBundle':
        return this.#mevShare.send(parsed(mevSendBundleSchema, params[0]), signer)
      case 'mev_simBundle':
        return this.#mevShare.simulate(
          parsed(mevSendBundleSchema, params[0]),
          parsed(simulationOptionsSchema, params[1]),
        )
      case 'flashbots_getBundleStatsV2':
        return this.#bundleStatistics(parsed(bundleStatisticsSchema, params[0]), signer)
      case 'flashbots_getUserStatsV2':
        return this.#userStatistics(signer)
      default:
        throw methodNotFound(request.method)
    }
  }

  /** `tx/<hash>` shows what protect.flashbots.net/tx/<hash> would. */
  page(path: string): Record<string, unknown> | undefined {
    const [folder, hash] = path.split('/')
    return folder === 'tx' && hash !== undefined ? this.#transactionStatus(hash) : undefined
  }

  #transactionStatus(hash: string): Record<string, unknown> {
    const order = this.#parts.desk.transaction(hash)
    if (order === undefined) return { status: 'UNKNOWN', hash, maxBlockNumber: 0, seenInMempool: false }
    const { transaction, status, maximumBlock, simulationError, seenInPool } = order
    return {
      status,
      hash,
      maxBlockNumber: maximumBlock,
      transaction: {
        from: transaction.from,
        to: transaction.to ?? '',
        gasLimit: transaction.gas.toString(),
        maxFeePerGas: transaction.maxFeePerGas.toString(),
        maxPriorityFeePerGas: transaction.maxPriorityFeePerGas.toString(),
        nonce: transaction.nonce.toString(),
        value: transaction.value.toString(),
      },
      fastMode: false,
      seenInMempool: seenInPool,
      ...(status === 'INCLUDED' || simulationError === undefined ? {} : { simError: simulationError }),
    }
  }

  async #sendBundle(request: z.output<typeof sendBundleSchema>, signer: Address): Promise<unknown> {
    const { desk, state } = this.#parts
    const { replacementUuid } = request
    if (request.txs.length === 0) {
      if (replacementUuid === undefined) throw invalidParameters('bundle missing txs')
      desk.cancelBundles(replacementUuid, signer)
      return {}
    }
    const from = { owner: signer, builders: namedBuilders(request.builders) }
    return { bundleHash: await submitBundle(desk, state, request, from), smart: false }
  }

  async #callBundle(request: z.output<typeof callBundleSchema>, signer: Address): Promise<unknown> {
    const { report, gas } = await callBundle(this.#parts.state, this.#parts.builder, request)
    this.#gasSimulated.set(signer, (this.#gasSimulated.get(signer) ?? 0n) + gas)
    return report
  }

  async #sendPrivateTransaction(request: z.output<typeof sendPrivateTransactionSchema>, signer: Address): Promise<Hex> {
    const { desk, state } = this.#parts
    const { preferences, maxBlockNumber } = request
    const transaction = await readPending(request.tx, state)
    if (transaction.maxPriorityFeePerGas === 0n) throw serverError('transaction underpriced: priority fee is zero')
    if (maxBlockNumber !== undefined && maxBlockNumber <= desk.head) {
      throw serverError(`max block ${maxBlockNumber} is in the past, current block ${desk.head}`)
    }
    const builders = preferences?.fast === true ? undefined : namedBuilders(preferences?.privacy?.builders)
    const window = { maximumBlock: maxBlockNumber, triedBlocks: defaultBlocks }
    await desk.takeTransaction({ transaction, owner: signer, ...window, preferences, builders })
    return transaction.hash
  }

  /** True when it was waiting and now is not; a foreign key is refused. */
  #cancelPrivateTransaction(hash: string, signer: Address): boolean {
    const { desk } = this.#parts
    const order = desk.transaction(hash)
    if (order === undefined) return false
    if (order.owner !== signer) throw serverError('transaction was sent with another signing key')
    if (order.status !== 'PENDING') return false
    desk.cancelTransaction(order)
    return true
  }

  #bundleStatistics(request: z.output<typeof bundleStatisticsSchema>, signer: Address): unknown {
    const bundle = this.#parts.desk.bundle(request.bundleHash, request.blockNumber)
    if (bundle === undefined || bundle.owner !== signer) {
      return { isHighPriority: false, isSimulated: false, consideredByBuildersAt: [], sealedByBuildersAt: [] }
    }
    return {
      isHighPriority: false,
      isSimulated: bundle.simulatedAt !== undefined,
      ...(bundle.simulatedAt === undefined ? {} : { simulatedAt: bundle.simulatedAt.toISOString() }),
      receivedAt: bundle.receivedAt.toISOString(),
      consideredByBuildersAt: builderEntry(bundle.consideredAt, bundle.consideredBy),
      sealedByBuildersAt: builderEntry(bundle.sealedAt, bundle.sealedBy),
    }
  }

  /** All of this chain's short life falls into every one of the windows. */
  #userStatistics(signer: Address): unknown {
    const paid = this.#parts.desk.paid(signer).toString()
    const gas = (this.#gasSimulated.get(signer) ?? 0n).toString()
    return {
      isHighPriority: false,
      allTimeValidatorPayments: paid,
      allTimeGasSimulated: gas,
      last7dValidatorPayments: paid,
      last7dGasSimulated: gas,
      last1dValidatorPayments: paid,
      last1dGasSimulated: gas,
    }
  }
}

function builderEntry(at: Date | undefined, builder: BlockBuilder | undefined): unknown[] {
  return at === undefined || builder === undefined ? [] : [{ pubkey: builder.publicKey, timestamp: at.toISOString() }]
}
