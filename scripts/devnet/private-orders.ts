import { type Address, concat, type Hex, keccak256 } from 'viem'
import type { BlockBuilder, BuilderName } from './block-builders.ts'
import type { BlockSlot } from './block-simulation.ts'
import type { SignedTransaction } from './signed-transaction.ts'

/** A bundle as a searcher sent it: all of it in this order in one block, or nothing. */
export interface Bundle {
  hash: Hex
  /** Who signed the request: only the same key replaces or cancels. Undefined for whoever did not sign. */
  owner: Address | undefined
  /** Which endpoint took it; undefined for what a searcher gave builders by itself. */
  endpoint?: string
  /** Who has it; undefined: every builder. */
  builders?: ReadonlySet<BuilderName>
  transactions: readonly SignedTransaction[]
  /** The first block it is for, and the only one where there is no last. */
  blockNumber: number
  lastBlock?: number
  /** Before this block it has not reached the builders. */
  heldUntil?: number
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
  /** Whether the last simulation was good; undefined before there was one. */
  simulationPassed?: boolean
  /** When a builder had it before it while making its block, and which one. */
  consideredAt: Date | undefined
  consideredBy?: BlockBuilder
  sealedAt: Date | undefined
  sealedBy?: BlockBuilder
  /** Whether it was in a block that a reorganisation took away. */
  wasSealed?: boolean
  /** Wei it pays its builder, by its last simulation. */
  payment: bigint
}

/** keccak256 of the transactions' hashes, as Flashbots has it. */
export function bundleHash(transactions: readonly SignedTransaction[]): Hex {
  return keccak256(concat(transactions.map(({ hash }) => hash)))
}

/** A bundle that nobody has looked at yet, for no block. */
export function newBundle(transactions: readonly SignedTransaction[]): Bundle {
  return {
    hash: bundleHash(transactions),
    owner: undefined,
    transactions,
    blockNumber: 0,
    minimumTimestamp: 0,
    maximumTimestamp: Number.MAX_SAFE_INTEGER,
    mayRevert: new Set(),
    replacementUuid: undefined,
    cancelled: false,
    receivedAt: new Date(),
    simulatedAt: undefined,
    consideredAt: undefined,
    sealedAt: undefined,
    payment: 0n,
  }
}

export type PrivateStatus = 'PENDING' | 'INCLUDED' | 'FAILED' | 'CANCELLED'

/** A private transaction as one endpoint holds it; the same bytes at two endpoints are two orders with fates of their own. */
export interface PrivateTransaction {
  transaction: SignedTransaction
  endpoint: string
  owner: Address | undefined
  /** Who has it. */
  builders: ReadonlySet<BuilderName>
  /** Before this block it has not reached the builders. */
  firstBlock: number
  /** Last block it may be in. */
  maximumBlock: number
  /** Whether it is taken in the order of arrival, before others, and even when it reverts, as a sequencer does it. */
  firstCome: boolean
  /** What the sender asked for beside inclusion: kept, and shown to whoever steers the chain. */
  preferences: unknown
  status: PrivateStatus
  /** Why it is not included, in the words of protect.flashbots.net; undefined when nothing spoke against it. */
  simulationError: string | undefined
  /** Whether it was in the public pool too. */
  seenInPool: boolean
}

/** Orders that are done are remembered for this many blocks, for status questions. */
const rememberedBlocks = 2000
/** After that many blocks no reorganisation of this chain frees a nonce again. */
const settledBlocks = 8

/** Everything that is held back from the public, by whoever took it. Only builders read it. */
export class PrivateOrders {
  readonly #bundles = new Set<Bundle>()
  /** By endpoint and hash. */
  readonly #transactions = new Map<string, PrivateTransaction>()
  /** Since which block the nonce of a bundle without an end is used. */
  readonly #overtaken = new WeakMap<Bundle, number>()

  addBundle(bundle: Bundle): void {
    this.#bundles.add(bundle)
  }

  /** Every live bundle of this key under this id at this endpoint. */
  liveBundles(replacementUuid: string, owner: Address | undefined, endpoint: string): Bundle[] {
    return [...this.#bundles].filter(
      (bundle) =>
        isLive(bundle) &&
        bundle.replacementUuid === replacementUuid &&
        bundle.owner === owner &&
        bundle.endpoint === endpoint,
    )
  }

  /** What this builder has for this block. */
  bundlesFor(slot: BlockSlot, builder: BuilderName): Bundle[] {
    return [...this.#bundles].filter(
      (bundle) =>
        isLive(bundle) &&
        (bundle.builders?.has(builder) ?? true) &&
        Math.max(bundle.blockNumber, bundle.heldUntil ?? 0) <= slot.number &&
        slot.number <= lastBlockOf(bundle) &&
        bundle.minimumTimestamp <= slot.timestamp &&
        slot.timestamp <= bundle.maximumTimestamp,
    )
  }

