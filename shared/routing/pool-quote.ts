import type { Address } from 'viem'
import type { Pool } from '../schema/snapshot.ts'
import { quoteV2 } from './v2.ts'
import { quoteV3 } from './v3.ts'

/** What a pool does with an input, to the unit. */
export interface Quote {
  /** Input the pool takes, base units; less than asked where its known liquidity ends. */
  amountIn: bigint
  /** Output for `amountIn`, base units. */
  amountOut: bigint
  /** The known liquidity ended before the input did. */
  exhausted: boolean
  /** Times the pool rounds on the way: stretches between the stops of its walk. */
  steps: number
}

/** Which way a pool trades when `sell` is given to it: true sells token0. Null where the pool has other tokens. */
export function directionOf(pool: Pool, sell: Address, buy: Address): boolean | null {
  const [token0, token1] = [BigInt(pool.token0), BigInt(pool.token1)]
  if (BigInt(sell) === token0 && BigInt(buy) === token1) return true
  if (BigInt(sell) === token1 && BigInt(buy) === token0) return false
  return null
}

/** The output of one pool for an exact input, byte-identical with the chain. */
export function quotePool(pool: Pool, zeroForOne: boolean, amountIn: bigint): Quote {
  return pool.venue === 'UniswapV2' ? quoteV2(pool, zeroForOne, amountIn) : quoteV3(pool, zeroForOne, amountIn)
}
