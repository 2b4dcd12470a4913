import { type Address, type Hex, isHex } from 'viem'
import { blockGasLimit } from './block-simulation.ts'
import type { ChainState } from './chain-state.ts'
import { serverError } from './json-rpc.ts'
import { effectiveTip, intrinsicGas, largestCost, type SignedTransaction } from './signed-transaction.ts'

/** Both fee fields must rise by this much to replace a waiting transaction. */
const replacementPercent = 10n
/** Wei per gas: the least tip a node relays. */
const smallestTip = 1n
/** Transactions one account may have waiting. */
const perAccount = 64

/**
 * The public pool: the one place where a waiting transaction can be seen by everybody. Private orders never enter it.
 * Its refusals are geth's, word for word.
 */
export class PublicPool {
  readonly #state: ChainState
  readonly #byHash = new Map<Hex, SignedTransaction>()
  readonly #bySender = new Map<Address, Map<number, SignedTransaction>>()
  readonly #readers = new Set<(transaction: SignedTransaction) => void>()

  constructor(state: ChainState) {
    this.#state = state
  }

  get size(): number {
    return this.#byHash.size
  }

  /** Everyone who reads the pool hears of every transaction once, as it enters. Returns how to stop. */
  subscribe(reader: (transaction: SignedTransaction) => void): () => void {
    this.#readers.add(reader)
    return () => this.#readers.delete(reader)
  }

  get(hash: string): SignedTransaction | undefined {
    return isHex(hash) ? this.#byHash.get(`0x${hash.slice(2).toLowerCase()}`) : undefined
  }

  async add(transaction: SignedTransaction): Promise<Hex> {
    if (this.#byHash.has(transaction.hash)) throw serverError('already known')
    checkForm(transaction)
    const next = await this.#state.nonce(transaction.from)
    if (transaction.nonce < next) {
      throw serverError(`nonce too low: next nonce ${next}, tx nonce ${transaction.nonce}`)
    }
    const waiting = this.#bySender.get(transaction.from) ?? new Map<number, SignedTransaction>()
    const replaced = waiting.get(transaction.nonce)
    if (replaced !== undefined && !outbids(transaction, replaced)) {
      throw serverError('replacement transaction underpriced')
    }
    if (replaced === undefined && waiting.size >= perAccount) throw serverError('txpool is full')
    await this.#checkBalance(transaction, waiting)
    // Two nodes may bring it at the same time.
    if (this.#byHash.has(transaction.hash)) throw serverError('already known')
    if (replaced !== undefined) this.#byHash.delete(replaced.hash)
    waiting.set(transaction.nonce, transaction)
    this.#bySender.set(transaction.from, waiting)
    this.#byHash.set(transaction.hash, transaction)
    for (const reader of this.#readers) reader(transaction)
    return transaction.hash
  }

  /** The nonce after the account's waiting transactions that follow on without a gap. */
  pendingNonce(account: Address, next: number): number {
    const waiting = this.#bySender.get(account)
    let nonce = next
    while (waiting?.has(nonce)) nonce++
    return nonce
  }

  /** Waiting transactions that a block could hold, best tip first; each account's in nonce order from `next(account)`. */
  async ordered(baseFeePerGas: bigint, next: (account: Address) => Promise<number>): Promise<SignedTransaction[]> {
    const fronts: SignedTransaction[][] = []
    for (const [account, waiting] of this.#bySender) {
      const run: SignedTransaction[] = []
      for (let nonce = await next(account); ; nonce++) {
        const transaction = waiting.get(nonce)
        if (transaction === undefined || effectiveTip(transaction, baseFeePerGas) < 0n) break
        run.push(transaction)
      }
      if (run.length > 0) fronts.push(run)
    }
    const chosen: SignedTransaction[] = []
    while (fronts.length > 0) {
      const tip = (run: SignedTransaction[]) => (run[0] === undefined ? -1n : effectiveTip(run[0], baseFeePerGas))
      const best = fronts.reduce((first, second) => (tip(second) > tip(first) ? second : first))
      const transaction = best.shift()
      if (transaction !== undefined) chosen.push(transaction)
      if (best.length === 0) fronts.splice(fronts.indexOf(best), 1)
    }
    return chosen
  }

  /** Forgets one transaction. */
  drop(hash: Hex): void {
    const transaction = this.#byHash.get(hash)
    if (transaction === undefined) return
    this.#byHash.delete(hash)
    this.#bySender.get(transaction.from)?.delete(transaction.nonce)
  }

  /** Forgets what can no longer be included, after a block. */
  async prune(): Promise<void> {
    for (const [account, waiting] of this.#bySender) {
      const next = await this.#state.nonce(account)
      for (const [nonce, transaction] of waiting) {
        if (nonce >= next) continue
        waiting.delete(nonce)
        this.#byHash.delete(transaction.hash)
      }
      if (waiting.size === 0) this.#bySender.delete(account)
    }
  }

  /** By account, then nonce: `pending` is executable now, `queued` waits behind a gap. */
  async content(): Promise<{ pending: PoolContent; queued: PoolContent }> {
    const pending: PoolContent = new Map()
    const queued: PoolContent = new Map()
    for (const [account, waiting] of this.#bySender) {
      const executableBelow = this.pendingNonce(account, await this.#state.nonce(account))
      for (const [nonce, transaction] of waiting) {
        const side = nonce < executableBelow ? pending : queued
        side.set(account, [...(side.get(account) ?? []), transaction])
      }
    }
    return { pending, queued }
  }

  async #checkBalance(transaction: SignedTransaction, waiting: Map<number, SignedTransaction>): Promise<void> {
    const balance = await this.#state.balance(transaction.from)
    const cost = largestCost(transaction)
    if (balance < cost) {
      const amounts = `balance ${balance}, tx cost ${cost}, overshot ${cost - balance}`
      throw serverError(`insufficient funds for gas * price + value: ${amounts}`)
    }
    let queued = 0n
    for (const [nonce, other] of waiting) if (nonce !== transaction.nonce) queued += largestCost(other)
    if (balance >= cost + queued) return
    const amounts = `balance ${balance}, queued cost ${queued}, tx cost ${cost}, overshot ${cost + queued - balance}`
    throw serverError(`insufficient funds for gas * price + value: ${amounts}`)
  }
}

export type PoolContent = Map<Address, SignedTransaction[]>

function checkForm(transaction: SignedTransaction): void {
  if (transaction.gas > blockGasLimit) throw serverError('exceeds block gas limit')
  if (transaction.maxPriorityFeePerGas > transaction.maxFeePerGas) {
    throw serverError('max priority fee per gas higher than max fee per gas')
  }
  if (transaction.maxPriorityFeePerGas < smallestTip) {
    const tips = `gas tip cap ${transaction.maxPriorityFeePerGas}, minimum needed ${smallestTip}`
    throw serverError(`transaction underpriced: ${tips}`)
  }
  const needed = intrinsicGas(transaction)
  if (transaction.gas < needed) {
    throw serverError(`intrinsic gas too low: gas ${transaction.gas}, minimum needed ${needed}`)
  }
}

function outbids(transaction: SignedTransaction, replaced: SignedTransaction): boolean {
  const enough = (offered: bigint, before: bigint) => offered * 100n >= before * (100n + replacementPercent)
  return (
    enough(transaction.maxFeePerGas, replaced.maxFeePerGas) &&
    enough(transaction.maxPriorityFeePerGas, replaced.maxPriorityFeePerGas)
  )
}
