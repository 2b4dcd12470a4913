import type { Address } from 'viem'
import type { Plan, PlannedLeg } from '../schema/decision.ts'
import type { Pool } from '../schema/snapshot.ts'
import { type Curve, curveOf, firstMarginalPrice } from './curve.ts'
import { directionOf, quotePool } from './pool-quote.ts'
import { outputBound, splitInput } from './split.ts'

export interface PlanOptions {
  maximumLegs: number
  /** A leg with a smaller share of the input than this is not worth its gas. */
  minimumLegShareBps: number
}

export const defaultPlanOptions: PlanOptions = { maximumLegs: 8, minimumLegShareBps: 50 }

/** One pool that trades the pair, ready to be split over. */
export interface Venue {
  pool: Pool
  zeroForOne: boolean
  curve: Curve
}

export interface RoutedPlan {
  plan: Plan
  /** The known liquidity could not take the whole input: `plan.amountIn` is what it could. */
  partial: boolean
}

/** The pools of a pair that have liquidity in this direction, in the order given. */
export function venuesOf(pools: readonly Pool[], sell: Address, buy: Address): Venue[] {
  return pools.flatMap((pool) => {
    const zeroForOne = directionOf(pool, sell, buy)
    if (zeroForOne === null) return []
    const curve = curveOf(pool, zeroForOne)
    return curve.segments.length === 0 ? [] : [{ pool, zeroForOne, curve }]
  })
}

/**
 * Splits an exact input over the venues so that the output is largest, prices each leg to the unit, and states how far any
 * split could be above it. Null where nothing can be traded.
 *
 * Doubles choose the split, whose error counts only in second order; bigints price it.
 */
export function planSwap(
  venues: readonly Venue[],
  amountIn: bigint,
  options: PlanOptions = defaultPlanOptions,
): RoutedPlan | null {
  if (amountIn <= 0n || venues.length === 0) return null
  const legs = priceLegs(chooseLegs(venues, amountIn, options), amountIn)
  const taken = legs.reduce((sum, leg) => sum + leg.amountIn, 0n)
  const expectedOut = legs.reduce((sum, leg) => sum + leg.expectedOut, 0n)
  if (taken === 0n || expectedOut === 0n) return null
  const upperBound = boundFor(venues, taken, expectedOut)
  const plan = { legs, amountIn: taken, expectedOut, upperBound, gapBps: gapBps(upperBound, expectedOut) }
  return { plan, partial: taken < amountIn }
}

interface Share {
  venue: Venue
  amount: number
}

/** The best split over as few legs as make sense: the smallest is dropped while it is dust or there are too many. */
function chooseLegs(venues: readonly Venue[], amountIn: bigint, options: PlanOptions): Share[] {
  let chosen = [...venues]
  let sufficient: Share[] | null = null
  for (;;) {
    const { amounts, exhausted } = splitInput(
      chosen.map(({ curve }) => curve),
      Number(amountIn),
    )
    const total = amounts.reduce((sum, amount) => sum + amount, 0)
    const shares = chosen
      .map((venue, index) => ({ venue, amount: amounts[index] ?? 0 }))
      .filter(({ amount }) => amount > 0)
      .sort((one, other) => other.amount - one.amount)
    const smallest = shares.at(-1)
    if (smallest === undefined) return bestVenue(chosen)
    // Dust that is needed to take the whole input stays.
    if (exhausted && sufficient !== null && sufficient.length <= options.maximumLegs) return sufficient
    if (shares.length === 1) return shares
    // Where liquidity runs out every leg is needed, however small.
    const isDust = !exhausted && smallest.amount * 10_000 < total * options.minimumLegShareBps
    if (!isDust && shares.length <= options.maximumLegs) return shares
    sufficient = exhausted ? null : shares
    chosen = shares.slice(0, -1).map(({ venue }) => venue)
  }
}

/** An input too small to show in doubles goes to the pool with the best price. */
function bestVenue(venues: readonly Venue[]): Share[] {
  const [best] = [...venues].sort((one, other) => firstMarginalPrice(other.curve) - firstMarginalPrice(one.curve))
  return best === undefined ? [] : [{ venue: best, amount: 1 }]
}

/** Whole amounts that add up, then exact outputs; what a leg cannot take goes to the largest one that still can. */
function priceLegs(shares: readonly Share[], amountIn: bigint): PlannedLeg[] {
  const amounts = wholeAmounts(shares, amountIn)
  const quotes = shares.map(({ venue }, index) => quotePool(venue.pool, venue.zeroForOne, amounts[index] ?? 0n))
  for (const [index, { venue }] of shares.entries()) {
    const leftOver = amountIn - quotes.reduce((sum, quote) => sum + quote.amountIn, 0n)
    const quote = quotes[index]
    if (leftOver <= 0n) break
    if (quote === undefined || quote.exhausted) continue
    quotes[index] = quotePool(venue.pool, venue.zeroForOne, quote.amountIn + leftOver)
  }
  return shares.flatMap(({ venue: { pool } }, index) => {
    const quote = quotes[index]
    if (quote === undefined || quote.amountIn === 0n || quote.amountOut === 0n) return []
    const { venue, pool: address, feePips } = { venue: pool.venue, pool: pool.pool, feePips: pool.feePips }
    return [{ venue, pool: address, feePips, amountIn: quote.amountIn, expectedOut: quote.amountOut }]
  })
}

/** 2^53: what a double can say exactly. */
const shareUnits = Number.MAX_SAFE_INTEGER + 1

/** Shares in 53 bits, floored; the remainder goes to the first, which is the largest. */
function wholeAmounts(shares: readonly Share[], amountIn: bigint): bigint[] {
  const total = shares.reduce((sum, { amount }) => sum + amount, 0)
  const amounts = shares.map(({ amount }) => (amountIn * BigInt(Math.floor((amount / total) * shareUnits))) >> 53n)
  const remainder = amountIn - amounts.reduce((sum, amount) => sum + amount, 0n)
  return amounts.map((amount, index) => (index === 0 ? amount + remainder : amount))
}

/** Relative error that the doubles of the bound may carry, with room to spare. */
const boundTolerance = 1e-13

function boundFor(venues: readonly Venue[], amountIn: bigint, expectedOut: bigint): bigint {
  const curves = venues.map(({ curve }) => curve)
  const { u } = splitInput(curves, Number(amountIn))
  const bound = BigInt(Math.ceil(outputBound(curves, u, Number(amountIn)) * (1 + boundTolerance)))
  return bound > expectedOut ? bound : expectedOut
}

/** (bound − output) / bound in basis points, to 1e-8 of one. */
function gapBps(upperBound: bigint, expectedOut: bigint): number {
  return Number(((upperBound - expectedOut) * 10n ** 12n) / upperBound) / 1e8
}
