import { pipsOfOne } from '../chain/units.ts'
import type { Pool, V3Pool } from '../schema/snapshot.ts'
import { sqrtPriceAtTick } from './tick-math.ts'
import { reservesOf } from './v2.ts'

// A pool as the split sees it, in doubles. With q = √(price of the bought token in the sold one), a stretch of constant
// liquidity L takes dx = L·dq/γ and gives dy = L·(1/q₀ − 1/q₁), where γ = 1 − fee. The marginal price of the input is γ/q²,
// so at the common marginal price λ = 1/u² a pool stops at q = u·√γ: its input is piecewise linear in u.

/** A stretch of constant liquidity; `start` < `end` in q. */
export interface Segment {
  start: number
  end: number
  liquidity: number
}

/** Segments ascending in q, without the empty ones; gaps between them are stretches without liquidity. */
export interface Curve {
  segments: Segment[]
  gamma: number
  rootGamma: number
}

/** What a pool takes and gives up to one marginal price, base units. */
export interface Trade {
  amountIn: number
  amountOut: number
}

/** A v2 pair gives its last units only at absurd prices; a million in q is a price moved by 10^12. */
const constantProductReach = 1_000_000
// Not 2 ** 96: powers of doubles are not the same on every engine.
const q96 = Number(1n << 96n)

/** The pool's curve for selling token0 (`zeroForOne`) or token1. Empty where it has no liquidity that way. */
export function curveOf(pool: Pool, zeroForOne: boolean): Curve {
  const gamma = 1 - pool.feePips / Number(pipsOfOne)
  const segments = pool.venue === 'UniswapV3' ? segmentsOfV3(pool, zeroForOne) : []
  if (pool.venue === 'UniswapV2') {
    const [reserveIn, reserveOut] = reservesOf(pool, zeroForOne).map(Number) as [number, number]
    const start = Math.sqrt(reserveIn / reserveOut)
    const liquidity = Math.sqrt(reserveIn) * Math.sqrt(reserveOut)
    if (liquidity > 0) segments.push({ start, end: start * constantProductReach, liquidity })
  }
  return { segments, gamma, rootGamma: Math.sqrt(gamma) }
}

function segmentsOfV3(pool: V3Pool, zeroForOne: boolean): Segment[] {
  const segments: Segment[] = []
  const qAt = (sqrtPriceX96: bigint) => (zeroForOne ? q96 / Number(sqrtPriceX96) : Number(sqrtPriceX96) / q96)
  const { ticks, tick, tickLower, tickUpper } = pool
  const ahead = zeroForOne
    ? ticks.filter(({ index }) => index <= tick && index >= tickLower).reverse()
    : ticks.filter(({ index }) => index > tick && index <= tickUpper)
  let start = qAt(pool.sqrtPriceX96)
  let liquidity = pool.liquidity
  const extendTo = (tickIndex: number) => {
    const end = qAt(sqrtPriceAtTick(tickIndex))
    if (liquidity > 0n && end > start) segments.push({ start, end, liquidity: Number(liquidity) })
    if (end > start) start = end
  }
  for (const { index, liquidityNet } of ahead) {
    extendTo(index)
    liquidity += zeroForOne ? -liquidityNet : liquidityNet
  }
  extendTo(zeroForOne ? tickLower : tickUpper)
  return segments
}

/** Best marginal price of the pool: output per input for the first unit, base units. Zero where it has no liquidity. */
export function firstMarginalPrice(curve: Curve): number {
  const first = curve.segments[0]
  return first === undefined ? 0 : curve.gamma / (first.start * first.start)
}

/** Input up to the marginal price 1/u². */
export function inputUpTo(curve: Curve, u: number): number {
  const q = u * curve.rootGamma
  let input = 0
  for (const { start, end, liquidity } of curve.segments) {
    if (start >= q) break
    input += liquidity * (Math.min(end, q) - start)
  }
  return input / curve.gamma
}

/** Input and output up to the marginal price 1/u²: together they maximise output − λ·input over this pool. */
export function tradeUpTo(curve: Curve, u: number): Trade {
  const q = u * curve.rootGamma
  let amountIn = 0
  let amountOut = 0
  for (const { start, end, liquidity } of curve.segments) {
    if (start >= q) break
    const stop = Math.min(end, q)
    amountIn += liquidity * (stop - start)
    amountOut += (liquidity * (stop - start)) / (start * stop)
  }
  return { amountIn: amountIn / curve.gamma, amountOut }
}

/** Every u at which the input of some pool changes its slope, ascending. */
export function breakpoints(curves: readonly Curve[]): Float64Array {
  const points: number[] = []
  for (const { segments, rootGamma } of curves) {
    for (const { start, end } of segments) points.push(start / rootGamma, end / rootGamma)
  }
  return Float64Array.from(points).sort()
}
