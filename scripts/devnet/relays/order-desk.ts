import type { Address, Hex } from 'viem'
import { allBuilders, type BuilderName } from '../block-builders.ts'
import { type Bundle, newBundle, type PrivateOrders, type PrivateTransaction } from '../private-orders.ts'
import type { PublicPool } from '../public-pool.ts'
import type { Random } from '../random.ts'
import type { EndpointName, RelayFaults } from '../relay-faults.ts'
import type { SignedTransaction } from '../signed-transaction.ts'

export interface DeskParts {
  orders: PrivateOrders
  pool: PublicPool
  /** Number of the newest block. */
  head: () => number
  /** Decides which orders leak. */
  random: Random
  faults: Readonly<RelayFaults>
}

/** A private transaction as it is handed in. */
export type TransactionOrder = Pick<PrivateTransaction, 'transaction' | 'owner' | 'preferences'> & {
  /** Last block it may be in, where the sender names one. */
  maximumBlock?: number | undefined
  /** How many blocks it is tried for otherwise. */
  triedBlocks: number
  builders?: ReadonlySet<BuilderName> | undefined
  firstCome?: boolean
}

/** A bundle as it is handed in. */
export type BundleOrder = Pick<
  Bundle,
  'owner' | 'transactions' | 'blockNumber' | 'minimumTimestamp' | 'maximumTimestamp' | 'mayRevert' | 'replacementUuid'
> & { lastBlock?: number; builders?: ReadonlySet<BuilderName> | undefined; preferences?: unknown }

const nobody: ReadonlySet<BuilderName> = new Set()

/** Where an endpoint's orders go, well or badly: every one of them passes through here on its way to the builders. */
export class OrderDesk {
  readonly endpoint: EndpointName
  readonly #parts: DeskParts
  /** What decided whether an order leaks; the same bytes sent again are the same order. */
  readonly #leakDraws = new Map<Hex, number>()
  /** Stale copies, by the hash of what they hold. */
  readonly #stale = new Map<Hex, Bundle>()

  constructor(endpoint: EndpointName, parts: DeskParts) {
    this.endpoint = endpoint
    this.#parts = parts
  }

  get head(): number {
    return this.#parts.head()
  }

  async takeTransaction(given: TransactionOrder): Promise<void> {
    const { orders, faults } = this.#parts
    const { transaction, owner, preferences, firstCome = false } = given
    const wanted = given.builders ?? allBuilders
    const maximumBlock = this.#maximumBlock(given)
    const firstBlock = this.#firstBlock()
    const common = { transaction, endpoint: this.endpoint, owner, firstBlock, maximumBlock, firstCome, preferences }
    const builders = this.#passesOn() ? wanted : nobody
    orders.addTransaction({
      ...common,
      ...{ builders, status: 'PENDING', simulationError: undefined, seenInPool: false },
    })
    if (this.#passesOn() && faults.duplicate) {
      orders.addBundle({
        ...newBundle([transaction]),
        ...{ owner, endpoint: this.endpoint, builders, blockNumber: firstBlock, lastBlock: maximumBlock },
        replacementUuid: twinId(transaction.hash),
      })
    }
    this.#keepForLater([transaction], maximumBlock, wanted)
    await this.#leak([transaction])
  }

