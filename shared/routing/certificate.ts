import type { Plan } from '../schema/decision.ts'
import { type Curve, firstMarginalPrice } from './curve.ts'
import { outputBound, splitInput } from './split.ts'
import type { Venue } from './venue.ts'

/** A split whose output is further below its bound, beyond what rounding explains, is not the best one. Basis points. */
export const largestGapBps = 0.01

/** Relative error that the doubles of the bound may carry, with room to spare. */
const boundTolerance = 1e-13
/** 2^-96: the grain of a v3 √price. */
const sqrtPriceGrain = 1 / Number(1n << 96n)

/** What no split of the curves can exceed for this input, base units of the bought token (weak duality, `outputBound`). */
export function upperBoundFor(curves: readonly Curve[], amountIn: bigint): bigint {
  return BigInt(Math.ceil(bestOutput(curves, Number(amountIn)) * (1 + boundTolerance)))
}

/** Output of the best continuous split, base units. */
export function bestOutput(curves: readonly Curve[], amountIn: number): number {
  const { u } = splitInput(curves, amountIn)
  return u === 0 ? 0 : outputBound(curves, u, amountIn)
}

/** (bound − output) / bound in basis points, to 1e-8 of one. */
export function gapBps(upperBound: bigint, expectedOut: bigint): number {
  return Number(((upperBound - expectedOut) * 10n ** 12n) / upperBound) / 1e8
}

/**
 * Most that whole base units can take from a leg's output, base units of the bought token: each step rounds the output
 * down, input and fee up, each by less than one unit, and a v3 pool also puts its √price on a grain of 2^-96.
 */
export function legRounding(venue: Venue, steps: number): number {
  return steps * (1 + 2 * firstMarginalPrice(venue.curve) + grainOut(venue))
}

/** What one grain of √price is worth in output: L·2^-96 of token1, or L·2^-96 / price of token0, where q² is the price. */
function grainOut({ pool, zeroForOne, curve }: Venue): number {
  if (pool.venue === 'UniswapV2') return 0
  const grains = curve.segments.map(
    ({ liquidity, start }) => (liquidity * sqrtPriceGrain) / (zeroForOne ? 1 : start * start),
  )
  return Math.max(0, ...grains)
}

/** How far the plan is from any better one, beyond what rounding explains; basis points, not negative. */
export function gapBeyondRoundingBps({ upperBound, expectedOut, roundingOut }: Plan): number {
  const explained = expectedOut + roundingOut
  return explained >= upperBound ? 0 : gapBps(upperBound, explained)
}
