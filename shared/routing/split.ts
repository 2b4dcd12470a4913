import { breakpoints, type Curve, inputUpTo, tradeUpTo } from './curve.ts'

/** How an input is shared among pools so that their marginal prices are equal. */
export interface Split {
  /** u = 1/√(marginal price) at which the pools together take the input, or all they can. */
  u: number
  /** Input per curve, in the order given; base units. */
  amounts: number[]
  /** What all curves can take within their known liquidity is not more than the input. */
  exhausted: boolean
}

/**
 * Shares an input among curves by equalising marginal prices: the continuous optimum. The total input is piecewise linear
 * in u, so the piece is found by bisection over its breakpoints, and the answer on it is exact.
 *
 * @param amountIn base units, positive
 */
export function splitInput(curves: readonly Curve[], amountIn: number): Split {
  const points = breakpoints(curves)
  const totalAt = (u: number) => curves.reduce((sum, curve) => sum + inputUpTo(curve, u), 0)
  const at = (u: number, exhausted: boolean): Split => ({
    u,
    amounts: curves.map((curve) => inputUpTo(curve, u)),
    exhausted,
  })

  const last = points.at(-1)
  if (last === undefined) return at(0, true)
  if (totalAt(last) <= amountIn) return at(last, true)

  let low = 0
  let high = points.length - 1
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (totalAt(points[middle] ?? last) <= amountIn) low = middle
    else high = middle
  }
  const [from, to] = [points[low] ?? 0, points[high] ?? last]
  const [inputFrom, inputTo] = [totalAt(from), totalAt(to)]
  return at(from + ((amountIn - inputFrom) * (to - from)) / (inputTo - inputFrom), false)
}

/**
 * What no split of the curves can exceed for this input, by weak duality: for any marginal price λ,
 * output ≤ λ·input + Σ (yᵢ − λ·xᵢ), each pool taken where that difference is largest. Any u gives a valid bound; the one
 * of the optimum gives the tight one. Integer rounding on chain only lowers what is reachable.
 */
export function outputBound(curves: readonly Curve[], u: number, amountIn: number): number {
  const lambda = 1 / (u * u)
  let bound = lambda * amountIn
  for (const curve of curves) {
    const trade = tradeUpTo(curve, u)
    bound += trade.amountOut - lambda * trade.amountIn
  }
  return bound
}

/** Input that brings the best marginal price of the curves down by `impactBps`, base units. Zero without liquidity. */
export function inputAtImpact(curves: readonly Curve[], impactBps: number): number {
  const first = breakpoints(curves)[0]
  if (first === undefined) return 0
  const u = first / Math.sqrt(1 - impactBps / 10_000)
  return curves.reduce((sum, curve) => sum + inputUpTo(curve, u), 0)
}