  /** Wei that this key's included bundles paid; one that was handed over twice paid once. */
  paid(owner: Address): bigint {
    const sealed = [...this.#bundles].filter((bundle) => bundle.owner === owner && bundle.sealedAt !== undefined)
    const payments = new Map(sealed.map((bundle) => [bundle.hash, bundle.payment]))
    return [...payments.values()].reduce((sum, payment) => sum + payment, 0n)
  }

  /** The newest bundle of this hash at this endpoint, for that block where one is named. */
  findBundle(hash: string, endpoint: string, blockNumber?: number): Bundle | undefined {
    return [...this.#bundles].findLast(
      (bundle) =>
        bundle.hash === hash &&
        bundle.endpoint === endpoint &&
        (blockNumber === undefined || (bundle.blockNumber <= blockNumber && blockNumber <= lastBlockOf(bundle))),
    )
  }

  addTransaction(order: PrivateTransaction): void {
    const key = keyOf(order.endpoint, order.transaction.hash)
    const known = this.#transactions.get(key)
    if (known?.status !== 'PENDING') {
      this.#transactions.set(key, order)
      return
    }
    // The same bytes sent again by the same key move the last block and reach more builders; a stranger takes nothing over.
    if (known.owner !== order.owner) return
    known.maximumBlock = order.maximumBlock
    // What is on its way to builders arrives when it would have; what went nowhere sets out now.
    if (order.builders.size > 0) {
      known.firstBlock = Math.min(order.firstBlock, known.builders.size > 0 ? known.firstBlock : order.firstBlock)
    }
    known.builders = new Set([...known.builders, ...order.builders])
  }

  /** The order as this endpoint has it. */
  transaction(hash: string, endpoint: string): PrivateTransaction | undefined {
    return this.#transactions.get(keyOf(endpoint, hash))
  }

  /** The order as every endpoint has it that was given it. */
  everywhere(hash: string): PrivateTransaction[] {
    return [...this.#transactions.values()].filter(({ transaction }) => transaction.hash === hash.toLowerCase())
  }

  /** Waiting private transactions that this builder has for this block, each once, in the order they came. */
  transactionsFor(slot: BlockSlot, builder: BuilderName): PrivateTransaction[] {
    const found = new Map<Hex, PrivateTransaction>()
    for (const order of this.#pending()) {
      const { hash } = order.transaction
      if (!order.builders.has(builder) || slot.number < order.firstBlock || slot.number > order.maximumBlock) continue
      if (!found.has(hash) || order.firstCome) found.set(hash, order)
    }
    return [...found.values()]
  }

  /** Writes down what a builder has against a transaction, or that it has nothing, wherever it was handed in. */
  judge(hash: string, simulationError: string | undefined): void {
    for (const order of this.everywhere(hash)) order.simulationError = simulationError
  }

  /** Takes out what the chain itself refuses, and every bundle it belongs to. */
  reject(hash: string): void {
    for (const order of this.everywhere(hash)) {
      if (order.status !== 'PENDING') continue
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
    const included = this.everywhere(hash).filter(({ status }) => status === 'INCLUDED')
    for (const order of included) order.status = blockNumber < order.maximumBlock ? 'PENDING' : 'FAILED'
    return included.length > 0 ? included.every(({ seenInPool }) => !seenInPool) : held
  }

  /** How much is waiting. */
  waiting(nextBlock: number): { bundles: number; transactions: number } {
    const bundles = [...this.#bundles].filter((bundle) => isLive(bundle) && lastBlockOf(bundle) >= nextBlock)
    return { bundles: bundles.length, transactions: this.#pending().length }
  }

  /** Writes down what became of the orders in the block that was just made, and by whom. */
  async settle(
    blockNumber: number,
    builder: BlockBuilder,
    included: ReadonlySet<string>,
    nonce: (account: Address) => Promise<number>,
  ): Promise<void> {
    for (const bundle of this.#bundles) {
      const had = (bundle.builders?.has(builder.name) ?? true) && bundle.blockNumber <= blockNumber
      const whole = bundle.transactions.every(({ hash }) => included.has(hash))
      if (had && whole && isLive(bundle) && blockNumber <= lastBlockOf(bundle)) {
        bundle.sealedAt = new Date()
        bundle.sealedBy = builder
      }
      if (await this.#isOver(bundle, blockNumber, nonce)) this.#bundles.delete(bundle)
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
    for (const [key, order] of this.#transactions) {
      if (order.status !== 'PENDING' && order.maximumBlock + rememberedBlocks < blockNumber) {
        this.#transactions.delete(key)
      }
    }
  }

  /** Long past, or without an end of its own and with a nonce that is used since some blocks. */
  async #isOver(bundle: Bundle, blockNumber: number, nonce: (account: Address) => Promise<number>): Promise<boolean> {
    if (Number.isFinite(lastBlockOf(bundle))) return lastBlockOf(bundle) + rememberedBlocks < blockNumber
    for (const { from, nonce: needed } of bundle.transactions) {
      if (needed >= (await nonce(from))) continue
      const since = this.#overtaken.get(bundle) ?? blockNumber
      this.#overtaken.set(bundle, since)
      return since + settledBlocks < blockNumber
    }
    this.#overtaken.delete(bundle)
    return false
  }

  #pending(): PrivateTransaction[] {
    return [...this.#transactions.values()].filter((order) => order.status === 'PENDING')
  }
}

function keyOf(endpoint: string, hash: string): string {
  return `${endpoint} ${hash.toLowerCase()}`
}

function isLive(bundle: Bundle): boolean {
  return !bundle.cancelled && bundle.sealedAt === undefined
}

function lastBlockOf(bundle: Bundle): number {
  return bundle.lastBlock ?? bundle.blockNumber
}
