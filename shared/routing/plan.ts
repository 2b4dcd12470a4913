import { maximum } from '../chain/units.ts'
import type { Plan, PlannedLeg } from '../schema/decision.ts'
import { bestOutput, gapBps, largestGapBps, legRounding, upperBoundFor } from './certificate.ts'
import { firstMarginalPrice } from './curve.ts'
import { type Quote, quotePool } from './pool-quote.ts'
import { splitInput } from './split.ts'
import { curvesOf, type Venue } from './venue.ts'

export interface PlanOptions {
  maximumLegs: number
  /** A leg with a smaller share of the input than this is not worth its gas. */
  minimumLegShareBps: number
}

const defaultPlanOptions: PlanOptions = { maximumLegs: 8, minimumLegShareBps: 50 }

export interface RoutedPlan {
  plan: Plan
  /** The known liquidity could not take the whole input: `plan.amountIn` is what it could. */
  partial: boolean
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
  const priced = priceLegs(chooseLegs(venues, amountIn, options), amountIn)
  const taken = priced.reduce((sum, { quote }) => sum + quote.amountIn, 0n)
  const expectedOut = priced.reduce((sum, { quote }) => sum + quote.amountOut, 0n)
  if (taken === 0n || expectedOut === 0n) return null
  const bound = upperBoundFor(curvesOf(venues), taken)
  const upperBound = maximum(bound, expectedOut)
  // The bound itself is rounded up: one unit more.
  const rounding = priced.reduce((sum, { venue, quote }) => sum + legRounding(venue, quote.steps), 1)
  const plan = {
    legs: priced.map(plannedLeg),
    amountIn: taken,
    expectedOut,
    upperBound,
    gapBps: gapBps(upperBound, expectedOut),
    roundingOut: BigInt(Math.ceil(rounding)),
  }
  return { plan, partial: taken < amountIn }
}

interface Share {
  venue: Venue
  amount: number
}

/** Dust may cost half of what the certificate tolerates; the other half is left for the doubles. */
const leastShareOfBest = 1 - largestGapBps / 2 / 10_000

/** The best split over as few legs as make sense: the smallest is dropped while it is dust or there are too many. */
function chooseLegs(venues: readonly Venue[], amountIn: bigint, options: PlanOptions): Share[] {
  let chosen = [...venues]
  const best = bestOutput(curvesOf(venues), Number(amountIn))
  let sufficient: Share[] | null = null
  for (;;) {
    const { amounts, exhausted } = splitInput(curvesOf(chosen), Number(amountIn))
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
    const others = shares.slice(0, -1).map(({ venue }) => venue)
    // Where liquidity runs out every leg is needed, however small.
    const isDust =
      !exhausted &&
      smallest.amount * 10_000 < total * options.minimumLegShareBps &&
      bestOutput(curvesOf(others), Number(amountIn)) >= best * leastShareOfBest
    if (!isDust && shares.length <= options.maximumLegs) return shares
    sufficient = exhausted ? null : shares
    chosen = others
  }
}

/** An input too small to show in doubles goes to the pool with the best price. */
function bestVenue(venues: readonly Venue[]): Share[] {
  const [best] = [...venues].sort((one, other) => firstMarginalPrice(other.curve) - firstMarginalPrice(one.curve))
  return best === undefined ? [] : [{ venue: best, amount: 1 }]
}

interface PricedLeg {
  venue: Venue
  quote: Quote
}

/** Whole amounts that add up, then exact outputs; what a leg cannot take goes to the largest one that still can. */
function priceLegs(shares: readonly Share[], amountIn: bigint): PricedLeg[] {
  const amounts = wholeAmounts(shares, amountIn)
  const quotes = shares.map(({ venue }, index) => quotePool(venue.pool, venue.zeroForOne, amounts[index] ?? 0n))
  for (const [index, { venue }] of shares.entries()) {
    const leftOver = amountIn - quotes.reduce((sum, quote) => sum + quote.amountIn, 0n)
    const quote = quotes[index]
    if (leftOver <= 0n) break
    if (quote === undefined || quote.exhausted) continue
    quotes[index] = quotePool(venue.pool, venue.zeroForOne, quote.amountIn + leftOver)
  }
  return shares.flatMap(({ venue }, index) => {
    const quote = quotes[index]
    return quote === undefined || quote.amountIn === 0n || quote.amountOut === 0n ? [] : [{ venue, quote }]
  })
}

function plannedLeg({ venue: { pool }, quote }: PricedLeg): PlannedLeg {
  const { venue, pool: address, feePips } = pool
  return { venue, pool: address, feePips, amountIn: quote.amountIn, expectedOut: quote.amountOut }
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
