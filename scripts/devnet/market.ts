import { type Address, encodeFunctionData, parseAbi } from 'viem'
import type { HDAccount } from 'viem/accounts'
import { z } from 'zod'
import type { ChainDefinition, TokenDefinition } from '../../shared/chain/chains/chain.ts'
import { type BlockSlot, simulateInOrder } from './block-simulation.ts'
import type { ChainState } from './chain-state.ts'
import { devnetFeedAbi } from './generated/devnetFeed.ts'
import { baseUnits } from './price.ts'
import type { PricePath } from './price-path.ts'
import type { PublicPool } from './public-pool.ts'
import { PublicSender, spareGas } from './public-sender.ts'
import type { UnsignedTransaction } from './signed-transaction.ts'
import { arbitrageCall, feedDecimals } from './world.ts'
import type { WorldPool } from './world-pools.ts'

/** A feed answers anew when the price left its last answer by this much, or when that becomes too old. */
const deviation = 0.001
/** Seconds before a feed's heartbeat at which it answers anyway. */
const heartbeatMargin = 120
const feedGas = 150_000n
/** Enough for a fall by half; what is really needed is asked of the chain first. */
const arbitrageGas = 30_000_000n
/** What those who trade before the arbitrageur in a block may leave him to do besides. */
const neighbourGas = 3_000_000n
const poolsPerTrade = 6
/** Wei per gas: the feed's keeper is in a hurry, the arbitrageur less so. */
const feedTip = 2_000_000_000n
const arbitrageTip = 500_000_000n

const latestAbi = parseAbi([
  'function latestRoundData() view returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)',
])

/** What a feed says: USD per whole token, and since when. */
export interface Posted {
  usd: number
  at: number
}

/** What every token's feed says now. */
export async function readFeeds(state: ChainState, chain: ChainDefinition): Promise<Map<string, Posted>> {
  const data = encodeFunctionData({ abi: latestAbi, functionName: 'latestRoundData' })
  const feeds = chain.tokens.map(async ({ symbol, feed }): Promise<[string, Posted]> => {
    const words = z.string().parse(await state.rpc.request('eth_call', [{ to: feed.source, data }, 'latest']))
    const word = (index: number) => Number(BigInt(`0x${words.slice(2 + 64 * index, 66 + 64 * index)}`))
    return [symbol, { usd: word(1) / 10 ** feedDecimals, at: word(3) }]
  })
  return new Map(await Promise.all(feeds))
}

export interface MarketParts {
  state: ChainState
  pool: PublicPool
  chain: ChainDefinition
  path: PricePath
  /** What the feeds say when the market opens; a feed that is missing here is posted to at once. */
  posted: ReadonlyMap<string, Posted>
  feedKeeper: HDAccount
  /** Undefined where there are no pools of ours to keep in line. */
  arbitrage: { account: HDAccount; trader: Address; pools: readonly WorldPool[] } | undefined
}

/**
 * What goes on around the treasury: the price moves, the keeper posts it to the feeds, and the arbitrageur moves every pool
 * back to within its fee of it. All of it through public transactions.
 */
export class Market {
  /** Whether the price moves by itself. */
  moving: boolean
  /** Whether the keeper posts to the feeds. Off, they grow stale. */
  posting = true
  readonly #parts: MarketParts
  readonly #sender: PublicSender
  readonly #posted: Map<string, Posted>
  #advancedTo: number | undefined

  constructor(parts: MarketParts, moving: boolean) {
    this.#parts = parts
    this.#sender = new PublicSender(parts.state, parts.pool)
    this.#posted = new Map(parts.posted)
    this.moving = moving
  }

  get path(): PricePath {
    return this.#parts.path
  }

  /** Sends the market's transactions for this block. */
  async act(slot: BlockSlot): Promise<void> {
    const seconds = slot.timestamp - (this.#advancedTo ?? slot.timestamp)
    this.#advancedTo = slot.timestamp
    if (this.moving && seconds > 0) this.path.advance(seconds)
    if (this.posting) for (const token of this.#parts.chain.tokens) await this.#post(token, slot)
    await this.#arbitrage(slot)
  }

  async #post(token: TokenDefinition, slot: BlockSlot): Promise<void> {
    const usd = this.path.price(token.symbol)
    const posted = this.#posted.get(token.symbol)
    const moved = posted === undefined || Math.abs(usd / posted.usd - 1) >= deviation
    const old = posted === undefined || slot.timestamp - posted.at >= token.feed.heartbeat - heartbeatMargin
    if (!moved && !old) return
    const args = [baseUnits(usd, feedDecimals)] as const
    const data = encodeFunctionData({ abi: devnetFeedAbi, functionName: 'post', args })
    const call = { to: token.feed.source, data, gas: feedGas, tip: feedTip }
    await this.#sender.send(this.#parts.feedKeeper, call, slot)
    this.#posted.set(token.symbol, { usd, at: slot.timestamp })
  }

  /** One transaction for each group of pools that left their bands, with the gas it was seen to need. */
  async #arbitrage(slot: BlockSlot): Promise<void> {
    const { arbitrage, state } = this.#parts
    if (arbitrage === undefined) return
    const trades: UnsignedTransaction[] = []
    for (let first = 0; first < arbitrage.pools.length; first += poolsPerTrade) {
      const group = arbitrage.pools.slice(first, first + poolsPerTrade)
      const data = arbitrageCall(group, (symbol) => this.path.price(symbol))
      const call = { to: arbitrage.trader, data, gas: arbitrageGas, tip: arbitrageTip }
      trades.push(await this.#sender.transaction(arbitrage.account, call, slot, trades.length))
    }
    const needed = await simulateInOrder(state.rpc, slot, trades)
    for (const { transaction, succeeded, returnData, gasUsed } of needed) {
      if (!succeeded || BigInt(returnData) === 0n) continue
      const gas = spareGas(gasUsed) + neighbourGas
      const call = { to: arbitrage.trader, data: transaction.data, gas, tip: arbitrageTip }
      await this.#sender.send(arbitrage.account, call, slot)
    }
  }
}
