import type { Address, Hex } from 'viem'
import type { BlockSlot } from './block-simulation.ts'
import type { SignedTransaction } from './signed-transaction.ts'

/** A bundle as a searcher sent it: all of it in this order in that block, or nothing. */
export interface Bundle {
  hash: Hex
  /** Who signed the request: only the same key replaces or cancels. */
  owner: Address
  transactions: readonly SignedTransaction[]
  blockNumber: number
  minimumTimestamp: number
  maximumTimestamp: number
  /** Hashes of transactions that may revert. */
  mayRevert: ReadonlySet<string>
  /** Hashes of those that wait in the public pool as well. */
  fromPool?: ReadonlySet<string>
  replacementUuid: string | undefined
  cancelled: boolean
  receivedAt: Date
  simulatedAt: Date | undefined
  /** When a builder had it before it while making its block. */
  consideredAt: Date | undefined
  sealedAt: Date | undefined
  /** Whether it was in a block that a reorganisation took away. */
  wasSealed?: boolean
  /** Wei it pays its builder, by its last simulation. */
  payment: bigint
}

export type PrivateStatus = 'PENDING' | 'INCLUDED' | 'FAILED' | 'CANCELLED'

export interface PrivateTransaction {
  transaction: SignedTransaction
  owner: Address
  /** Last block it may be in. */
  maximumBlock: number
  status: PrivateStatus
  /** Why it is not included, in the words of protect.flashbots.net; undefined when nothing spoke against it. */
  simulationError: string | undefined
  /** Whether it was in the public pool too. */
  seenInPool: boolean
}

/** Orders that are done are remembered for this many blocks, for status questions. */
const rememberedBlocks = 2000

/** Everything the relay holds back from the public. Only builders read it. */
export class PrivateOrders {
  readonly #bundles = new Set<Bundle>()
  readonly #transactions = new Map<string, PrivateTransaction>()

  addBundle(bundle: Bundle): void {
    if (bundle.replacementUuid !== undefined) this.cancelBundles(bundle.replacementUuid, bundle.owner)
    this.#bundles.add(bundle)
  }

  /** Cancels every live bundle of this key under this id; how many there were. */
  cancelBundles(replacementUuid: string, owner: Address): number {
    let cancelled = 0
    for (const bundle of this.#bundles) {
      if (bundle.replacementUuid !== replacementUuid || bundle.owner !== owner || bundle.sealedAt !== undefined)
        continue
      if (!bundle.cancelled) cancelled++
      bundle.cancelled = true
    }
    return cancelled
  }

  bundlesFor(slot: BlockSlot): Bundle[] {
    return [...this.#bundles].filter(
      (bundle) =>
        !bundle.cancelled &&
        bundle.blockNumber === slot.number &&
        bundle.minimumTimestamp <= slot.timestamp &&
        slot.timestamp <= bundle.maximumTimestamp,
    )
  }

  /** Wei that this key's included bundles paid. */
  paid(owner: Address): bigint {
    const sealed = [...this.#bundles].filter((bundle) => bundle.owner === owner && bundle.sealedAt !== undefined)
    return sealed.reduce((sum, bundle) => sum + bundle.payment, 0n)
  }

  findBundle(hash: string, blockNumber: number): Bundle | undefined {
    return [...this.#bundles].find((bundle) => bundle.hash === hash && bundle.blockNumber === blockNumber)
  }

  addTransaction(order: PrivateTransaction): void {
    const known = this.#transactions.get(order.transaction.hash)
    // The same bytes sent again by the same key only move the last block; a stranger cannot take the order over.
    if (known?.status === 'PENDING' && known.owner === order.owner) known.maximumBlock = order.maximumBlock
    else if (known === undefined || known.status !== 'PENDING') this.#transactions.set(order.transaction.hash, order)
  }

  transaction(hash: string): PrivateTransaction | undefined {
    return this.#transactions.get(hash.toLowerCase())
  }

  /** Waiting private transactions that may be in this block, in the order they came. */
  transactionsFor(slot: BlockSlot): PrivateTransaction[] {
    return this.#pending().filter((order) => slot.number <= order.maximumBlock)
  }

  /** Takes out what the chain itself refuses, and every bundle it belongs to. */
  reject(hash: string): void {
    const order = this.#transactions.get(hash)
    if (order?.status === 'PENDING') {
      order.status = 'FAILED'
      order.simulationError = 'SimErrorInvalidTransaction'
    }
    for (const bundle of this.#bundles) {
      if (bundle.transactions.some((transaction) => transaction.hash === hash)) bundle.cancelled = true
    }
  }

  /**
   * The block that held it was taken away: it waits again while its window lasts. False for what the public has seen, or
   * what never was private.
   */
  reinstate(hash: string, blockNumber: number): boolean {
    let held = false
    for (const bundle of this.#bundles) {
      if (bundle.transactions.every((transaction) => transaction.hash !== hash)) continue
      // The first of its transactions takes the seal off; those after it were no less private.
      if (bundle.sealedAt !== undefined) bundle.wasSealed = true
      bundle.sealedAt = undefined
      if (bundle.wasSealed === true && bundle.fromPool?.has(hash) !== true) held = true
    }
    const order = this.#transactions.get(hash)
    if (order?.status !== 'INCLUDED') return held
    order.status = blockNumber < order.maximumBlock ? 'PENDING' : 'FAILED'
    return !order.seenInPool
  }

  /** How much is waiting. */
  waiting(nextBlock: number): { bundles: number; transactions: number } {
    const bundles = [...this.#bundles].filter((bundle) => !bundle.cancelled && bundle.blockNumber >= nextBlock)
    return { bundles: bundles.length, transactions: this.#pending().length }
  }

  /** Writes down what became of the orders in the block that was just made. */
  async settle(blockNumber: number, included: ReadonlySet<string>, nonce: (account: Address) => Promise<number>) {
    for (const bundle of this.#bundles) {
      const whole = bundle.transactions.every(({ hash }) => included.has(hash))
      if (bundle.blockNumber === blockNumber && whole) bundle.sealedAt = new Date()
      if (bundle.blockNumber + rememberedBlocks < blockNumber) this.#bundles.delete(bundle)
    }
    for (const order of this.#pending()) {
      const { hash, from, nonce: used } = order.transaction
      if (included.has(hash)) {
        order.status = 'INCLUDED'
      } else if (used < (await nonce(from))) {
        order.status = 'FAILED'
        order.simulationError = 'SimErrorNonceTooLow'
      } else if (order.maximumBlock <= blockNumber) {
        order.status = 'FAILED'
      }
    }
    for (const [hash, order] of this.#transactions) {
      if (order.status !== 'PENDING' && order.maximumBlock + rememberedBlocks < blockNumber) {
        this.#transactions.delete(hash)
      }
    }
  }

  #pending(): PrivateTransaction[] {
    return [...this.#transactions.values()].filter((order) => order.status === 'PENDING')
  }
}
