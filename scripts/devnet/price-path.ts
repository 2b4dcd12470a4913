import { type Random, seededRandom } from './random.ts'

/** How one token's price in USD moves. */
interface Motion {
  /** Volatility per year, as a share of the chain's own setting. */
  volatility: number
  /** Share of the variance that all volatile tokens have in common. */
  common: number
  /** Jumps per day and their standard deviation in daily volatilities. */
  jumpsPerDay: number
  jumpSize: number
  /** Stable coins return to one dollar: share of the gap closed per day; zero lets the price walk freely. */
  reversionPerDay: number
}

const volatile = (volatility: number): Motion => ({
  volatility,
  common: 0.7,
  jumpsPerDay: 2,
  jumpSize: 0.5,
  reversionPerDay: 0,
})
const stable: Motion = { volatility: 0.005, common: 0, jumpsPerDay: 0, jumpSize: 0, reversionPerDay: 8 }

const motions: Readonly<Record<string, Motion>> = { WETH: volatile(1), WBTC: volatile(0.7) }

/** WETH's volatility per year when nobody asks for another. */
export const defaultVolatility = 0.6
const secondsPerDay = 86_400
const secondsPerYear = 365.25 * secondsPerDay

/** Reference prices: geometric Brownian motion with rare jumps, the same for the same seed. */
export class PricePath {
  readonly #random: Random
  readonly #volatility: number
  readonly #prices: Map<string, number>
  /** Symbols whose price was just set: the next block sees exactly that. */
  readonly #held = new Set<string>()

  /** `volatility` per year is WETH's; the others scale with it. */
  constructor(prices: ReadonlyMap<string, number>, seed: string, volatility: number) {
    this.#prices = new Map(prices)
    this.#random = seededRandom(`prices ${seed}`)
    this.#volatility = volatility
  }

  /** USD per whole token. */
  price(symbol: string): number {
    const price = this.#prices.get(symbol)
    if (price === undefined) throw new Error(`${symbol} has no reference price`)
    return price
  }

  get symbols(): string[] {
    return [...this.#prices.keys()]
  }

  /** USD per whole token; the next step leaves it alone. */
  set(symbol: string, usd: number): void {
    this.#prices.set(symbol, usd)
    this.#held.add(symbol)
  }

  /** Lets `seconds` of chain time pass. */
  advance(seconds: number): void {
    const shared = this.#random.normal()
    for (const [symbol, price] of this.#prices) {
      const step = this.#step(symbol, price, seconds, shared)
      if (!this.#held.delete(symbol)) this.#prices.set(symbol, price * Math.exp(step))
    }
  }

  #step(symbol: string, price: number, seconds: number, shared: number): number {
    const motion = motions[symbol] ?? stable
    const perYear = motion.reversionPerDay > 0 ? motion.volatility : motion.volatility * this.#volatility
    const deviation = perYear * Math.sqrt(seconds / secondsPerYear)
    const own = this.#random.normal()
    const diffusion = deviation * (Math.sqrt(motion.common) * shared + Math.sqrt(1 - motion.common) * own)
    const jumps = this.#random.uniform() < (motion.jumpsPerDay * seconds) / secondsPerDay
    const jump = jumps
      ? motion.jumpSize * perYear * Math.sqrt(secondsPerDay / secondsPerYear) * this.#random.normal()
      : 0
    const pull = -Math.log(price) * (1 - Math.exp((-motion.reversionPerDay * seconds) / secondsPerDay))
    return diffusion + jump - deviation ** 2 / 2 + (motion.reversionPerDay > 0 ? pull : 0)
  }
}