  /** Returns the bundle's hash. An earlier bundle of the same key under the same id is replaced. */
  async takeBundle(given: BundleOrder): Promise<Hex> {
    const { orders, faults } = this.#parts
    const { replacementUuid, owner, transactions } = given
    const wanted = given.builders ?? allBuilders
    const bundle: Bundle = {
      ...newBundle(transactions),
      ...given,
      ...{ endpoint: this.endpoint, builders: this.#passesOn() ? wanted : nobody, heldUntil: this.#firstBlock() },
    }
    if (replacementUuid !== undefined) {
      bundle.heldUntil = this.#heldUntil(bundle, orders.liveBundles(replacementUuid, owner, this.endpoint))
      this.cancelBundles(replacementUuid, owner)
    }
    orders.addBundle(bundle)
    if (this.#passesOn() && faults.duplicate) orders.addBundle({ ...bundle })
    this.#keepForLater(transactions, given.lastBlock ?? given.blockNumber, wanted)
    await this.#leak(transactions)
    return bundle.hash
  }

  cancelBundles(replacementUuid: string, owner: Address | undefined): void {
    const live = this.#parts.orders.liveBundles(replacementUuid, owner, this.endpoint)
    for (const bundle of live) bundle.cancelled = true
  }

  cancelTransaction(order: PrivateTransaction): void {
    order.status = 'CANCELLED'
    this.cancelBundles(twinId(order.transaction.hash), order.owner)
  }

  /** The order as the endpoint tells it; undefined also where it pretends to know nothing. */
  transaction(hash: string): PrivateTransaction | undefined {
    return this.#parts.faults.unknown ? undefined : this.#parts.orders.transaction(hash, this.endpoint)
  }

  /** The newest bundle of this hash, for that block where one is named; undefined as above. */
  bundle(hash: string, blockNumber?: number): Bundle | undefined {
    if (this.#parts.faults.unknown) return undefined
    return this.#parts.orders.findBundle(hash.toLowerCase(), this.endpoint, blockNumber)
  }

  /** A waiting transaction that was given to this endpoint. */
  waiting(hash: string): SignedTransaction | undefined {
    const order = this.#parts.orders.transaction(hash, this.endpoint)
    return order?.status === 'PENDING' ? order.transaction : undefined
  }

  /** Wei that this key's included bundles paid. */
  paid(owner: Address): bigint {
    return this.#parts.orders.paid(owner)
  }

  /** Whether builders get what comes in now. */
  #passesOn(): boolean {
    return !this.#parts.faults.drop && !this.#parts.faults.late
  }

  /** The first block whose builder can have what comes in now. */
  #firstBlock(): number {
    return this.head + 1 + this.#parts.faults.delay
  }

  /** The same bytes are on their way already, to everybody who shall have them: they arrive when they would have. */
  #heldUntil(bundle: Bundle, replaced: readonly Bundle[]): number {
    const { hash, builders = allBuilders } = bundle
    const underway = replaced.filter(
      (earlier) => earlier.hash === hash && [...builders].every((name) => (earlier.builders ?? allBuilders).has(name)),
    )
    return Math.min(this.#firstBlock(), ...underway.map(({ heldUntil = 0 }) => heldUntil))
  }

  /** A window that the sender did not name is counted from when the order came first. */
  #maximumBlock({ transaction, owner, maximumBlock, triedBlocks }: TransactionOrder): number {
    if (maximumBlock !== undefined) return maximumBlock
    const known = this.#parts.orders.transaction(transaction.hash, this.endpoint)
    return known?.status === 'PENDING' && known.owner === owner ? known.maximumBlock : this.head + triedBlocks
  }

  /** Under the fault `late`: a copy that outlives the window and its cancellation, and may revert. */
  #keepForLater(transactions: readonly SignedTransaction[], lastBlock: number, builders: ReadonlySet<BuilderName>) {
    const { faults, orders } = this.#parts
    if (!faults.late || faults.drop) return
    const fresh = newBundle(transactions)
    const known = this.#stale.get(fresh.hash)
    const blockNumber = Math.max(lastBlock + 1 + faults.delay, known?.blockNumber ?? 0)
    if (known !== undefined) {
      known.blockNumber = blockNumber
      return
    }
    const mayRevert = new Set(transactions.map(({ hash }) => hash))
    const stale: Bundle = { ...fresh, builders, mayRevert, blockNumber, lastBlock: Number.POSITIVE_INFINITY }
    this.#stale.set(stale.hash, stale)
    orders.addBundle(stale)
  }

  async #leak(transactions: readonly SignedTransaction[]): Promise<void> {
    const { faults, orders, pool, random } = this.#parts
    const [first] = transactions
    if (faults.leak === 0 || first === undefined) return
    const draw = this.#leakDraws.get(first.hash) ?? random.uniform()
    this.#leakDraws.set(first.hash, draw)
    if (draw >= faults.leak) return
    for (const transaction of transactions) {
      try {
        await pool.add(transaction)
        const order = orders.transaction(transaction.hash, this.endpoint)
        if (order !== undefined) order.seenInPool = true
      } catch {
        // What the public pool does not take cannot leak into it.
      }
    }
  }
}

/** The id of the bundle that goes with a transaction which is handed over twice. */
function twinId(hash: Hex): string {
  return `twin of ${hash}`
}
