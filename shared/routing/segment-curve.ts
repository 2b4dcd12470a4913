import { pipsOfOne } from '../chain/units.ts'
import type { ConcentratedPool, Pool, V2Pool } from '../schema/pool.ts'
import { type Curve, priceAt } from './curve.ts'
import { swapFeePips } from './pool-fee.ts'
import { firstAbove } from './tick-list.ts'
import { approximateRootPrice, q96 } from './tick-math.ts'
import { reservesOf, roomOf } from './v2.ts'

// With q = √(price of the bought token in the sold one), a stretch of constant liquidity L takes dx = L·dq/γ and gives
// dy = L·(1/q₀ − 1/q₁), where γ = 1 − fee. The marginal price of the input is γ/q², so at the price 1/u² a pool stands at
// q = u·√γ (Uniswap v3 whitepaper, section 6.2, in one coordinate for both directions).

/** A stretch of constant liquidity, with the sums over all before it. */
interface Segment {
  start: number
  end: number
  liquidity: number
  /** Before the fee. */
  amountInBefore: number
  amountOutBefore: number
  /** Initialised ticks between the present price and this stretch. */
  crossings: number
}

/** Where the next stretch of a pool comes from; null where what is known ends. */
type Source = () => Pick<Segment, 'start' | 'end' | 'liquidity' | 'crossings'> | null

/** Curve of a constant-product or concentrated pool. Stretches are worked out as far as a trade has ever come, and kept. */
export class SegmentCurve implements Curve {
  readonly presentU: number
  readonly firstU: number
  amountIn = 0
  amountOut = 0
  slope = 0
  standsAt = 0
  crossings = 0
  readonly #gamma: number
  readonly #rootGamma: number
  readonly #segments: Segment[] = []
  readonly #source: Source
  #isComplete = false
  /** The stretch in which the cursor stands, or the next one. */
  #at = 0

  constructor(pool: Pool, zeroForOne: boolean) {
    this.#gamma = 1 - swapFeePips(pool, zeroForOne) / Number(pipsOfOne)
    this.#rootGamma = Math.sqrt(this.#gamma)
    this.#source = pool.venue === 'UniswapV2' ? pairSource(pool, zeroForOne, this.#gamma) : tickSource(pool, zeroForOne)
    this.presentU = presentQ(pool, zeroForOne) / this.#rootGamma
    this.firstU = this.#uAt(this.#segment(0)?.start)
  }

  moveTo(u: number): void {
    this.standsAt = u
    const q = u * this.#rootGamma
    let segment = this.#segment(this.#at)
    while (segment !== null && segment.end <= q) segment = this.#segment(++this.#at)
    for (let before = this.#before(); before !== null && before.end > q; before = this.#before()) {
      segment = before
      this.#at -= 1
    }
    if (segment === null) this.#stand(this.#before(), Number.POSITIVE_INFINITY, false)
    else if (q >= segment.start) this.#stand(segment, q, true)
    else this.#stand(this.#before(), Number.POSITIVE_INFINITY, false)
  }

  nextStart(): number {
    return this.#uAt(this.#segment(this.#at)?.start)
  }

  moveToInput(amountIn: number): number {
    const wanted = amountIn * this.#gamma
    let low = 0
    let high = this.#segments.length
    while (this.#inputThrough(high - 1) < wanted && this.#segment(high) !== null) high += 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#inputThrough(middle) < wanted) low = middle + 1
      else high = middle
    }
    const segment = this.#segments[low]
    if (segment === undefined) {
      this.moveTo(this.#lastEnd() / this.#rootGamma)
      return this.standsAt
    }
    const { start, liquidity, amountInBefore, amountOutBefore } = segment
    const inside = wanted - amountInBefore
    const q = start + inside / liquidity
    this.moveTo(q / this.#rootGamma)
    // Small inputs hardly show in q: they are taken as they are, not as its difference.
    this.amountIn = amountIn
    this.amountOut = amountOutBefore + inside / (start * q)
    return this.standsAt
  }

  moveToBest(u: number, limit: number, legCost: number, crossingCost: number): number {
    const lambda = priceAt(u)
    const furthest = u < limit ? u : limit
    this.moveTo(furthest)
    let best = this.#profit(lambda, legCost + crossingCost * this.crossings)
    let stop = furthest
    for (let index = this.#at - 1; index >= 0; index--) {
      const segment = this.#segments[index]
      const after = this.#segments[index + 1]
      if (segment === undefined || after?.crossings === segment.crossings) continue
      const amountIn = this.#inputThrough(index) / this.#gamma
      const amountOut = outputThrough(segment)
      const profit = amountOut - lambda * amountIn - legCost - crossingCost * segment.crossings
      if (profit > best) {
        best = profit
        stop = this.#uBefore(segment.end)
      }
    }
    if (best <= 0) stop = 0
    if (stop !== furthest) this.moveTo(stop)
    return best > 0 ? best : 0
  }

  #profit(lambda: number, cost: number): number {
    return this.amountIn > 0 ? this.amountOut - lambda * this.amountIn - cost : 0
  }

  uBeforeCrossing(crossings: number): number {
    let low = 0
    let high = this.#segments.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#segments[middle]?.crossings ?? crossings) < crossings) low = middle + 1
      else high = middle
    }
    // Past the last stretch that is worked out, the next ones may still lie before that tick.
    let segment = this.#segment(low)
    while (segment !== null && segment.crossings < crossings) segment = this.#segment(++low)
    return segment === null ? Number.POSITIVE_INFINITY : this.#uBefore(this.#segments[low - 1]?.end ?? 0)
  }

