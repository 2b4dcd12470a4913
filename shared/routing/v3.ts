import type { V3Pool } from '../schema/snapshot.ts'
import type { Quote } from './pool-quote.ts'
import { swapStep } from './swap-math.ts'
import { maximumTick, minimumTick, sqrtPriceAtTick } from './tick-math.ts'

/**
 * Output of a v3 pool for an exact input, byte-identical with the pool's own `swap`: the walk stops where the chain's does,
 * at initialised ticks and at the ends of tick-bitmap words, since each stop rounds.
 *
 * Ticks are known only within [tickLower, tickUpper]; the walk never leaves that window. Where the window ends first, the
 * quote is `exhausted`, and its `amountIn` is one unit short of the window's end, so that the price stays inside.
 */
export function quoteV3(pool: V3Pool, zeroForOne: boolean, amountIn: bigint): Quote {
  const walked = walk(pool, zeroForOne, amountIn)
  if (!walked.exhausted) return walked
  // At the very edge the chain may go on to a stop we do not know of; one unit less stays inside.
  const inside = walked.amountIn > 0n ? walk(pool, zeroForOne, walked.amountIn - 1n) : walked
  return { ...inside, exhausted: true }
}

function walk(pool: V3Pool, zeroForOne: boolean, amountIn: bigint): Quote {
  const feePips = BigInt(pool.feePips)
  const stops = new TickStops(pool, zeroForOne)
  let { sqrtPriceX96, liquidity } = pool
  let remaining = amountIn
  let amountOut = 0n
  let steps = 0

  while (remaining > 0n) {
    const stop = stops.next()
    if (stop === null) return { amountIn: amountIn - remaining, amountOut, exhausted: true, steps }
    if (liquidity > 0n) steps += 1
    const step = swapStep(sqrtPriceX96, stop.sqrtPriceX96, liquidity, remaining, feePips)
    remaining -= step.amountIn + step.feeAmount
    amountOut += step.amountOut
    sqrtPriceX96 = step.sqrtPriceX96
    if (sqrtPriceX96 === stop.sqrtPriceX96) liquidity += stop.liquidityChange
  }
  return { amountIn, amountOut, exhausted: false, steps }
}

interface Stop {
  sqrtPriceX96: bigint
  /** Change of the active liquidity on crossing; zero at the end of a bitmap word. */
  liquidityChange: bigint
}

/** The ticks at which a swap stops, one after the other, until the window ends. */
class TickStops {
  readonly #pool: V3Pool
  readonly #zeroForOne: boolean
  #tick: number
  /** Index into the pool's ticks of the next initialised one on the way. */
  #nextIndex: number

  constructor(pool: V3Pool, zeroForOne: boolean) {
    this.#pool = pool
    this.#zeroForOne = zeroForOne
    this.#tick = pool.tick
    const above = pool.ticks.findIndex(({ index }) => index > pool.tick)
    const firstAbove = above === -1 ? pool.ticks.length : above
    this.#nextIndex = zeroForOne ? firstAbove - 1 : firstAbove
  }

  next(): Stop | null {
    return this.#zeroForOne ? this.#nextBelow() : this.#nextAbove()
  }

  #nextBelow(): Stop | null {
    const { ticks, tickSpacing, tickLower } = this.#pool
    if (this.#tick < Math.max(tickLower, minimumTick)) return null
    const word = Math.floor(Math.floor(this.#tick / tickSpacing) / 256)
    const wordEnd = word * 256 * tickSpacing
    const initialised = ticks[this.#nextIndex]
    if (initialised !== undefined && initialised.index >= Math.max(wordEnd, tickLower)) {
      this.#nextIndex -= 1
      this.#tick = initialised.index - 1
      return { sqrtPriceX96: sqrtPriceAtTick(initialised.index), liquidityChange: -initialised.liquidityNet }
    }
    const stop = Math.max(wordEnd, tickLower, minimumTick)
    this.#tick = stop - 1
    return { sqrtPriceX96: sqrtPriceAtTick(stop), liquidityChange: 0n }
  }

  #nextAbove(): Stop | null {
    const { ticks, tickSpacing, tickUpper } = this.#pool
    if (this.#tick >= Math.min(tickUpper, maximumTick)) return null
    const word = Math.floor((Math.floor(this.#tick / tickSpacing) + 1) / 256)
    const wordEnd = (word * 256 + 255) * tickSpacing
    const initialised = ticks[this.#nextIndex]
    if (initialised !== undefined && initialised.index <= Math.min(wordEnd, tickUpper)) {
      this.#nextIndex += 1
      this.#tick = initialised.index
      return { sqrtPriceX96: sqrtPriceAtTick(initialised.index), liquidityChange: initialised.liquidityNet }
    }
    const stop = Math.min(wordEnd, tickUpper, maximumTick)
    this.#tick = stop
    return { sqrtPriceX96: sqrtPriceAtTick(stop), liquidityChange: 0n }
  }
}
