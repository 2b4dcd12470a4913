import { pipsOfOne } from '../chain/units.ts'
import type { V2Pool } from '../schema/snapshot.ts'
import type { Quote } from './pool-quote.ts'

/**
 * Output of a constant-product pair for an exact input: the v2 formula with the fee in pips, rounded down as on chain
 * (997/1000 and 997,000/1,000,000 give the same integer). A pair without reserves takes nothing.
 */
export function quoteV2(pool: V2Pool, zeroForOne: boolean, amountIn: bigint): Quote {
  const [reserveIn, reserveOut] = reservesOf(pool, zeroForOne)
  if (reserveIn === 0n || reserveOut === 0n) return { amountIn: 0n, amountOut: 0n, exhausted: true, steps: 0 }
  // The pair keeps its reserves in 112 bits and reverts beyond.
  const room = maximumReserve - reserveIn
  const taken = amountIn > room ? room : amountIn
  const afterFee = taken * (pipsOfOne - BigInt(pool.feePips))
  const amountOut = (afterFee * reserveOut) / (reserveIn * pipsOfOne + afterFee)
  return { amountIn: taken, amountOut, exhausted: taken < amountIn, steps: 1 }
}

const maximumReserve = 2n ** 112n - 1n

/** Reserves of the sold and of the bought token, base units. */
export function reservesOf(pool: V2Pool, zeroForOne: boolean): [reserveIn: bigint, reserveOut: bigint] {
  return zeroForOne ? [pool.reserve0, pool.reserve1] : [pool.reserve1, pool.reserve0]
}
