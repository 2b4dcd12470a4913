import type { StablePool } from '../schema/pool.ts'
import { type Curve, priceAt } from './curve.ts'
import { StableCurve } from './stable-curve.ts'

/** The pool gives its last units only at absurd prices; a million in u is a price that has fallen by 10^12. */
const reach = 1_000_000

/** A StableSwap pool as a cursor for the solver. It has no ticks, and no end but absurd prices. */
export class StableSwapCurve implements Curve {
  readonly presentU: number
  readonly firstU: number
  readonly crossings = 0
  amountIn = 0
  amountOut = 0
  slope = 0
  standsAt = 0
  readonly #curve: StableCurve
  readonly #lastU: number

  constructor(pool: StablePool, sold: number, bought: number) {
    this.#curve = new StableCurve(pool, sold, bought)
    const price = this.#curve.marginalPrice(0)
    this.firstU = price > 0 ? 1 / Math.sqrt(price) : Number.POSITIVE_INFINITY
    this.presentU = this.firstU
    this.#lastU = this.firstU * reach
  }

  moveTo(u: number): void {
    this.standsAt = u
    const stop = u < this.#lastU ? u : this.#lastU
    const lambda = priceAt(stop)
    this.amountIn = stop > this.firstU ? this.#curve.inputAt(lambda) : 0
    this.amountOut = this.#curve.outputOf(this.amountIn)
    // The curve gives the slope by the price λ = 1/u². At its very start, where it takes nothing yet, a hair further on.
    const inside = stop > this.firstU ? lambda : priceAt(this.firstU * (1 + 1e-9))
    this.slope = u >= this.firstU && u < this.#lastU ? (this.#curve.inputSlopeAt(inside) * 2 * lambda) / stop : 0
  }

  nextStart(): number {
    return this.standsAt < this.firstU ? this.firstU : Number.POSITIVE_INFINITY
  }

  moveToInput(amountIn: number): number {
    const price = this.#curve.marginalPrice(amountIn)
    this.moveTo(price > 0 ? 1 / Math.sqrt(price) : this.#lastU)
    this.amountIn = amountIn
    this.amountOut = this.#curve.outputOf(amountIn)
    return this.standsAt
  }

  moveToBest(u: number, limit: number, legCost: number): number {
    this.moveTo(u < limit ? u : limit)
    const profit = this.amountIn > 0 ? this.amountOut - priceAt(u) * this.amountIn - legCost : 0
    if (profit > 0) return profit
    this.moveTo(0)
    return 0
  }

  uBeforeCrossing(): number {
    return Number.POSITIVE_INFINITY
  }
}
