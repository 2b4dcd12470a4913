import type { Edge, Network } from './network.ts'
import { spotPrices } from './network.ts'

// The best flow through a network of pools, by its dual. Give each token a price p in units of the bought token. Whatever is
// routed, output ≤ p_sell·input + Σ max(p_to·y − p_from·x), each pool taken where it gains most at these prices: at a marginal
// price of p_from / p_to. The sum is convex in the prices, its least value is the best output, and there the flows balance at
// every token. In relative price changes its second derivative is the Laplacian of a graph: one 2×2 block per pool. (Angeris,
// Chitra, Diamandis, Evans, Kulkarni 2023, "An Efficient Algorithm for Optimal Routing Through Constant Function Market Makers".)

export interface DualSolution {
  /** Price per token, base units of the bought token per base unit. */
  prices: readonly number[]
  /** What no routing can exceed, base units of the bought token. */
  bound: number
  /** Largest imbalance of a token, as a share of the input's worth. */
  imbalance: number
}

const maximumRounds = 60
/** A step changes no price by more than this share. */
const largestStep = 0.5
/** Imbalance at which the flows are as good as balanced: it counts in second order. */
const balanced = 1e-12
/** Share of its first price below which the sold token is worth nothing: the pools are exhausted. */
const worthless = 1e-9
const halvings = 40

/**
 * Solves the dual for an input. Leaves every edge's curve at its flow. Null where no path leads to the bought token; an
 * `imbalance` that is not small means that the pools cannot take the input.
 *
 * @param amountIn base units, positive
 * @param warm prices of a similar problem, to begin with
 */
export function solveDual(
  network: Network,
  amountIn: number,
  warm: readonly number[] | null = null,
): DualSolution | null {
  const spot = spotPrices(network)
  const first = spot[0] ?? 0
  if (!(first > 0)) return null
  const problem = new Dual(network, amountIn)
  let prices = [...(warm ?? spot)]
  let value = problem.evaluate(prices)
  for (let round = 0; round < maximumRounds; round++) {
    const worth = (prices[0] ?? 0) * amountIn
    if (problem.imbalance() <= balanced * worth || (prices[0] ?? 0) < first * worthless) break
    const step = problem.newtonStep(worth)
    const next = problem.descend(prices, value, step)
    if (next === null) break
    prices = next.prices
    value = next.value
  }
  value = problem.evaluate(prices)
  return { prices, bound: value, imbalance: problem.imbalance() / ((prices[0] ?? 0) * amountIn) }
}

class Dual {
  readonly #edges: readonly Edge[]
  readonly #size: number
  readonly #amountIn: number
  readonly #gradient: number[]
  readonly #hessian: number[][]

  constructor({ tokens, edges }: Network, amountIn: number) {
    this.#edges = edges
    // The bought token is the unit; its price stands.
    this.#size = tokens.length - 1
    this.#amountIn = amountIn
    this.#gradient = new Array<number>(this.#size).fill(0)
    this.#hessian = Array.from({ length: this.#size }, () => new Array<number>(this.#size).fill(0))
  }

  /** The dual's value; leaves the curves at their flows and the derivatives by relative changes of the prices. */
  evaluate(prices: readonly number[]): number {
    const size = this.#size
    const gradient = this.#gradient.fill(0)
    for (const row of this.#hessian) row.fill(0)
    const worth = (prices[0] ?? 0) * this.#amountIn
    gradient[0] = worth
    let value = worth
    for (const { from, to, curve, limit } of this.#edges) {
      const sold = prices[from] ?? 0
      const bought = prices[to] ?? 0
      // What has no price leads nowhere: nothing flows there.
      const u = sold > 0 && bought > 0 ? Math.sqrt(bought / sold) : 0
      if (u < curve.firstU) {
        curve.moveTo(u)
        continue
      }
      curve.moveTo(u < limit ? u : limit)
      const given = sold * curve.amountIn
      const taken = bought * curve.amountOut
      value += taken - given
      add(gradient, from, -given)
      if (to < size) add(gradient, to, taken)
      const curvature = u < limit ? (sold * u * curve.slope) / 2 : 0
      this.#curve(from, to, curvature)
    }
    return value
  }

  #curve(from: number, to: number, curvature: number): void {
    const rowFrom = this.#hessian[from]
    const rowTo = this.#hessian[to]
    if (rowFrom !== undefined) add(rowFrom, from, curvature)
    if (rowFrom === undefined || rowTo === undefined) return
    add(rowTo, to, curvature)
    add(rowFrom, to, -curvature)
    add(rowTo, from, -curvature)
  }

  imbalance(): number {
    let largest = 0
    for (const value of this.#gradient) if (Math.abs(value) > largest) largest = Math.abs(value)
    return largest
  }

  /** −H⁻¹·g by elimination, with a small weight on the diagonal where nothing flows; clipped to the largest step. */
  newtonStep(worth: number): number[] {
    const size = this.#size
    const rows = this.#hessian.map((row, index) => [...row, -(this.#gradient[index] ?? 0)])
    for (const [index, row] of rows.entries()) {
      const gradient = Math.abs(this.#gradient[index] ?? 0)
      // A token without flow stays where it is; one that is stuck moves as far as a step may go.
      if ((row[index] ?? 0) <= worth * 1e-14) add(row, index, gradient > 0 ? gradient / largestStep : worth)
    }
    for (const [pivot, row] of rows.entries()) {
      // Tokens whose pools are all exhausted hang in the air: whatever their prices do together changes nothing.
      const least = (this.#hessian[pivot]?.[pivot] ?? 0) * 1e-13
      if ((row[pivot] ?? 0) < least) row[pivot] = least
      const scale = row[pivot] ?? 1
      for (const other of rows.slice(pivot + 1)) {
        const factor = (other[pivot] ?? 0) / scale
        if (factor === 0) continue
        for (let column = pivot; column <= size; column++) add(other, column, -factor * (row[column] ?? 0))
      }
    }
    const step = new Array<number>(size).fill(0)
    for (let index = size - 1; index >= 0; index--) {
      const row = rows[index] ?? []
      let sum = row[size] ?? 0
      for (let column = index + 1; column < size; column++) sum -= (row[column] ?? 0) * (step[column] ?? 0)
      const value = sum / (row[index] ?? 1)
      step[index] = Number.isFinite(value) ? value : 0
    }
    let largest = 0
    for (const value of step) if (Math.abs(value) > largest) largest = Math.abs(value)
    return largest > largestStep ? step.map((value) => (value * largestStep) / largest) : step
  }

  /** The prices after as much of the step as lowers the value; null where none does. */
  descend(prices: readonly number[], value: number, step: readonly number[]) {
    let slope = 0
    for (const [index, gradient] of this.#gradient.entries()) slope += gradient * (step[index] ?? 0)
    if (!(slope < 0)) return null
    let share = 1
    for (let halving = 0; halving < halvings; halving++, share /= 2) {
      const next = prices.map((price, index) => price * (1 + share * (step[index] ?? 0)))
      const nextValue = this.evaluate(next)
      if (nextValue <= value + 1e-4 * share * slope) return { prices: next, value: nextValue }
      // Where rounding hides a gain in value, smaller imbalances show it.
      if (share === 1 && -slope < 1e-12 * value && nextValue <= value * (1 + 1e-15))
        return { prices: next, value: nextValue }
    }
    return null
  }
}

function add(values: number[], index: number, amount: number): void {
  values[index] = (values[index] ?? 0) + amount
}
