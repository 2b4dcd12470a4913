import type { Address } from 'viem'
import { barSeconds } from '../../shared/schema/bars.ts'
import type { Pool } from '../../shared/schema/pool.ts'
import { poolAt, priceOf, scaleAt } from './liquidity.ts'
import type { MarketPath } from './market-path.ts'
import type { Pair } from './pair.ts'
import type { Liquidity } from './pool-profiles.ts'

/**
 * The pair's pools as the market and our own trades leave them: each stands at the market's price, but for what our last trade
 * moved it, which arbitrage takes back by half in every half-life.
 */
export class PoolsNow {
  readonly #liquidity: Liquidity
  readonly #pair: Pair
  readonly #path: MarketPath
  readonly #refillSeconds: number
  /** Log price away from the market, and when that was. */
  readonly #moved = new Map<Address, { log: number; at: number }>()
  readonly #scales: readonly number[]

  /** @param arrival time whose dollar depth the profiles keep: that of the order's arrival */
  constructor(liquidity: Liquidity, pair: Pair, path: MarketPath, arrival: number, refillSeconds: number) {
    this.#liquidity = liquidity
    this.#pair = pair
    this.#path = path
    this.#refillSeconds = refillSeconds
    const centre = this.#poolPrice(arrival)
    this.#scales = liquidity.profiles.map((profile) => scaleAt(profile, centre, !this.#baseIsToken0()))
  }

  /** Liquidity is centred at the market of the newest five minutes' beginning: who provides it follows, though not each block. */
  at(time: number): Pool[] {
    const centre = this.#poolPrice(Math.max(time - (time % barSeconds), this.#path.from))
    const market = this.#poolPrice(time)
    return this.#liquidity.profiles.map((profile, index) => {
      const price = market * Math.exp(this.#logAway(profile.pool.pool, time))
      return poolAt(profile, { centre, price, scale: this.#scales[index] ?? 1 })
    })
  }

  /** Remembers what a trade did to a pool. */
  leave(pool: Pool, time: number): void {
    this.#moved.set(pool.pool, { log: Math.log(priceOf(pool) / this.#poolPrice(time)), at: time })
  }

  #logAway(pool: Address, time: number): number {
    const moved = this.#moved.get(pool)
    if (moved === undefined) return 0
    return moved.log * 2 ** (-(time - moved.at) / this.#refillSeconds)
  }

  #baseIsToken0(): boolean {
    return BigInt(this.#pair.base.address) < BigInt(this.#pair.quote.address)
  }

  /** The market's price as a pool says it: token1 per token0 in base units. */
  #poolPrice(time: number): number {
    const { base, quote } = this.#pair
    const quotePerBase = this.#path.price(time) * 10 ** (quote.decimals - base.decimals)
    return this.#baseIsToken0() ? quotePerBase : 1 / quotePerBase
  }
}
