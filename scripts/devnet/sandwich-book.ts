import type { Address, Hex } from 'viem'
import { z } from 'zod'
import type { TokenDefinition } from '../../shared/chain/chains/chain.ts'
import { logSchema } from './block-simulation.ts'
import type { ChainState } from './chain-state.ts'
import { quantity, smallQuantity } from './json-rpc.ts'
import type { Bundle } from './private-orders.ts'
import { gainsOf, type Price, usdOf } from './sandwich-prey.ts'
import type { SignedTransaction } from './signed-transaction.ts'
import { netOutputs, poolMoves } from './swap-logs.ts'
import type { WorldPool } from './world-pools.ts'

/** Base units of a token, as a decimal string. */
export interface TokenAmount {
  token: Address
  symbol: string
  amount: string
}

/** A sandwich that is in the chain. */
export interface Sandwich {
  blockNumber: number
  victim: Hex
  sender: Address
  frontRun: Hex
  backRun: Hex
  /** What the victim bought: in base units as decimal strings, as it would have been at the same place, and as it was. */
  output: { token: Address; symbol: string; withoutFrontRun: string; withFrontRun: string }
  /** What the sandwicher's contract gained, before gas. */
  profit: readonly TokenAmount[]
  /** The same in USD at the reference price of its block. */
  profitUsd: number
  gasUsed: number
  /** What the two halves paid for gas, tips included, in wei as a decimal string. */
  gasCost: string
}

/** A bundle that builders were given. */
export interface OfferedSandwich {
  bundle: Bundle
  victim: SignedTransaction
  frontRun: SignedTransaction
  backRun: SignedTransaction
  withoutFrontRun: { token: TokenDefinition; amount: bigint }
  /** The reference prices of its block. */
  price: Price
}

interface Entry {
  sandwich: Sandwich
  blockHash: string
}

/** As deep as a reorganisation can reach, and a little more. */
const unsettledBlocks = 6
const mostRemembered = 10_000

const receiptSchema = z.object({
  blockHash: z.string(),
  gasUsed: quantity,
  effectiveGasPrice: quantity,
  logs: z.array(logSchema),
})
type Receipt = z.output<typeof receiptSchema>

/** What became of the sandwicher's bundles. Only what is in the chain counts, and only as it is there. */
export class SandwichBook {
  readonly #state: ChainState
  readonly #pools: ReadonlyMap<string, WorldPool>
  #offered: OfferedSandwich[] = []
  #included: Entry[] = []
  #settling: Promise<void> = Promise.resolve()

  constructor(state: ChainState, pools: ReadonlyMap<string, WorldPool>) {
    this.#state = state
    this.#pools = pools
  }

  offered(offer: OfferedSandwich): void {
    this.#offered.push(offer)
  }

  /** How many were in the chain when it was last looked at, and what they gained in USD. */
  get totals(): { sandwiches: number; usd: number } {
    const usd = this.#included.reduce((sum, { sandwich }) => sum + sandwich.profitUsd, 0)
    return { sandwiches: this.#included.length, usd: Math.round(usd) }
  }

  /** Oldest first. */
  async list(): Promise<readonly Sandwich[]> {
    await this.settle()
    return this.#included.map(({ sandwich }) => sandwich)
  }

  /** Writes down what the newest block holds, and forgets what a reorganisation took away. */
  settle(): Promise<void> {
    const turn = this.#settling.then(() => this.#settle())
    this.#settling = turn.catch(() => undefined)
    return turn
  }

  async #settle(): Promise<void> {
    const head = smallQuantity.parse(await this.#state.rpc.request('eth_blockNumber'))
    const lasting: Entry[] = []
    for (const entry of this.#included.slice(-mostRemembered)) {
      const { blockNumber } = entry.sandwich
      if (blockNumber <= head - unsettledBlocks || (await this.#state.block(blockNumber)).hash === entry.blockHash) {
        lasting.push(entry)
      }
    }
    this.#included = lasting
    for (const offer of this.#offered.splice(0)) {
      if (offer.bundle.blockNumber > head) this.#offered.push(offer)
      else if (offer.bundle.sealedAt !== undefined) this.#included.push(await this.#record(offer))
    }
  }

  async #record(offer: OfferedSandwich): Promise<Entry> {
    const { bundle, victim, frontRun, backRun, withoutFrontRun, price } = offer
    const { token, amount } = withoutFrontRun
    const [bought, suffered, sold] = [
      await this.#receipt(frontRun.hash),
      await this.#receipt(victim.hash),
      await this.#receipt(backRun.hash),
    ]
    const withFrontRun = netOutputs(poolMoves(suffered.logs, this.#pools)).get(token) ?? 0n
    const gains = [...gainsOf(bought.logs, sold.logs, this.#pools)]
    const sandwich: Sandwich = {
      blockNumber: bundle.blockNumber,
      victim: victim.hash,
      sender: victim.from,
      frontRun: frontRun.hash,
      backRun: backRun.hash,
      output: { ...named(token), withoutFrontRun: amount.toString(), withFrontRun: withFrontRun.toString() },
      profit: gains.map(([of, gain]) => ({ ...named(of), amount: gain.toString() })),
      profitUsd: gains.reduce((sum, [of, gain]) => sum + usdOf(of, gain, price), 0),
      gasUsed: Number(bought.gasUsed + sold.gasUsed),
      gasCost: [bought, sold].reduce((sum, half) => sum + half.gasUsed * half.effectiveGasPrice, 0n).toString(),
    }
    return { sandwich, blockHash: suffered.blockHash }
  }

  async #receipt(hash: Hex): Promise<Receipt> {
    return receiptSchema.parse(await this.#state.rpc.request('eth_getTransactionReceipt', [hash]))
  }
}

function named({ address, symbol }: TokenDefinition): { token: Address; symbol: string } {
  return { token: address, symbol }
}