  /** u at q, rounded so that the cursor, moved there, stands inside what begins at q. */
  #uAt(q: number | undefined): number {
    if (q === undefined) return Number.POSITIVE_INFINITY
    const u = q / this.#rootGamma
    return u * this.#rootGamma < q ? u * (1 + Number.EPSILON) : u
  }

  /** u just before q, so that the cursor, moved there, has not crossed what lies at q. */
  #uBefore(q: number): number {
    return (q / this.#rootGamma) * (1 - 2 * Number.EPSILON)
  }

  /** Sets the fields to what this stretch and all before it take and give, up to q. */
  #stand(segment: Segment | null, q: number, isInside: boolean): void {
    if (segment === null) {
      this.amountIn = 0
      this.amountOut = 0
      this.slope = 0
      this.crossings = 0
      return
    }
    const { start, end, liquidity } = segment
    const stop = q < end ? q : end
    this.amountIn = (segment.amountInBefore + liquidity * (stop - start)) / this.#gamma
    this.amountOut = segment.amountOutBefore + (liquidity * (stop - start)) / (start * stop)
    this.slope = isInside ? liquidity / this.#rootGamma : 0
    this.crossings = segment.crossings
  }

  #before(): Segment | null {
    return this.#segments[this.#at - 1] ?? null
  }

  #lastEnd(): number {
    return this.#segments.at(-1)?.end ?? Number.POSITIVE_INFINITY
  }

  /** Input, before the fee, to the end of this stretch; 0 before the first. */
  #inputThrough(index: number): number {
    const segment = this.#segments[index]
    return segment === undefined ? 0 : segment.amountInBefore + segment.liquidity * (segment.end - segment.start)
  }

  #segment(index: number): Segment | null {
    while (this.#segments.length <= index && !this.#isComplete) this.#extend()
    return this.#segments[index] ?? null
  }

  #extend(): void {
    const next = this.#source()
    if (next === null) {
      this.#isComplete = true
      return
    }
    const before = this.#segments.at(-1)
    const amountInBefore = this.#inputThrough(this.#segments.length - 1)
    const amountOutBefore = before === undefined ? 0 : outputThrough(before)
    this.#segments.push({ ...next, amountInBefore, amountOutBefore })
  }
}

/** Output to the end of a stretch. */
function outputThrough({ start, end, liquidity, amountOutBefore }: Segment): number {
  return amountOutBefore + (liquidity * (end - start)) / (start * end)
}

/** q at the pool's present price. */
function presentQ(pool: Pool, zeroForOne: boolean): number {
  if (pool.venue === 'UniswapV2') {
    const [reserveIn, reserveOut] = reservesOf(pool, zeroForOne)
    return Math.sqrt(Number(reserveIn) / Number(reserveOut))
  }
  const rootPrice = Number(pool.sqrtPriceX96) / q96
  return zeroForOne ? 1 / rootPrice : rootPrice
}

function pairSource(pool: V2Pool, zeroForOne: boolean, gamma: number): Source {
  const [reserveIn, reserveOut] = reservesOf(pool, zeroForOne).map(Number) as [number, number]
  const start = presentQ(pool, zeroForOne)
  const liquidity = Math.sqrt(reserveIn) * Math.sqrt(reserveOut)
  const room = (Number(roomOf(pool, zeroForOne)) * gamma) / liquidity
  let isDone = room <= 0 || !(liquidity > 0)
  return () => {
    if (isDone) return null
    isDone = true
    return { start, end: start + room, liquidity, crossings: 0 }
  }
}

function tickSource(pool: ConcentratedPool, zeroForOne: boolean): Source {
  const { ticks, tick, tickLower, tickUpper } = pool
  const qAt = (index: number) => approximateRootPrice(zeroForOne ? -index : index)
  const direction = zeroForOne ? -1 : 1
  const above = firstAbove(ticks, tick)
  let position = zeroForOne ? above - 1 : above
  let start = presentQ(pool, zeroForOne)
  let liquidity = pool.liquidity
  let crossings = 0
  let isDone = false
  return () => {
    while (!isDone) {
      const next = ticks[position]
      const isKnown = next !== undefined && (zeroForOne ? next.index >= tickLower : next.index <= tickUpper)
      const segment = {
        start,
        end: qAt(isKnown ? next.index : zeroForOne ? tickLower : tickUpper),
        crossings,
        liquidity,
      }
      if (segment.end > start) start = segment.end
      if (isKnown) {
        liquidity += zeroForOne ? -next.liquidityNet : next.liquidityNet
        crossings += 1
        position += direction
      } else isDone = true
      if (segment.liquidity > 0n && segment.end > segment.start)
        return { ...segment, liquidity: Number(segment.liquidity) }
    }
    return null
  }
}
