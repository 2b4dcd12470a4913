import type { PricedLeg } from './allocate.ts'
import { priceAt } from './curve.ts'
import { q96 } from './tick-math.ts'

/** A plan further below its bound than this, beyond what rounding and gas explain, is refused. Basis points. */
export const largestGapBps = 0.01

/** Relative error that the doubles of the bound may carry, with room to spare. */
const boundTolerance = 1e-12

/**
 * How near a plan is to the best one. Amounts in base units of the bought token. "Any" way to trade uses each pool once, for one pair
 * of its tokens, as far as its ticks are known and within the limits that were set; where pools are so far apart that money could be
 * made in a circle, it is every way that makes none. Of gas the gap only says that nothing is given up beyond what is saved: another
 * plan might still save more.
 */
export interface Certificate {
  /** What no way to trade this input through these pools can exceed, gas aside. */
  upperBound: bigint
  /** What the plan stays below the bound, beyond what rounding and saved gas explain; basis points of the bound, not negative. */
  gapBps: number
  /** What whole base units cost: the continuous output of the same split less the real one. Basis points of the bound. */
  roundingBps: number
}

export interface Claim {
  /** The bound in doubles, from weak duality. */
  bound: number
  expectedOut: bigint
  /** Output of the same whole amounts if pools did not round. */
  continuousOut: number
  /** Most that the pools' rounding can be. */
  largestRounding: number
  /** What the plan saves in gas against the split with the most output. */
  gasSaved: number
}

/** States the gap of a plan. Rounding explains no more than the pools' own arithmetic can round. */
export function certify({ bound, expectedOut, continuousOut, largestRounding, gasSaved }: Claim): Certificate {
  const safe = bound * (1 + boundTolerance)
  const ceiling = BigInt(Math.ceil(safe))
  const upperBound = ceiling > expectedOut ? ceiling : expectedOut
  const whole = Number(upperBound)
  const missing = Number(upperBound - expectedOut)
  const rounding = Math.min(Math.max(missing - Math.max(safe - continuousOut, 0), 0), largestRounding)
  const gap = Math.max(missing - rounding - Math.max(gasSaved, 0), 0)
  return { upperBound, gapBps: (gap / whole) * 10_000, roundingBps: (rounding / whole) * 10_000 }
}

/**
 * Most that whole base units can take from a leg's output, base units of its bought token: each step rounds the output down,
 * input and fee up, each by less than one unit, and a √price stands on a grain of 2^-96.
 */
export function largestRoundingOf({ venue: { pool, sell, curve }, quote: { steps } }: PricedLeg): number {
  const firstPrice = priceAt(curve.firstU)
  const units = steps * (1 + 2 * firstPrice)
  if (pool.venue === 'UniswapV2' || pool.venue === 'StableSwap') return units
  // One grain of √price is worth L·2^-96 of token1, or L·2^-96 / price of token0.
  const liquidity = Math.max(Number(pool.liquidity), curve.amountIn)
  const rootPrice = Number(pool.sqrtPriceX96) / q96
  const sellsToken0 = BigInt(sell) === BigInt(pool.token0)
  return units + (liquidity / q96) * (sellsToken0 ? 1 : 1 / (rootPrice * rootPrice))
}
