import type { Pool } from '../schema/pool.ts'
import { depthOf } from './limits.ts'
import { q96 } from './tick-math.ts'
import { venuesOf } from './venue.ts'

/** Price move by which depth is measured, and the share of the deepest pool's depth below which a pool is dust. */
const impactBps = 200
const leastShareBps = 10

/** The pools of one pair without those that have next to no depth beside the deepest, whichever way they are traded. */
export function withoutDust(pools: readonly Pool[]): Pool[] {
  const depths = pools.map(depthInToken0)
  const deepest = Math.max(0, ...depths)
  return pools.filter(
    (_, index) => (depths[index] ?? 0) > 0 && (depths[index] ?? 0) * 10_000 >= deepest * leastShareBps,
  )
}

function depthInToken0(pool: Pool): number {
  const { token0, token1 } = pool
  const [down] = venuesOf([pool], token0, token1)
  const [up] = venuesOf([pool], token1, token0)
  return Math.max(
    down === undefined ? 0 : depthOf(down, impactBps),
    up === undefined ? 0 : depthOf(up, impactBps) / spotPrice(pool),
  )
}

/** Price of token0 in token1, base units; 0 for an empty pair. */
export function spotPrice(pool: Pool): number {
  if (pool.venue === 'UniswapV2') return pool.reserve0 === 0n ? 0 : Number(pool.reserve1) / Number(pool.reserve0)
  const root = Number(pool.sqrtPriceX96) / q96
  return root * root
}
