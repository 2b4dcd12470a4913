import { pipsOfOne } from '../chain/units.ts'
import type { V2Pool } from '../schema/pool.ts'

/** The pair keeps its reserves in 112 bits and reverts beyond. */
const maximumReserve = 2n ** 112n - 1n

/** Reserves of the sold and of the bought token, base units. */
export function reservesOf(pool: V2Pool, zeroForOne: boolean): [reserveIn: bigint, reserveOut: bigint] {
  return zeroForOne ? [pool.reserve0, pool.reserve1] : [pool.reserve1, pool.reserve0]
}

/** Most that a pair can still take of the sold token, base units; 0 for a pair without reserves. */
export function roomOf(pool: V2Pool, zeroForOne: boolean): bigint {
  const [reserveIn, reserveOut] = reservesOf(pool, zeroForOne)
  return reserveIn === 0n || reserveOut === 0n ? 0n : maximumReserve - reserveIn
}

/**
 * Output of a constant-product pair for an exact input, base units: the v2 formula with the fee in pips, rounded down as on
 * chain (997/1000 and 997,000/1,000,000 give the same integer). The input must be within `roomOf`.
 */
export function outputOfPair(pool: V2Pool, zeroForOne: boolean, amountIn: bigint): bigint {
  const [reserveIn, reserveOut] = reservesOf(pool, zeroForOne)
  const afterFee = amountIn * (pipsOfOne - BigInt(pool.feePips))
  return afterFee === 0n ? 0n : (afterFee * reserveOut) / (reserveIn * pipsOfOne + afterFee)
}

/** Smallest input that gives at least this output, base units (v2-periphery's `getAmountIn`); null where no input does. */
export function inputOfPair(pool: V2Pool, zeroForOne: boolean, amountOut: bigint): bigint | null {
  const [reserveIn, reserveOut] = reservesOf(pool, zeroForOne)
  if (amountOut <= 0n) return 0n
  if (amountOut >= reserveOut || reserveIn === 0n) return null
  const divisor = (reserveOut - amountOut) * (pipsOfOne - BigInt(pool.feePips))
  // Rounded up, the exact bound is already the smallest integer: the output is monotone in the input.
  const amountIn = (reserveIn * amountOut * pipsOfOne + divisor - 1n) / divisor
  return amountIn > roomOf(pool, zeroForOne) ? null : amountIn
}
