import type { Address } from 'viem'
import type { ConcentratedPool, Pool, StablePool, V2Pool } from '../schema/pool.ts'
import { Ladder } from './ladder.ts'
import { quoteStableExactOutput, swapStable } from './stable-swap.ts'
import { inputOfPair, outputOfPair, roomOf } from './v2.ts'

/** What a pool does with an amount, to the unit. */
export interface Quote {
  /** Input the pool takes, base units; less than asked where its known liquidity ends. */
  amountIn: bigint
  /** Output for `amountIn`, base units. */
  amountOut: bigint
  /** The known liquidity ended before the amount did. */
  exhausted: boolean
  /** Initialised ticks crossed; 0 for pools without ticks. */
  crossings: number
  /** Times the pool rounds on the way. */
  steps: number
}

const nothing: Quote = { amountIn: 0n, amountOut: 0n, exhausted: true, crossings: 0, steps: 0 }

/** Which way a pool trades when `sell` is given to it: true sells token0. Null where the pool has other tokens. */
export function directionOf(pool: Pool, sell: Address, buy: Address): boolean | null {
  const [token0, token1] = [BigInt(pool.token0), BigInt(pool.token1)]
  if (BigInt(sell) === token0 && BigInt(buy) === token1) return true
  if (BigInt(sell) === token1 && BigInt(buy) === token0) return false
  return null
}

/** One direction of one pool, priced to the unit; what it works out about the pool it keeps. */
export interface ExactQuotes {
  /** The output for an exact input, byte-identical with the chain. */
  ofInput(amountIn: bigint): Quote
  /** The smallest input known to give at least this output; null where the pool cannot give it. */
  ofOutput(amountOut: bigint): Quote | null
  /** Largest input that crosses at most so many initialised ticks; null where no input crosses more. */
  inputWithin(crossings: number): bigint | null
}

/** Exact quotes of a pool that sells token0 (`zeroForOne`) or token1. */
export function exactQuotes(pool: Pool, zeroForOne: boolean): ExactQuotes {
  return pool.venue === 'UniswapV2' ? pairQuotes(pool, zeroForOne) : concentratedQuotes(pool, zeroForOne)
}

/** The output of one pool for an exact input, byte-identical with the chain. */
export function quotePool(pool: Pool, zeroForOne: boolean, amountIn: bigint): Quote {
  return exactQuotes(pool, zeroForOne).ofInput(amountIn)
}

function pairQuotes(pool: V2Pool, zeroForOne: boolean): ExactQuotes {
  const room = roomOf(pool, zeroForOne)
  const ofInput = (amountIn: bigint): Quote => {
    if (room <= 0n) return nothing
    const taken = amountIn > room ? room : amountIn
    const amountOut = outputOfPair(pool, zeroForOne, taken)
    return { amountIn: taken, amountOut, exhausted: taken < amountIn, crossings: 0, steps: 1 }
  }
  return {
    ofInput,
    ofOutput: (amountOut) => {
      const amountIn = inputOfPair(pool, zeroForOne, amountOut)
      return amountIn === null ? null : ofInput(amountIn)
    },
    inputWithin: () => null,
  }
}

function concentratedQuotes(pool: ConcentratedPool, zeroForOne: boolean): ExactQuotes {
  const ladder = new Ladder(pool, zeroForOne)
  return {
    ofInput: (amountIn) => ladder.exactInput(amountIn),
    ofOutput: (amountOut) => {
      const { amountIn, exhausted } = ladder.exactOutput(amountOut)
      // Given as an exact input, the same amount may come out a unit better, never worse.
      return exhausted ? null : ladder.exactInput(amountIn)
    },
    inputWithin: (crossings) => ladder.inputWithin(crossings),
  }
}

/** Exact quotes of a StableSwap pool for two of its tokens, by their positions. It rounds to its own unit and to the token's. */
export function stableQuotes(pool: StablePool, sold: number, bought: number): ExactQuotes {
  const ofInput = (amountIn: bigint): Quote => {
    const swap = swapStable(pool, sold, bought, amountIn)
    return swap === null ? nothing : { amountIn, amountOut: swap.amountOut, exhausted: false, crossings: 0, steps: 2 }
  }
  return {
    ofInput,
    ofOutput: (amountOut) => {
      const smallest = quoteStableExactOutput(pool, sold, bought, amountOut)
      return smallest === null ? null : ofInput(smallest.amountIn)
    },
    inputWithin: () => null,
  }
}
