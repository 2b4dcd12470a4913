import type { StablePool } from '../schema/pool.ts'
import { stableInvariant } from './stable-swap.ts'

// One direction of a StableSwap pool in doubles, in units of its D. With x the sold and y the bought balance, s what the other
// tokens sum to, a = A·n and k = 1 / (n^n · ∏others), the invariant is a·(x + y + s) + 1 − a = k / (x·y) =: w, so that y for a
// given x is the root of y² + β·y = c with β = x + s + 1/a − 1 and c = k / (a·x), and the price is
// −dy/dx = p = (a + w/x) / (a + w/y), which falls in x.

/** Each step halves an interval at worst; Newton needs a handful. */
const maximumSteps = 100
/** Newton squares the relative error: what moved less than this has settled to fifteen digits. */
const settledAt = 1e-8
const unitsOfOne = 1e18
const feeDenominator = 1e10

/**
 * What a pool gives for an input, and the input at which its marginal price has fallen to a given one: amounts in base units,
 * prices in base units of the bought token per base unit of the sold one, after the fee. The pool's own rounding is left out.
 * A pool that cannot trade (a token is missing, A is zero, the fee takes everything) has the price zero and takes nothing.
 */
export class StableCurve {
  /** Base units of the sold token, and of the bought one after the fee, in one D. */
  readonly #soldUnits: number = 0
  readonly #boughtUnits: number = 0
  readonly #a: number = 0
  readonly #k: number = 0
  readonly #others: number = 0
  readonly #x0: number = 0
  readonly #y0: number = 0
  readonly #firstPrice: number = 0

  // The last point asked for: its input and slope are often wanted together.
  #lastLambda = Number.NaN
  #lastInput = 0
  #lastSlope = 0

