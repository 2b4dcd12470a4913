import { type Address, concat, type Hex, keccak256 } from 'viem'
import type { z } from 'zod'
import { allBuilders, type BlockBuilder } from './block-builders.ts'
import { type BlockSlot, simulateInOrder } from './block-simulation.ts'
import type { Builder } from './builder.ts'
import { bundleReport } from './bundle-report.ts'
import type { ChainState } from './chain-state.ts'
import { invalidParameters, type JsonRpcRequest, methodNotFound, serverError, toQuantity } from './json-rpc.ts'
import type { Bundle, PrivateOrders } from './private-orders.ts'
import type { PublicPool } from './public-pool.ts'
import {
  bundleStatisticsSchema,
  callBundleSchema,
  cancelBundleSchema,
  cancelPrivateTransactionSchema,
  sendBundleSchema,
  sendPrivateTransactionSchema,
} from './relay-requests.ts'
import { readSignedTransaction, type SignedTransaction } from './signed-transaction.ts'

/** Blocks a private transaction is tried for when the sender names no last one; Flashbots' own default. */
const defaultBlocks = 25

const endpoint = 'relay'

/** How a relay may misbehave; operator methods set it. */
export interface RelayFaults {
  /** Hands everything it is given to the public pool as well. */
  leak: boolean
}

export interface RelayParts {
  state: ChainState
  orders: PrivateOrders
  pool: PublicPool
  builder: Builder
}

/** The relay: takes orders over Flashbots' JSON-RPC and shows them to builders only. */
export class Relay {
  readonly faults: RelayFaults = { leak: false }
  readonly #state: ChainState
  readonly #orders: PrivateOrders
  readonly #pool: PublicPool
  readonly #builder: Builder
  /** Gas simulated per key, for the user statistics. */
  readonly #gasSimulated = new Map<Address, bigint>()

  constructor({ state, orders, pool, builder }: RelayParts) {
    this.#state = state
    this.#orders = orders
    this.#pool = pool
    this.#builder = builder
  }

  /** Answers one request of a key that has proved itself. */
  async answer(request: JsonRpcRequest, signer: Address): Promise<unknown> {
    const params = Array.isArray(request.params) ? request.params : []
    switch (request.method) {
      case 'eth_sendBundle':
        return this.#sendBundle(parsed(sendBundleSchema, params[0]), signer)
      case 'eth_callBundle':
        return this.#callBundle(parsed(callBundleSchema, params[0]), signer)
      case 'eth_cancelBundle':
        this.#orders.cancelBundles(parsed(cancelBundleSchema, params[0]).replacementUuid, signer, endpoint)
        return {}
      case 'eth_sendPrivateTransaction':
        return this.#sendPrivateTransaction(parsed(sendPrivateTransactionSchema, params[0]), signer)
      case 'eth_sendPrivateRawTransaction':
        return this.#sendPrivateTransaction(parsed(sendPrivateTransactionSchema, { tx: params[0] }), signer)
      case 'eth_cancelPrivateTransaction':
        return this.#cancelPrivateTransaction(parsed(cancelPrivateTransactionSchema, params[0]).txHash, signer)
      case 'flashbots_getBundleStatsV2':
        return this.#bundleStatistics(parsed(bundleStatisticsSchema, params[0]), signer)
      case 'flashbots_getUserStatsV2':
        return this.#userStatistics(signer)
      default:
        throw methodNotFound(request.method)
    }
  }

  /** What protect.flashbots.net/tx/<hash> would say. */
  transactionStatus(hash: string): Record<string, unknown> {
    const order = this.#orders.transaction(hash, endpoint)
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
    const { replacementUuid, blockNumber } = request
    if (request.txs.length === 0) {
      if (replacementUuid === undefined) throw invalidParameters('bundle missing txs')
      this.#orders.cancelBundles(replacementUuid, signer, endpoint)
      return {}
    }
    if (blockNumber <= this.#builder.head.number) {
      const block = this.#builder.head.number
      throw serverError(`block param must be a future block: have ${blockNumber}, current block ${block}`)
    }
    const transactions = await this.#read(request.txs)
    const bundle: Bundle = {
      hash: bundleHash(transactions),
      owner: signer,
      endpoint,
      transactions,
      blockNumber,
      minimumTimestamp: request.minTimestamp ?? 0,
      // Flashbots reads a zero as "none".
      maximumTimestamp: request.maxTimestamp || Number.MAX_SAFE_INTEGER,
      mayRevert: new Set((request.revertingTxHashes ?? []).map((hash) => hash.toLowerCase())),
      replacementUuid,
      cancelled: false,
      receivedAt: new Date(),
      simulatedAt: undefined,
      consideredAt: undefined,
      sealedAt: undefined,
      payment: 0n,
    }
    if (replacementUuid !== undefined) this.#orders.cancelBundles(replacementUuid, signer, endpoint)
    this.#orders.addBundle(bundle)
    await this.#leak(transactions)
    return { bundleHash: bundle.hash, smart: false }
  }

