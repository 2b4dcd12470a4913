import type { Pool } from '../schema/pool.ts'
import { depthOf } from './limits.ts'
import { q96 } from './tick-math.ts'
import { venuesOf } from './venue.ts'

/** Price move by which depth is measured, and how many times deeper another pool must be to make a pool dust. */
const impactBps = 200
const timesDeeper = 1000

/**
 * The pools of one pair without those that have next to no depth beside another one: in token0 and in token1, since a pool that
 * stands at an absurd price seems deep in the token that is worthless there.
 */
export function withoutDust(pools: readonly Pool[]): Pool[] {
  const depths = pools.map(depthsOf)
  return pools.filter((_, index) => {
    const [own0, own1] = depths[index] ?? [0, 0]
    if (own0 === 0 && own1 === 0) return false
    return !depths.some(([depth0, depth1]) => depth0 > own0 * timesDeeper && depth1 > own1 * timesDeeper)
  })
}

/** Input of token0 and of token1 that moves the price so far, base units. */
function depthsOf(pool: Pool): [inToken0: number, inToken1: number] {
  const { token0, token1 } = pool
  const [down] = venuesOf([pool], token0, token1)
  const [up] = venuesOf([pool], token1, token0)
  return [down === undefined ? 0 : depthOf(down, impactBps), up === undefined ? 0 : depthOf(up, impactBps)]
}

/** Price of token0 in token1, base units; 0 for an empty pair. */
export function spotPrice(pool: Pool): number {
  if (pool.venue === 'UniswapV2') return pool.reserve0 === 0n ? 0 : Number(pool.reserve1) / Number(pool.reserve0)
  const root = Number(pool.sqrtPriceX96) / q96
  return root * root
}