  constructor(pool: StablePool, sold: number, bought: number) {
    const invariant = Number(stableInvariant(pool) ?? 0n)
    const kept = 1 - Number(pool.fee) / feeDenominator
    if (!(invariant > 0 && kept > 0) || sold === bought) return
    const count = pool.balances.length
    const a = (Number(pool.amplification) * count) / Number(pool.amplificationPrecision)
    let k = 1 / (count * count)
    let others = 0
    for (const [index, balance] of pool.balances.entries()) {
      const unit = Number(pool.rates[index]) / unitsOfOne / invariant
      const scaled = Number(balance) * unit
      if (index === sold) {
        this.#x0 = scaled
        this.#soldUnits = 1 / unit
      } else if (index === bought) {
        this.#y0 = scaled
        this.#boughtUnits = kept / unit
      } else {
        k /= count * scaled
        others += scaled
      }
    }
    if (this.#soldUnits === 0 || this.#boughtUnits === 0) return
    this.#a = a
    this.#k = k
    this.#others = others
    this.#firstPrice = this.#priceAt(this.#x0, this.#y0)
  }

  /** Output for the next unit of input, after `amountIn`. */
  marginalPrice(amountIn: number): number {
    if (this.#firstPrice === 0) return 0
    if (amountIn <= 0) return this.#inUnits(this.#firstPrice)
    const x = this.#x0 + amountIn / this.#soldUnits
    return this.#inUnits(this.#priceAt(x, this.#otherOf(x)))
  }

  outputOf(amountIn: number): number {
    if (this.#firstPrice === 0 || amountIn <= 0) return 0
    // The difference of the two sides of the invariant is a quadratic in the output itself: nothing cancels.
    const dx = amountIn / this.#soldUnits
    const x = this.#x0 + dx
    const y0 = this.#y0
    const m = (this.#a / this.#k) * this.#x0 * y0 * x
    const b = m * (dx + y0) + x
    const c = dx * y0 * (m + 1)
    const root = b * b - 4 * m * c
    return ((2 * c) / (b + Math.sqrt(root > 0 ? root : 0))) * this.#boughtUnits
  }

  /** Input at which the marginal price has fallen to `lambda`; zero where it is no higher to begin with. */
  inputAt(lambda: number): number {
    if (lambda !== this.#lastLambda) this.#solve(lambda)
    return this.#lastInput
  }

  /** −d inputAt / d lambda; zero where the pool takes nothing. */
  inputSlopeAt(lambda: number): number {
    if (lambda !== this.#lastLambda) this.#solve(lambda)
    return this.#lastSlope
  }

  #inUnits(price: number): number {
    return (price * this.#boughtUnits) / this.#soldUnits
  }

  /** The other of the two balances: the invariant is symmetric in them. */
  #otherOf(x: number): number {
    const beta = x + this.#others + 1 / this.#a - 1
    const c = this.#k / (this.#a * x)
    const root = Math.sqrt(beta * beta + 4 * c)
    return beta > 0 ? (2 * c) / (beta + root) : (root - beta) / 2
  }

  #priceAt(x: number, y: number): number {
    const w = this.#k / (x * y)
    return (this.#a + w / x) / (this.#a + w / y)
  }

  #solve(lambda: number): void {
    this.#lastLambda = lambda
    this.#lastInput = 0
    this.#lastSlope = 0
    if (this.#firstPrice === 0) return
    if (lambda <= 0) this.#lastInput = Number.POSITIVE_INFINITY
    const price = (lambda * this.#soldUnits) / this.#boughtUnits
    if (!(price > 0 && price < this.#firstPrice)) return
    const x = price < 1 ? this.#otherOf(this.#balanceBelowOne(price)) : this.#balanceAboveOne(price)
    if (!(x > this.#x0)) return
    this.#lastInput = (x - this.#x0) * this.#soldUnits
    this.#lastSlope = this.#soldUnits / this.#inUnits(this.#fallAt(x, this.#otherOf(x)))
  }

  /** −dp/dx. */
  #fallAt(x: number, y: number): number {
    const w = this.#k / (x * y)
    const price = this.#priceAt(x, y)
    const ratio = price / y
    return ((2 * w) / (this.#a + w / y)) * (1 / (x * x) - ratio / x + ratio * ratio)
  }

  /** The bought balance at a price below one and below the first. */
  #balanceBelowOne(price: number): number {
    const least = 1 / (this.#y0 * this.#y0)
    // A pool that is short of the sold token starts on the other side of its balance, where 1/p is far from straight.
    const middle = (this.#x0 + this.#y0) / 2
    const start = this.#firstPrice > 1 ? 1 / (middle * middle) : least
    return this.#scarceBalance((1 - price) / price, start, least, Number.POSITIVE_INFINITY)
  }

  /** The sold balance at a price of one or above, and below the first. */
  #balanceAboveOne(price: number): number {
    const most = 1 / (this.#x0 * this.#x0)
    return this.#scarceBalance(price - 1, most, 0, most)
  }

  /**
   * The balance z of the scarcer token at which the other one costs `premium` more than one, in that token: Newton within
   * (low, high) in 1/z², in which the premium is almost a straight line.
   */
  #scarceBalance(premium: number, start: number, low: number, high: number): number {
    let s = start
    for (let step = 0; step < maximumSteps; step++) {
      const z = 1 / Math.sqrt(s)
      const other = this.#otherOf(z)
      const w = this.#k / (z * other)
      const n = this.#a + w / other
      const excess = (w / z - w / other) / n
      if (excess < premium) low = s
      else high = s
      const ratio = 1 / ((1 + excess) * z)
      const curvature = 1 / (other * other) - ratio / other + ratio * ratio
      const slope = (w * curvature * z) / (n * ratio * ratio)
      let next = s + (premium - excess) / slope
      if (!(next >= low && next <= high)) next = high < Number.POSITIVE_INFINITY ? (low + high) / 2 : low * 4
      const moved = next > s ? next - s : s - next
      s = next
      if (moved <= settledAt * s) break
    }
    return 1 / Math.sqrt(s)
  }
}
