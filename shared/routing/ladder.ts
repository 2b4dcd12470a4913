import { pipsOfOne } from '../chain/units.ts'
import type { ConcentratedPool, InitialisedTick } from '../schema/pool.ts'
import { swapFeePips } from './pool-fee.ts'
import { type Step, type Stretch, stepOfInput, stepOfOutput, stepTo } from './swap-math.ts'
import { firstAbove } from './tick-list.ts'
import {
  maximumSqrtPrice,
  maximumTick,
  minimumSqrtPrice,
  minimumTick,
  sqrtPriceAtTick,
  tickAtSqrtPrice,
} from './tick-math.ts'

/** What a swap does to a concentrated pool. Amounts in base units. */
export interface ConcentratedSwap {
  amountIn: bigint
  amountOut: bigint
  /** The pool's state afterwards. */
  sqrtPriceX96: bigint
  tick: number
  liquidity: bigint
  /** The price limit or the end of the known ticks came before the amount was used up. */
  exhausted: boolean
  /** Initialised ticks crossed. */
  crossings: number
  /** Times the pool rounds on the way: stretches between the stops of its walk. */
  steps: number
}

/** A stop of the walk, with all that it takes to get there from the pool's present price. */
interface Rung {
  tick: number
  sqrtPriceX96: bigint
  /** No stop of the chain's: only where what is known ends. */
  isEdge: boolean
  /** Active on the way to this stop. */
  liquidityBefore: bigint
  /** Active beyond it. */
  liquidityAfter: bigint
  /** Sums from the present price to here; the input includes the fee. */
  amountIn: bigint
  amountOut: bigint
  crossings: number
  steps: number
}

interface Stop {
  tick: number
  initialised: InitialisedTick | null
  isEdge: boolean
}

/** Which of the two amounts a swap is given. */
interface Side {
  amountOf: (sums: { amountIn: bigint; amountOut: bigint }) => bigint
  /** Part of a stretch, for that amount. */
  partOf: (stretch: Stretch, amount: bigint) => Step
}
const input: Side = { amountOf: ({ amountIn }) => amountIn, partOf: stepOfInput }
const output: Side = { amountOf: ({ amountOut }) => amountOut, partOf: stepOfOutput }

/** Lowest and highest price limit that pools accept. */
export const lowestLimit = minimumSqrtPrice + 1n
export const highestLimit = maximumSqrtPrice - 1n

/**
 * A v3 or v4 pool's walk in one direction, byte-identical with its own `swap`: it stops where the chain's does, at
 * initialised ticks and at the ends of tick-bitmap words, since each stop rounds. What lies between two stops does not depend
 * on the size of the trade, so the sums are kept and every further quote costs one search and one step.
 *
 * Ticks are known only within [tickLower, tickUpper]. Where that window ends before the price range does, a swap that would
 * leave it is `exhausted`, and its input is one unit short of the window's end, so that the price stays inside.
 *
 * Where provider and protocol together take the whole input (v4 allows it), the chain would keep an input and give nothing:
 * such a pool is `exhausted` from the start and takes nothing.
 */
export class Ladder {
  readonly #pool: ConcentratedPool
  readonly #zeroForOne: boolean
  readonly #feePips: bigint
  readonly #rungs: Rung[] = []
  /** Index into the pool's ticks of the next initialised one on the way. */
  #nextTick: number
  #complete = false

  constructor(pool: ConcentratedPool, zeroForOne: boolean) {
    this.#pool = pool
    this.#zeroForOne = zeroForOne
    this.#feePips = BigInt(swapFeePips(pool, zeroForOne))
    const above = firstAbove(pool.ticks, pool.tick)
    this.#nextTick = zeroForOne ? above - 1 : above
  }

  /** Swap of an exact input, as far as the price limit; base units. Nothing happens for 0. */
  exactInput(amountIn: bigint, limit = this.#defaultLimit()): ConcentratedSwap {
    return this.#swap(input, amountIn, limit)
  }

  /** Swap for an exact output, as far as the price limit; base units. Nothing happens for 0. */
  exactOutput(amountOut: bigint, limit = this.#defaultLimit()): ConcentratedSwap {
    return this.#swap(output, amountOut, limit)
  }

