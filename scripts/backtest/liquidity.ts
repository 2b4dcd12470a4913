import { sqrtPriceAtTick, tickAtSqrtPrice } from '../../shared/routing/tick-math.ts'
import type { InitialisedTick, Pool, V2Pool, V3Pool } from '../../shared/schema/pool.ts'
import { sqrtPriceX96 } from '../devnet/price.ts'

/** ln 1.0001: a tick is this much log price. */
const logPerTick = 9.999500033330834e-5
const highestTick = 887_272

/** A recorded pool, in the order of the chain's own tokens, from which pools at other prices are made. */
export interface PoolProfile {
  pool: V2Pool | V3Pool
  /** Token1 per token0 in base units where it was recorded. */
  price: number
}

/** How a profile is moved to another price. Prices are token1 per token0 in base units. */
export interface Placement {
  /** Where its liquidity is centred: who provides it follows the market. */
  centre: number
  /** What the pool says; another one than the centre after a trade of ours, or where the market just moved. */
  price: number
  /** By what the liquidity is multiplied, so that it is worth as many dollars as when it was recorded. */
  scale: number
}

/** The scale that keeps a profile's worth in dollars: liquidity counts the geometric mean of both tokens. */
export function scaleAt(profile: PoolProfile, centre: number, quoteIsToken0: boolean): number {
  return Math.sqrt(quoteIsToken0 ? centre / profile.price : profile.price / centre)
}

/** The pool that a profile makes at a price. */
export function poolAt(profile: PoolProfile, placement: Placement): Pool {
  const { pool } = profile
  return pool.venue === 'UniswapV2' ? pairAt(pool, placement) : concentratedAt(pool, profile.price, placement)
}

/** The price that a pool says, token1 per token0 in base units. */
export function priceOf(pool: Pool): number {
  if (pool.venue === 'UniswapV2') return Number(pool.reserve1) / Number(pool.reserve0)
  return (Number(pool.sqrtPriceX96) / 2 ** 96) ** 2
}

function pairAt(pool: V2Pool, { price, scale }: Placement): V2Pool {
  const liquidity = Math.sqrt(Number(pool.reserve0) * Number(pool.reserve1)) * scale
  const root = Math.sqrt(price)
  return { ...pool, reserve0: BigInt(Math.round(liquidity / root)), reserve1: BigInt(Math.round(liquidity * root)) }
}

function concentratedAt(pool: V3Pool, recorded: number, { centre, price, scale }: Placement): V3Pool {
  const spacings = Math.round(Math.log(centre / recorded) / logPerTick / pool.tickSpacing)
  const ticks = movedTicks(pool, spacings * pool.tickSpacing, scale)
  const root = sqrtPriceX96(price)
  const tick = tickAtSqrtPrice(root)
  const liquidity = ticks.reduce((sum, { index, liquidityNet }) => (index <= tick ? sum + liquidityNet : sum), 0n)
  return { ...pool, sqrtPriceX96: root, tick, liquidity, ticks }
}

interface Moved {
  shift: number
  scale: number
  ticks: InitialisedTick[]
}
/** Ticks move once in many blocks, so the last move of each pool is remembered. */
const lastMoves = new WeakMap<V3Pool, Moved>()

function movedTicks(pool: V3Pool, shift: number, scale: number): InitialisedTick[] {
  const last = lastMoves.get(pool)
  if (last !== undefined && last.shift === shift && last.scale === scale) return last.ticks
  const edge = Math.floor(highestTick / pool.tickSpacing) * pool.tickSpacing
  const parts = BigInt(Math.round(scale * 1e12))
  const moved = new Map<number, bigint>()
  let [before, scaledBefore] = [0n, 0n]
  for (const { index, liquidityNet } of pool.ticks) {
    // What is active is scaled, not what each tick adds: so it comes back to exactly nothing at the end.
    const after = before + liquidityNet
    const scaledAfter = (after * parts) / 1_000_000_000_000n
    const at = Math.max(-edge, Math.min(edge, index + shift))
    moved.set(at, (moved.get(at) ?? 0n) + scaledAfter - scaledBefore)
    before = after
    scaledBefore = scaledAfter
  }
  const ticks = [...moved].map(([index, liquidityNet]) => ({ index, liquidityNet }))
  lastMoves.set(pool, { shift, scale, ticks: ticks.filter(({ liquidityNet }) => liquidityNet !== 0n) })
  return lastMoves.get(pool)?.ticks ?? []
}

/**
 * The same pool with its tokens the other way round, as a chain with other addresses has it. Exact but for the price, which
 * goes to the tick it stood at.
 */
export function mirrored(pool: V2Pool | V3Pool): V2Pool | V3Pool {
  const turned = { token0: pool.token1, token1: pool.token0 }
  if (pool.venue === 'UniswapV2') return { ...pool, ...turned, reserve0: pool.reserve1, reserve1: pool.reserve0 }
  const ticks = pool.ticks.map(({ index, liquidityNet }) => ({ index: -index, liquidityNet: -liquidityNet })).reverse()
  const tick = -pool.tick - 1
  const known = { tickLower: -pool.tickUpper, tickUpper: -pool.tickLower }
  return { ...pool, ...turned, ...known, tick, sqrtPriceX96: sqrtPriceAtTick(tick), ticks }
}
