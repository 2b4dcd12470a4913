import { type Curve, priceAt } from './curve.ts'

/** A curve that may only be used up to some price. */
export interface Branch {
  curve: Curve
  /** u up to which the curve may be used; infinite where it is free. */
  limit: number
}

/** Rounds of Newton and bisection: doubles have no more to give after these. */
const maximumRounds = 200
/** Relative error of the total at which a round more would only move rounding about. */
const tolerance = 4e-16

/**
 * Shares an input among branches by equalising marginal prices, the continuous optimum: moves every curve to its share and
 * returns the common u. The total input is piecewise linear in u, so a Newton step is exact on a piece; where it leaves the
 * bracket, bisection takes over. Infinite where all branches together cannot take the input: each then stands at its end.
 *
 * @param amountIn base units, positive
 */
export function waterfill(branches: readonly Branch[], amountIn: number): number {
  let low = Number.POSITIVE_INFINITY
  for (const { curve, limit } of branches) if (curve.firstU < limit && curve.firstU < low) low = curve.firstU
  if (low === Number.POSITIVE_INFINITY) return exhaust(branches)
  let high = Number.POSITIVE_INFINITY
  let u = low
  for (let round = 0; round < maximumRounds; round++) {
    const total = moveAll(branches, u)
    const missing = amountIn - total
    if (Math.abs(missing) <= amountIn * tolerance) return u
    if (missing > 0) low = u
    else high = u
    const slope = slopeOf(branches, u)
    let next = slope > 0 ? u + missing / slope : missing > 0 ? nextStart(branches, u) : low
    if (next === Number.POSITIVE_INFINITY) return exhaust(branches)
    if (next <= low || next >= high) next = high === Number.POSITIVE_INFINITY ? low * 2 : low + (high - low) / 2
    if (next === u || next <= low || next >= high) return settle(branches, low)
    u = next
  }
  return settle(branches, low)
}

/** Moves every curve to this price, or to its limit, and returns the input of all. */
export function moveAll(branches: readonly Branch[], u: number): number {
  let total = 0
  for (const { curve, limit } of branches) {
    curve.moveTo(u < limit ? u : limit)
    total += curve.amountIn
  }
  return total
}

/** Output of all curves where they stand, base units. */
export function outputOfAll(branches: readonly Branch[]): number {
  let total = 0
  for (const { curve } of branches) total += curve.amountOut
  return total
}

/**
 * What no split over the branches can exceed for this input, by weak duality: for any marginal price λ,
 * output ≤ λ·input + Σ (yᵢ − λ·xᵢ), each curve taken where that difference is largest. Any u gives a valid bound; the one of
 * the optimum gives the tight one. Moves the curves to u.
 */
export function outputBound(branches: readonly Branch[], u: number, amountIn: number): number {
  const lambda = priceAt(u)
  moveAll(branches, u)
  let bound = lambda * amountIn
  for (const { curve } of branches) bound += curve.amountOut - lambda * curve.amountIn
  return bound
}

function settle(branches: readonly Branch[], u: number): number {
  moveAll(branches, u)
  return u
}

function exhaust(branches: readonly Branch[]): number {
  moveAll(branches, Number.POSITIVE_INFINITY)
  return Number.POSITIVE_INFINITY
}

function slopeOf(branches: readonly Branch[], u: number): number {
  let slope = 0
  for (const { curve, limit } of branches) if (u < limit) slope += curve.slope
  return slope
}

/** Smallest u above at which some branch has liquidity again. */
function nextStart(branches: readonly Branch[], u: number): number {
  let next = Number.POSITIVE_INFINITY
  for (const { curve, limit } of branches) {
    if (u >= limit) continue
    const start = curve.nextStart()
    if (start > u && start < limit && start < next) next = start
  }
  return next
}
