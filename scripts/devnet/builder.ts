import type { BlockAuction, BlockBuilder } from './block-builders.ts'
import { BlockSelection } from './block-selection.ts'
import type { BlockSlot } from './block-simulation.ts'
import type { ChainState, Head } from './chain-state.ts'
import { JsonRpcError, toQuantity } from './json-rpc.ts'
import type { PrivateOrders } from './private-orders.ts'
import type { PublicPool } from './public-pool.ts'
import type { Random } from './random.ts'
import type { ReadGate } from './read-gate.ts'
import { checkDepth, reorganise } from './reorganisation.ts'

/** Asked before each block, so that it can send its transactions for it. */
export type BeforeBlock = (slot: BlockSlot) => Promise<void>

/** How the base fee wanders: back to where it began, with a little noise, never further than the protocol lets it. */
const baseFee = { pull: 0.1, noise: 0.03, largestStep: 0.12 }

/** Makes the live chain's blocks, one at a time, while nobody reads. */
export class Builder {
  readonly #state: ChainState
  readonly #gate: ReadGate
  readonly #pool: PublicPool
  readonly #orders: PrivateOrders
  readonly #random: Random
  readonly #auction: BlockAuction
  readonly #blockSeconds: number
  readonly #beforeBlock: BeforeBlock
  #head: Head
  /** Number of the block this builder began on. */
  readonly #firstHead: number
  /** Wei per gas the fee returns to. */
  readonly #usualBaseFee: bigint
  #nextBaseFee: bigint
  #nextWinner: BlockBuilder
  /** Seconds by which the next block comes later than usual. */
  #pause = 0

  private constructor(parts: BuilderParts, head: Head, usualBaseFee: bigint) {
    this.#state = parts.state
    this.#gate = parts.gate
    this.#pool = parts.pool
    this.#orders = parts.orders
    this.#random = parts.random
    this.#auction = parts.auction
    this.#blockSeconds = parts.blockSeconds
    this.#beforeBlock = parts.beforeBlock
    this.#head = head
    this.#firstHead = head.number
    this.#usualBaseFee = usualBaseFee
    this.#nextBaseFee = usualBaseFee
    this.#nextWinner = this.#auction.draw()
  }

  static async start(parts: BuilderParts): Promise<Builder> {
    const head = await parts.state.head()
    const builder = new Builder(parts, head, head.baseFeePerGas)
    await parts.state.rpc.request('anvil_setNextBlockBaseFeePerGas', [toQuantity(head.baseFeePerGas)])
    return builder
  }

  /** Seconds of chain time from block to block. */
  get blockSeconds(): number {
    return this.#blockSeconds
  }

  /** The newest block. */
  get head(): Head {
    return this.#head
  }

  /** The block that comes next, as far as anyone can know now. */
  nextSlot(): BlockSlot {
    return {
      number: this.#head.number + 1,
      timestamp: this.#head.timestamp + this.#blockSeconds + this.#pause,
      baseFeePerGas: this.#nextBaseFee,
      coinbase: this.#nextWinner.coinbase,
    }
  }

  /** Lets time pass without blocks: the next one comes so many seconds later than usual. */
  skip(seconds: number): void {
    this.#pause = seconds
  }

  /** Makes one block and returns its number. `first` may hand the chain transactions that go before all others. */
  produce(first?: () => Promise<void>): Promise<number> {
    return this.#gate.exclusive(() => this.#produce(first))
  }

