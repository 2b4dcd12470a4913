import type { Address, Hex } from 'viem'
import { simulateInOrder } from '../block-simulation.ts'
import type { Builder } from '../builder.ts'
import type { ChainState } from '../chain-state.ts'
import { serverError, toQuantity } from '../json-rpc.ts'
import { readSignedTransaction, type SignedTransaction } from '../signed-transaction.ts'
import { slotFor } from './bundle-simulation.ts'
import { namedBuilders } from './named-builders.ts'
import type { OrderDesk } from './order-desk.ts'
import type { MevBundle } from './requests.ts'

const versions: readonly string[] = ['v0.1', 'beta-1']
const largestBody = 50
/** Blocks from the first to the last one of a bundle. */
const widestWindow = 30

/** MEV-Share's half of the relay: bundles with a window, whose refusals are in the node's words (flashbots/mev-share-node). */
export class MevShare {
  readonly #state: ChainState
  readonly #builder: Builder
  readonly #desk: OrderDesk

  constructor(state: ChainState, builder: Builder, desk: OrderDesk) {
    this.#state = state
    this.#builder = builder
    this.#desk = desk
  }

  async send(request: MevBundle, owner: Address): Promise<{ bundleHash: Hex }> {
    const { transactions, mayRevert } = await this.#read(request)
    const { block, maxBlock = block } = request.inclusion
    if (maxBlock < block || maxBlock > block + widestWindow || maxBlock <= this.#desk.head) {
      throw serverError('invalid inclusion')
    }
    const bundleHash = await this.#desk.takeBundle({
      owner,
      transactions,
      mayRevert,
      blockNumber: block,
      lastBlock: maxBlock,
      minimumTimestamp: 0,
      maximumTimestamp: Number.MAX_SAFE_INTEGER,
      replacementUuid: undefined,
      builders: namedBuilders(request.privacy?.builders),
      preferences: { privacy: request.privacy, validity: request.validity },
    })
    return { bundleHash }
  }

  async simulate(
    request: MevBundle,
    options: { parentBlock?: number | 'latest' | undefined; timestamp?: number | undefined },
  ): Promise<unknown> {
    const { transactions, mayRevert } = await this.#read(request)
    const parent = typeof options.parentBlock === 'number' ? options.parentBlock : this.#builder.head.number
    if (parent > this.#builder.head.number) throw serverError('header not found')
    const slot = slotFor(this.#builder, parent + 1, options.timestamp)
    const results = await simulateInOrder(this.#state.rpc, slot, transactions, toQuantity(parent))
    const gas = results.reduce((sum, { gasUsed }) => sum + gasUsed, 0n)
    const profit = results.reduce((sum, { tips, sentToCoinbase }) => sum + tips + sentToCoinbase, 0n)
    const failed = results.find(({ succeeded, transaction }) => !succeeded && !mayRevert.has(transaction.hash))
    return {
      success: failed === undefined,
      ...(failed === undefined ? {} : { error: failed.error, execError: failed.error, revert: failed.returnData }),
      stateBlock: toQuantity(parent),
      mevGasPrice: toQuantity(gas === 0n ? 0n : profit / gas),
      profit: toQuantity(profit),
      refundableValue: toQuantity(profit),
      gasUsed: toQuantity(gas),
      logs: results.map(() => ({})),
    }
  }

  /** A hash stands for a transaction that waits here. */
  async #read(request: MevBundle): Promise<{ transactions: SignedTransaction[]; mayRevert: Set<string> }> {
    if (!versions.includes(request.version)) throw serverError('unsupported bundle version')
    const { body } = request
    if (body.length === 0 || body.length > largestBody) throw serverError('invalid bundle body size')
    const mayRevert = new Set<string>()
    const transactions: SignedTransaction[] = []
    for (const item of body) {
      if ('tx' in item) {
        const transaction = await readSignedTransaction(item.tx, this.#state.chainId)
        transactions.push(transaction)
        if (item.canRevert === true) mayRevert.add(transaction.hash)
      } else {
        const waiting = this.#desk.waiting(item.hash)
        if (waiting === undefined) throw serverError('unmatched bundle')
        transactions.push(waiting)
      }
    }
    return { transactions, mayRevert }
  }
}