  /** Largest input after which at most `crossings` initialised ticks have been crossed; null where the known ticks end first. */
  inputWithin(crossings: number): bigint | null {
    for (let index = 0; ; index++) {
      const rung = this.#rung(index)
      if (rung === null) return null
      // A swap that just reaches a tick crosses it.
      if (rung.crossings > crossings) return rung.amountIn > 0n ? rung.amountIn - 1n : 0n
    }
  }

  #swap(side: Side, amount: bigint, limit: bigint): ConcentratedSwap {
    if (amount <= 0n || this.#isBeyond(this.#pool.sqrtPriceX96, limit)) return this.#standing(amount > 0n)
    const index = this.#firstRungWith(side, amount, limit)
    const rung = this.#rung(index)
    if (rung === null) return this.#atWindowEnd()
    const sum = side.amountOf(rung)
    const limited = this.#isBeyond(rung.sqrtPriceX96, limit) && rung.sqrtPriceX96 !== limit
    if (rung.isEdge && !limited && sum <= amount) return this.#atWindowEnd()
    const before = index === 0 ? null : this.#rung(index - 1)
    if (!limited && sum <= amount) return { ...stateAt(rung, this.#zeroForOne), exhausted: sum < amount }

    const stretch = this.#stretchAfter(before, rung.liquidityBefore)
    const rest = amount - (before === null ? 0n : side.amountOf(before))
    const toLimit = limited ? stepTo(stretch, limit) : null
    if (toLimit !== null && side.amountOf(toLimit) <= rest) {
      return this.#within(before, rung, stretch, toLimit, side.amountOf(toLimit) < rest)
    }
    return this.#within(before, rung, stretch, side.partOf(stretch, rest), false)
  }

  /** The first stop at which the amount is used up or the limit reached; past the last one where the ticks end first. */
  #firstRungWith({ amountOf }: Side, amount: bigint, limit: bigint): number {
    const ends = (rung: Rung) => amountOf(rung) >= amount || this.#isBeyond(rung.sqrtPriceX96, limit)
    const known = this.#rungs
    let last = known.at(-1)
    while (last === undefined || !ends(last)) {
      if (!this.#extend()) return known.length
      last = known.at(-1)
    }
    let low = 0
    let high = known.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      const rung = known[middle]
      if (rung !== undefined && ends(rung)) high = middle
      else low = middle + 1
    }
    return low
  }

  /** A swap that ends between two stops, or by rounding on the second. */
  #within(before: Rung | null, rung: Rung, stretch: Stretch, step: Step, exhausted: boolean): ConcentratedSwap {
    const amountIn = (before?.amountIn ?? 0n) + step.amountIn
    const amountOut = (before?.amountOut ?? 0n) + step.amountOut
    if (step.sqrtPriceX96 === rung.sqrtPriceX96) {
      return { ...stateAt(rung, this.#zeroForOne), amountIn, amountOut, exhausted }
    }
    const moved = step.sqrtPriceX96 !== stretch.sqrtPriceX96
    const standing = before === null ? this.#pool.tick : tickBehind(before, this.#zeroForOne)
    return {
      amountIn,
      amountOut,
      sqrtPriceX96: step.sqrtPriceX96,
      tick: moved ? tickAtSqrtPrice(step.sqrtPriceX96) : standing,
      liquidity: stretch.liquidity,
      exhausted,
      crossings: before?.crossings ?? 0,
      steps: rung.steps,
    }
  }

  #standing(exhausted: boolean): ConcentratedSwap {
    const { sqrtPriceX96, tick, liquidity } = this.#pool
    return { amountIn: 0n, amountOut: 0n, sqrtPriceX96, tick, liquidity, exhausted, crossings: 0, steps: 0 }
  }

  /** All that the known ticks can take but one unit: at the very edge the chain may go on to a stop we do not know of. */
  #atWindowEnd(): ConcentratedSwap {
    const most = this.#rungs.at(-1)?.amountIn ?? 0n
    const inside = most > 1n ? this.exactInput(most - 1n) : this.#standing(true)
    return { ...inside, exhausted: true }
  }

