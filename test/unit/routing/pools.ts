import type { Address } from 'viem'
import { sqrtPriceAtTick } from '../../../shared/routing/tick-math.ts'
import type { Pool, V2Pool, V3Pool } from '../../../shared/schema/pool.ts'
import type { Random } from '../random.ts'

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

/** USDC (6 decimals) against WETH (18) near 3,000 dollars: token0 is USDC. */
const tickOfEth = 196_250
export function usdcWethPools(random: Random): Pool[] {
  const usdc = BigInt(random.integer(200_000, 5_000_000)) * 10n ** 6n
  const around = (feePips: number, tickSpacing: number, number: number) => {
    const tick = tickOfEth + random.integer(-8, 8)
    const at = Math.floor(tick / tickSpacing) * tickSpacing
    return concentrated(number, {
      feePips,
      tickSpacing,
      tick,
      positions: Array.from({ length: 6 }, () => ({
        lower: at - random.integer(1, 40) * tickSpacing,
        upper: at + random.integer(1, 40) * tickSpacing,
        liquidity: BigInt(random.integer(1, 1000)) * 10n ** 15n,
      })),
    })
  }
  // Price of one base unit of USDC in wei at that tick.
  const weiPerUsdc = BigInt(Math.round(1.0001 ** tickOfEth))
  return [pair(1, usdc, usdc * weiPerUsdc), around(500, 10, 2), around(3000, 60, 3)]
}
