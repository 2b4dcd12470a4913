import type { Address } from 'viem'
import type { BlockBuilder } from './block-builders.ts'
import { type BlockSlot, blockGasLimit, type SimulatedTransaction, simulateInOrder } from './block-simulation.ts'
import type { ChainState } from './chain-state.ts'
import type { Bundle, PrivateOrders, PrivateTransaction } from './private-orders.ts'
import type { PublicPool } from './public-pool.ts'
import { effectiveTip, largestCost, type SignedTransaction } from './signed-transaction.ts'

/**
 * Chooses a block's transactions: bundles by what they pay, then what a sequencer queued, then private transactions, then
 * the public pool by tip. Bundles and private transactions are simulated behind what is already chosen, and left out when
 * they would revert. A builder sees only the private orders that were given to it.
 */
export class BlockSelection {
  readonly #state: ChainState
  readonly #slot: BlockSlot
  readonly #chosen: SignedTransaction[] = []
  readonly #hashes = new Set<string>()
  readonly #nonces = new Map<Address, number>()
  readonly #balances = new Map<Address, bigint>()
  #gasLeft = blockGasLimit

  constructor(state: ChainState, slot: BlockSlot) {
    this.#state = state
    this.#slot = slot
  }

  /** `builder` undefined: without any private order. */
  async select(
    orders: PrivateOrders,
    pool: PublicPool,
    builder: BlockBuilder | undefined,
  ): Promise<readonly SignedTransaction[]> {
    if (builder !== undefined) await this.#selectPrivate(orders, builder)
    const nonce = (account: Address) => this.#nonce(account)
    for (const transaction of await pool.ordered(this.#slot.baseFeePerGas, nonce)) {
      if (this.#hashes.has(transaction.hash)) continue
      if ((await this.#refusal([transaction])) === undefined) this.#take([transaction])
    }
    return this.#chosen
  }

  async #selectPrivate(orders: PrivateOrders, builder: BlockBuilder): Promise<void> {
    for (const bundle of await this.#ranked(orders.bundlesFor(this.#slot, builder.name), builder)) {
      await this.#tryBundle(bundle)
    }
    const waiting = orders.transactionsFor(this.#slot, builder.name)
    await this.#tryQueue(
      orders,
      waiting.filter(({ firstCome }) => firstCome),
    )
    await this.#tryPrivates(
      orders,
      waiting.filter(({ firstCome }) => !firstCome),
    )
  }

  /** Best paying first. What a bundle pays is found by running it alone at the top of the block. */
  async #ranked(bundles: readonly Bundle[], builder: BlockBuilder): Promise<Bundle[]> {
    const now = new Date()
    const possible: Bundle[] = []
    for (const bundle of bundles) {
      if ((await this.#refusal(bundle.transactions)) === 'SimErrorNonceTooLow') continue
      bundle.consideredAt ??= now
      bundle.consideredBy ??= builder
      possible.push(bundle)
    }
    const paying = possible.map(async (bundle) => {
      if (possible.length === 1) return { bundle, payment: 0n }
      const results = await simulateInOrder(this.#state.rpc, this.#slot, bundle.transactions)
      return { bundle, payment: results.reduce((sum, result) => sum + result.tips + result.sentToCoinbase, 0n) }
    })
    const ranked = (await Promise.all(paying)).sort((a, b) => Number(b.payment - a.payment))
    return ranked.map(({ bundle }) => bundle)
  }

  async #tryBundle(bundle: Bundle): Promise<void> {
    if (bundle.transactions.some(({ hash }) => this.#hashes.has(hash))) return
    if ((await this.#refusal(bundle.transactions)) !== undefined) return
    const results = await this.#behindChosen(bundle.transactions)
    bundle.simulatedAt ??= new Date()
    bundle.payment = results.reduce((sum, result) => sum + result.tips + result.sentToCoinbase, 0n)
    bundle.simulationPassed = results.every(
      (result) => result.succeeded || bundle.mayRevert.has(result.transaction.hash),
    )
    if (bundle.simulationPassed) this.#take(bundle.transactions)
  }

  /** As they came; what waits behind a gap in its account's nonces lets the others pass. */
  async #tryQueue(orders: PrivateOrders, waiting: readonly PrivateTransaction[]): Promise<void> {
    for (const order of waiting) {
      const refusal = await this.#refusal([order.transaction])
      orders.judge(order.transaction.hash, refusal)
      if (refusal === undefined) this.#take([order.transaction])
    }
  }

  /** Best tip first; again as long as one of them made room for the next nonce. */
  async #tryPrivates(orders: PrivateOrders, given: readonly PrivateTransaction[]): Promise<void> {
    const tip = ({ transaction }: PrivateTransaction) => effectiveTip(transaction, this.#slot.baseFeePerGas)
    let waiting = given.toSorted((a, b) => Number(tip(b) - tip(a)))
    for (let before = -1; before !== this.#chosen.length; ) {
      before = this.#chosen.length
      for (const order of waiting) await this.#tryPrivate(orders, order)
      waiting = waiting.filter(({ transaction }) => !this.#hashes.has(transaction.hash))
    }
  }

  async #tryPrivate(orders: PrivateOrders, { transaction }: PrivateTransaction): Promise<void> {
    if (this.#hashes.has(transaction.hash)) return
    const refusal = await this.#refusal([transaction])
    if (refusal !== undefined) return orders.judge(transaction.hash, refusal)
    const [result] = await this.#behindChosen([transaction])
    if (result?.succeeded === true) {
      orders.judge(transaction.hash, undefined)
      this.#take([transaction])
    } else {
      const outOfGas = /gas/i.test(result?.error ?? '')
      orders.judge(transaction.hash, outOfGas ? 'SimErrorOutOfGas' : 'SimErrorExecutionReverted')
    }
  }

  async #behindChosen(transactions: readonly SignedTransaction[]): Promise<SimulatedTransaction[]> {
    const all = await simulateInOrder(this.#state.rpc, this.#slot, [...this.#chosen, ...transactions])
    return all.slice(this.#chosen.length)
  }

  /** Why these cannot follow what is chosen (nonce, fee, gas, money), in Protect's words; undefined when they can. */
  async #refusal(transactions: readonly SignedTransaction[]): Promise<string | undefined> {
    const nonces = new Map<Address, number>()
    let gas = 0n
    for (const transaction of transactions) {
      const next = nonces.get(transaction.from) ?? (await this.#nonce(transaction.from))
      if (transaction.nonce !== next) return transaction.nonce < next ? 'SimErrorNonceTooLow' : 'SimErrorNonceTooHigh'
      nonces.set(transaction.from, next + 1)
      gas += transaction.gas
      if (effectiveTip(transaction, this.#slot.baseFeePerGas) < 0n) return 'SimErrorMaxFeePerGasTooLow'
      if ((await this.#balance(transaction.from)) < largestCost(transaction)) return 'SimErrorInsufficientFunds'
    }
    return gas > this.#gasLeft ? 'SimErrorBlockGasLimitReached' : undefined
  }

  #take(transactions: readonly SignedTransaction[]): void {
    for (const transaction of transactions) {
      this.#chosen.push(transaction)
      this.#hashes.add(transaction.hash)
      this.#nonces.set(transaction.from, transaction.nonce + 1)
      this.#gasLeft -= transaction.gas
      const balance = this.#balances.get(transaction.from)
      if (balance !== undefined) this.#balances.set(transaction.from, balance - largestCost(transaction))
    }
  }

  async #nonce(account: Address): Promise<number> {
    const known = this.#nonces.get(account) ?? (await this.#state.nonce(account))
    this.#nonces.set(account, known)
    return known
  }

  async #balance(account: Address): Promise<bigint> {
    const known = this.#balances.get(account) ?? (await this.#state.balance(account))
    this.#balances.set(account, known)
    return known
  }
}
