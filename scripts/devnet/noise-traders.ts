import type { Address } from 'viem'
import type { HDAccount } from 'viem/accounts'
import { type BlockSlot, type SimulatedTransaction, simulateInOrder } from './block-simulation.ts'
import type { ChainState } from './chain-state.ts'
import { JsonRpcError } from './json-rpc.ts'
import type { NoiseFlow, NoiseTrade } from './noise-flow.ts'
import { baseUnits } from './price.ts'
import type { PublicPool } from './public-pool.ts'
import { type Call, PublicSender, spareGas } from './public-sender.ts'
import type { UnsignedTransaction } from './signed-transaction.ts'
import { swapCall } from './trader-contract.ts'

const quoteGas = 20_000_000n

export interface NoiseParts {
  state: ChainState
  pool: PublicPool
  flow: NoiseFlow
  accounts: readonly HDAccount[]
  /** Their contract. */
  trader: Address
  /** USD per whole token. */
  price: (symbol: string) => number
}

/** People who swap for reasons of their own, in public and with the tolerance that they chose. */
export class NoiseTraders {
  readonly #parts: NoiseParts
  readonly #sender: PublicSender
  /** How many swaps went into the public pool. */
  sent = 0
  /** What was sold in them, in USD at the reference price. */
  sentUsd = 0

  constructor(parts: NoiseParts) {
    this.#parts = parts
    this.#sender = new PublicSender(parts.state, parts.pool)
  }

  /** Sends the swaps of the last `seconds` for this block, each quoted at the newest one. */
  async act(slot: BlockSlot, seconds: number): Promise<void> {
    const trades = this.#parts.flow.next(seconds)
    const quoted = await Promise.all(trades.map((trade) => this.#quote(trade, slot)))
    for (const [index, trade] of trades.entries()) {
      const quote = quoted[index]
      if (quote?.succeeded === true) await this.#send(trade, quote, slot)
    }
  }

  async #quote(trade: NoiseTrade, slot: BlockSlot): Promise<SimulatedTransaction<UnsignedTransaction> | undefined> {
    const account = this.#account(trade)
    const transaction = await this.#sender.transaction(account, this.#call(trade, 0n, quoteGas), slot)
    const [quote] = await simulateInOrder(this.#parts.state.rpc, slot, [transaction])
    return quote
  }

  async #send(trade: NoiseTrade, quote: SimulatedTransaction<UnsignedTransaction>, slot: BlockSlot): Promise<void> {
    const minimumOutput = (BigInt(quote.returnData) * BigInt(10_000 - trade.slippageBps)) / 10_000n
    const call = this.#call(trade, minimumOutput, spareGas(quote.gasUsed))
    try {
      await this.#sender.send(this.#account(trade), call, slot)
    } catch (error) {
      // Whom the pool refuses (too much of his waits there) does not trade.
      if (error instanceof JsonRpcError) return
      throw error
    }
    this.sent++
    this.sentUsd += trade.usd
  }

  #call({ pool, zeroForOne, usd, tip }: NoiseTrade, minimumOutput: bigint, gas: bigint): Call {
    const { symbol, decimals } = zeroForOne ? pool.token0 : pool.token1
    const amountIn = baseUnits(usd / this.#parts.price(symbol), decimals)
    return { to: this.#parts.trader, data: swapCall([{ pool, zeroForOne, amountIn }], minimumOutput), gas, tip }
  }

  #account({ trader }: NoiseTrade): HDAccount {
    const account = this.#parts.accounts[trader]
    if (account === undefined) throw new Error(`there is no noise trader ${trader}`)
    return account
  }
}