  async #callBundle(request: z.output<typeof callBundleSchema>, signer: Address): Promise<unknown> {
    const { stateBlockNumber } = request
    const transactions = await this.#read(request.txs)
    const next = this.#builder.nextSlot()
    const ahead = Math.max(0, request.blockNumber - next.number)
    const slot: BlockSlot = {
      ...next,
      number: request.blockNumber,
      timestamp: request.timestamp ?? next.timestamp + ahead * this.#builder.blockSeconds,
    }
    const block = typeof stateBlockNumber === 'number' ? toQuantity(stateBlockNumber) : 'latest'
    const results = await simulateInOrder(this.#state.rpc, slot, transactions, block)
    const gas = results.reduce((sum, result) => sum + result.gasUsed, 0n)
    this.#gasSimulated.set(signer, (this.#gasSimulated.get(signer) ?? 0n) + gas)
    const stateNumber = typeof stateBlockNumber === 'number' ? stateBlockNumber : this.#builder.head.number
    return bundleReport(bundleHash(transactions), results, slot.baseFeePerGas, stateNumber)
  }

  async #sendPrivateTransaction(request: z.output<typeof sendPrivateTransactionSchema>, signer: Address): Promise<Hex> {
    const transaction = await readSignedTransaction(request.tx, this.#state.chainId)
    const next = await this.#state.nonce(transaction.from)
    if (transaction.nonce < next) {
      throw serverError(`nonce too low: next nonce ${next}, tx nonce ${transaction.nonce}`)
    }
    if (transaction.maxPriorityFeePerGas === 0n) throw serverError('transaction underpriced: priority fee is zero')
    const head = this.#builder.head.number
    const maximumBlock = request.maxBlockNumber ?? head + defaultBlocks
    if (maximumBlock <= head) throw serverError('maxBlockNumber must be a future block')
    this.#orders.addTransaction({
      ...{ transaction, endpoint, owner: signer, builders: allBuilders, firstBlock: head + 1, maximumBlock },
      firstCome: false,
      preferences: request.preferences,
      status: 'PENDING',
      simulationError: undefined,
      seenInPool: false,
    })
    await this.#leak([transaction])
    return transaction.hash
  }

  /** True when it was waiting and now is not; a foreign key is refused. */
  #cancelPrivateTransaction(hash: string, signer: Address): boolean {
    const order = this.#orders.transaction(hash, endpoint)
    if (order === undefined) return false
    if (order.owner !== signer) throw serverError('transaction was sent with another signing key')
    if (order.status !== 'PENDING') return false
    order.status = 'CANCELLED'
    return true
  }

  #bundleStatistics(request: z.output<typeof bundleStatisticsSchema>, signer: Address): unknown {
    const bundle = this.#orders.findBundle(request.bundleHash.toLowerCase(), endpoint, request.blockNumber)
    if (bundle === undefined || bundle.owner !== signer) {
      return { isHighPriority: false, isSimulated: false, consideredByBuildersAt: [], sealedByBuildersAt: [] }
    }
    const byBuilder = (at: Date | undefined, builder: BlockBuilder | undefined) =>
      at === undefined || builder === undefined ? [] : [{ pubkey: builder.publicKey, timestamp: at.toISOString() }]
    return {
      isHighPriority: false,
      isSimulated: bundle.simulatedAt !== undefined,
      ...(bundle.simulatedAt === undefined ? {} : { simulatedAt: bundle.simulatedAt.toISOString() }),
      receivedAt: bundle.receivedAt.toISOString(),
      consideredByBuildersAt: byBuilder(bundle.consideredAt, bundle.consideredBy),
      sealedByBuildersAt: byBuilder(bundle.sealedAt, bundle.sealedBy),
    }
  }

  /** All of this chain's short life falls into every one of the windows. */
  #userStatistics(signer: Address): unknown {
    const paid = this.#orders.paid(signer).toString()
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

  #read(raws: readonly string[]): Promise<SignedTransaction[]> {
    return Promise.all(raws.map((raw) => readSignedTransaction(raw, this.#state.chainId)))
  }

  async #leak(transactions: readonly SignedTransaction[]): Promise<void> {
    if (!this.faults.leak) return
    for (const transaction of transactions) {
      try {
        await this.#pool.add(transaction)
        const order = this.#orders.transaction(transaction.hash, endpoint)
        if (order !== undefined) order.seenInPool = true
      } catch {
        // What the public pool does not take cannot leak into it.
      }
    }
  }
}

/** Keccak of the hashes of its transactions, in order. */
export function bundleHash(transactions: readonly SignedTransaction[]): Hex {
  return keccak256(concat(transactions.map(({ hash }) => hash)))
}

function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw invalidParameters(`invalid params: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim())
}