  #stretchAfter(before: Rung | null, liquidity: bigint): Stretch {
    const sqrtPriceX96 = before === null ? this.#pool.sqrtPriceX96 : before.sqrtPriceX96
    return { sqrtPriceX96, liquidity, zeroForOne: this.#zeroForOne, feePips: this.#feePips }
  }

  /** At the price or past it, in the direction of the walk. */
  #isBeyond(sqrtPriceX96: bigint, limit: bigint): boolean {
    return this.#zeroForOne ? sqrtPriceX96 <= limit : sqrtPriceX96 >= limit
  }

  #defaultLimit(): bigint {
    return this.#zeroForOne ? lowestLimit : highestLimit
  }

  #rung(index: number): Rung | null {
    while (this.#rungs.length <= index) if (!this.#extend()) return null
    return this.#rungs[index] ?? null
  }

  #extend(): boolean {
    if (this.#complete || this.#feePips >= pipsOfOne) return false
    const before = this.#rungs.at(-1)
    const stop = this.#stopAfter(before === undefined ? this.#pool.tick : tickBehind(before, this.#zeroForOne))
    if (stop === null) {
      this.#complete = true
      return false
    }
    const liquidityBefore = before?.liquidityAfter ?? this.#pool.liquidity
    const sqrtPriceX96 = sqrtPriceAtTick(stop.tick)
    const step = stepTo(this.#stretchAfter(before ?? null, liquidityBefore), sqrtPriceX96)
    const change = stop.initialised?.liquidityNet ?? 0n
    this.#rungs.push({
      tick: stop.tick,
      sqrtPriceX96,
      isEdge: stop.isEdge,
      liquidityBefore,
      liquidityAfter: liquidityBefore + (this.#zeroForOne ? -change : change),
      amountIn: (before?.amountIn ?? 0n) + step.amountIn,
      amountOut: (before?.amountOut ?? 0n) + step.amountOut,
      crossings: (before?.crossings ?? 0) + (stop.initialised === null ? 0 : 1),
      steps: (before?.steps ?? 0) + (liquidityBefore === 0n ? 0 : 1),
    })
    return true
  }

  #stopAfter(tick: number): Stop | null {
    return this.#zeroForOne ? this.#stopBelow(tick) : this.#stopAbove(tick)
  }

  #stopBelow(tick: number): Stop | null {
    const { ticks, tickSpacing, tickLower } = this.#pool
    if (tick < Math.max(tickLower, minimumTick)) return null
    const wordEnd = Math.floor(Math.floor(tick / tickSpacing) / 256) * 256 * tickSpacing
    const next = ticks[this.#nextTick]
    if (next !== undefined && next.index >= Math.max(wordEnd, tickLower)) {
      this.#nextTick -= 1
      return { tick: next.index, initialised: next, isEdge: false }
    }
    const stop = Math.max(wordEnd, minimumTick)
    return { tick: Math.max(stop, tickLower), initialised: null, isEdge: tickLower > stop }
  }

  #stopAbove(tick: number): Stop | null {
    const { ticks, tickSpacing, tickUpper } = this.#pool
    if (tick >= Math.min(tickUpper, maximumTick)) return null
    const word = Math.floor((Math.floor(tick / tickSpacing) + 1) / 256)
    const wordEnd = (word * 256 + 255) * tickSpacing
    const next = ticks[this.#nextTick]
    if (next !== undefined && next.index <= Math.min(wordEnd, tickUpper)) {
      this.#nextTick += 1
      return { tick: next.index, initialised: next, isEdge: false }
    }
    const stop = Math.min(wordEnd, maximumTick)
    return { tick: Math.min(stop, tickUpper), initialised: null, isEdge: tickUpper < stop }
  }
}

function stateAt(rung: Rung, zeroForOne: boolean): Omit<ConcentratedSwap, 'exhausted'> {
  const { amountIn, amountOut, sqrtPriceX96, liquidityAfter: liquidity, crossings, steps } = rung
  return { amountIn, amountOut, sqrtPriceX96, tick: tickBehind(rung, zeroForOne), liquidity, crossings, steps }
}

/** The pool's tick once the price stands at a stop: going down, the stop already counts as left behind. */
function tickBehind({ tick }: Rung, zeroForOne: boolean): number {
  return zeroForOne ? tick - 1 : tick
}
