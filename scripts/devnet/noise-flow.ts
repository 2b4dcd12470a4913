import { type Random, seededRandom } from './random.ts'
import type { WorldPool } from './world-pools.ts'

/** A swap that somebody wants to make, before he has asked what it would bring. */
export interface NoiseTrade {
  pool: WorldPool
  zeroForOne: boolean
  /** What he sells, in USD at the reference price. */
  usd: number
  /** What he puts up with below the price he was shown. */
  slippageBps: number
  /** Wei per gas. */
  tip: bigint
  /** Which of the traders it is. */
  trader: number
}

/** USD traded in a pool per day for each USD of its depth; pools on Ethereum see about ten. */
export const defaultTurnover = 10

const secondsPerDay = 86_400
/** Sizes are log-normal around this share of the pool's depth, and at most the whole of it, which moves the price by 1 %. */
const sizes = { mean: 0.02, deviation: 1.3, largest: 1 }
/** What wallets offer: a tenth of a percent to one percent. */
const slippageBps = { least: 10, most: 100 }
const tip = { least: 100_000_000, most: 2_000_000_000 }

/** Who trades what and when, the same for the same seed and nothing else. */
export class NoiseFlow {
  readonly #random: Random
  readonly #pools: readonly WorldPool[]
  readonly #traders: number
  /** Swaps per second. */
  readonly #rate: number

  /** `turnover`: USD per day for each USD of depth. */
  constructor(pools: readonly WorldPool[], traders: number, seed: string, turnover: number) {
    this.#random = seededRandom(`noise ${seed}`)
    this.#pools = pools
    this.#traders = traders
    this.#rate = (pools.length * turnover) / sizes.mean / secondsPerDay
  }

  /** The swaps of the next `seconds`. */
  next(seconds: number): NoiseTrade[] {
    const trades: NoiseTrade[] = []
    for (let count = this.#poisson(this.#rate * seconds); count > 0; count--) {
      const pool = this.#pools[this.#index(this.#pools.length)]
      if (pool !== undefined) trades.push(this.#trade(pool))
    }
    return trades
  }

  #trade(pool: WorldPool): NoiseTrade {
    const exponent = sizes.deviation * this.#random.normal() - sizes.deviation ** 2 / 2
    return {
      pool,
      zeroForOne: this.#random.uniform() < 0.5,
      usd: pool.depthUsd * Math.min(sizes.largest, sizes.mean * Math.exp(exponent)),
      slippageBps: Math.round(this.#between(slippageBps)),
      tip: BigInt(Math.round(this.#between(tip))),
      trader: this.#index(this.#traders),
    }
  }

  /** Log-uniform. */
  #between({ least, most }: { least: number; most: number }): number {
    return least * (most / least) ** this.#random.uniform()
  }

  #index(count: number): number {
    return Math.floor(this.#random.uniform() * count)
  }

  /** How many exponential waits of mean one fit into `mean`. */
  #poisson(mean: number): number {
    let count = -1
    for (let waited = 0; waited <= mean; count++) waited -= Math.log(1 - this.#random.uniform())
    return count
  }
}