  /** Replaces the newest blocks by empty ones of the same times; returns the newest one's number, which is as it was. */
  reorganise(depth: number): Promise<number> {
    return this.#gate.exclusive(async () => {
      checkDepth(depth, this.#head.number - this.#firstHead)
      this.#head = await reorganise(this.#state, depth, this.#pool, this.#orders)
      await this.#state.rpc.request('anvil_setNextBlockBaseFeePerGas', [toQuantity(this.#nextBaseFee)])
      return this.#head.number
    })
  }

  async #produce(first: (() => Promise<void>) | undefined): Promise<number> {
    const slot = this.nextSlot()
    await this.#beforeBlock(slot)
    try {
      while (!(await this.#submit(slot, first))) await this.#forgetSubmitted()
      await this.#mine(slot)
    } finally {
      await this.#forgetSubmitted()
    }
    const block = await this.#state.latestBlock()
    this.#head = block
    this.#pause = 0
    const included = new Set(block.transactions)
    await this.#orders.settle(block.number, this.#nextWinner, included, (account) => this.#state.nonce(account))
    await this.#pool.prune()
    this.#nextWinner = this.#auction.draw()
    this.#nextBaseFee = this.#wander(block.baseFeePerGas)
    await this.#state.rpc.request('anvil_setNextBlockBaseFeePerGas', [toQuantity(this.#nextBaseFee)])
    return block.number
  }

  /**
   * Hands the chain the block's transactions in order. False when it refused one, which is then out of the game (and with
   * it a bundle it belongs to): the selection must be made anew.
   */
  async #submit(slot: BlockSlot, first: (() => Promise<void>) | undefined): Promise<boolean> {
    await first?.()
    const winner = this.#nextWinner
    const builder = this.#auction.takesPrivateOrders(winner.name) ? winner : undefined
    const selection = new BlockSelection(this.#state, slot)
    for (const { raw, hash } of await selection.select(this.#orders, this.#pool, builder)) {
      try {
        await this.#state.rpc.request('eth_sendRawTransaction', [raw])
      } catch (error) {
        if (!(error instanceof JsonRpcError)) throw error
        this.#pool.drop(hash)
        this.#orders.reject(hash)
        return false
      }
    }
    return true
  }

  async #mine(slot: BlockSlot): Promise<void> {
    const { rpc } = this.#state
    await rpc.request('anvil_setCoinbase', [slot.coinbase])
    await rpc.request('evm_setNextBlockTimestamp', [toQuantity(slot.timestamp)])
    await rpc.request('evm_mine')
  }

  /** Whatever the chain holds and did not mine must not wait inside it, where it would show. */
  async #forgetSubmitted(): Promise<void> {
    await this.#state.rpc.request('anvil_dropAllTransactions')
  }

  #wander(current: bigint): bigint {
    const away = Math.log(Number(current) / Number(this.#usualBaseFee))
    const wanted = -baseFee.pull * away + baseFee.noise * this.#random.normal()
    const step = Math.max(-baseFee.largestStep, Math.min(baseFee.largestStep, wanted))
    return BigInt(Math.max(1, Math.round(Number(current) * (1 + step))))
  }
}

export interface BuilderParts {
  state: ChainState
  gate: ReadGate
  pool: PublicPool
  orders: PrivateOrders
  /** For the base fee. */
  random: Random
  auction: BlockAuction
  /** Seconds of chain time from block to block. */
  blockSeconds: number
  beforeBlock: BeforeBlock
}

/** Produces blocks by the clock: one every `blockSeconds / speed` real seconds, without drifting. */
export class BlockClock {
  readonly #produce: () => Promise<unknown>
  readonly #intervalMilliseconds: number
  readonly #onFailure: (error: unknown) => void
  #timer: NodeJS.Timeout | undefined
  #due = 0
  #running: Promise<unknown> | undefined

  constructor(produce: () => Promise<unknown>, intervalMilliseconds: number, onFailure: (error: unknown) => void) {
    this.#produce = produce
    this.#intervalMilliseconds = intervalMilliseconds
    this.#onFailure = onFailure
  }

  get ticking(): boolean {
    return this.#timer !== undefined
  }

  start(): void {
    if (this.#timer !== undefined) return
    this.#due = performance.now() + this.#intervalMilliseconds
    this.#schedule()
  }

  /** Stops the clock and waits for a block that is being made. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    await this.#running
  }

  #schedule(): void {
    this.#timer = setTimeout(
      () => {
        this.#running = this.#tick()
      },
      Math.max(0, this.#due - performance.now()),
    )
  }

  async #tick(): Promise<void> {
    try {
      await this.#produce()
    } catch (error) {
      this.#onFailure(error)
    }
    if (this.#timer === undefined) return
    // A machine that cannot keep up makes blocks as fast as it can, but does not rush to make up for lost time.
    this.#due = Math.max(this.#due + this.#intervalMilliseconds, performance.now())
    this.#schedule()
  }
}
