import type { Address } from 'viem'
import { sqrtPriceAtTick } from '../../../shared/routing/tick-math.ts'
import type { V2Pool, V3Pool } from '../../../shared/schema/snapshot.ts'

export const token0: Address = '0x1000000000000000000000000000000000000001'
export const token1: Address = '0x2000000000000000000000000000000000000002'

function poolAddress(number: number): Address {
  return `0x${number.toString(16).padStart(40, '0')}`
}

export function pair(number: number, reserve0: bigint, reserve1: bigint, feePips = 3000): V2Pool {
  return { venue: 'UniswapV2', pool: poolAddress(number), token0, token1, feePips, reserve0, reserve1 }
}

export interface Position {
  lower: number
  upper: number
  liquidity: bigint
}

/** A v3 pool standing exactly at `tick`, with these positions and everything known about it. */
export function concentrated(
  number: number,
  options: { feePips: number; tickSpacing: number; tick: number; positions: readonly Position[] },
): V3Pool {
  const { feePips, tickSpacing, tick, positions } = options
  const nets = new Map<number, bigint>()
  let liquidity = 0n
  for (const position of positions) {
    nets.set(position.lower, (nets.get(position.lower) ?? 0n) + position.liquidity)
    nets.set(position.upper, (nets.get(position.upper) ?? 0n) - position.liquidity)
    if (position.lower <= tick && tick < position.upper) liquidity += position.liquidity
  }
  return {
    venue: 'UniswapV3',
    pool: poolAddress(number),
    token0,
    token1,
    feePips,
    tickSpacing,
    sqrtPriceX96: sqrtPriceAtTick(tick),
    tick,
    liquidity,
    tickLower: -887_272,
    tickUpper: 887_272,
    ticks: [...nets]
      .filter(([, liquidityNet]) => liquidityNet !== 0n)
      .map(([index, liquidityNet]) => ({ index, liquidityNet }))
      .sort((one, other) => one.index - other.index),
  }
}
