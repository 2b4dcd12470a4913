/** One pool the world gets; tokens by symbol, either order. */
export interface PoolPlan {
  tokens: readonly [string, string]
  venue: 'UniswapV2' | 'UniswapV3'
  feePips: number
  /** What one side of the pool is worth within ±1 % of the price, in USD. */
  depthUsd: number
}

/** Prices the world starts at, USD. */
export const startingPrices: Readonly<Record<string, number>> = {
  WETH: 3000,
  WBTC: 90_000,
  USDC: 1,
  USDT: 1,
  DAI: 1,
}

/** Depths are of the order of the same pools on Ethereum in January 2026. */
export const poolPlans: readonly PoolPlan[] = [
  { tokens: ['USDC', 'WETH'], venue: 'UniswapV3', feePips: 500, depthUsd: 760_000 },
  { tokens: ['USDC', 'WETH'], venue: 'UniswapV3', feePips: 3000, depthUsd: 310_000 },
  { tokens: ['USDC', 'WETH'], venue: 'UniswapV3', feePips: 10_000, depthUsd: 40_000 },
  { tokens: ['USDC', 'WETH'], venue: 'UniswapV2', feePips: 3000, depthUsd: 60_000 },
  { tokens: ['USDC', 'WETH'], venue: 'UniswapV3', feePips: 100, depthUsd: 60_000 },
  { tokens: ['USDT', 'WETH'], venue: 'UniswapV3', feePips: 500, depthUsd: 500_000 },
  { tokens: ['USDT', 'WETH'], venue: 'UniswapV3', feePips: 3000, depthUsd: 1_300_000 },
  { tokens: ['USDT', 'WETH'], venue: 'UniswapV2', feePips: 3000, depthUsd: 80_000 },
  { tokens: ['WBTC', 'WETH'], venue: 'UniswapV3', feePips: 500, depthUsd: 900_000 },
  { tokens: ['WBTC', 'WETH'], venue: 'UniswapV3', feePips: 3000, depthUsd: 1_200_000 },
  { tokens: ['WBTC', 'WETH'], venue: 'UniswapV2', feePips: 3000, depthUsd: 25_000 },
  { tokens: ['WBTC', 'USDC'], venue: 'UniswapV3', feePips: 500, depthUsd: 200_000 },
  { tokens: ['WBTC', 'USDC'], venue: 'UniswapV3', feePips: 3000, depthUsd: 340_000 },
  { tokens: ['WBTC', 'USDC'], venue: 'UniswapV2', feePips: 3000, depthUsd: 8000 },
  { tokens: ['DAI', 'WETH'], venue: 'UniswapV3', feePips: 500, depthUsd: 60_000 },
  { tokens: ['DAI', 'WETH'], venue: 'UniswapV3', feePips: 3000, depthUsd: 150_000 },
  { tokens: ['DAI', 'WETH'], venue: 'UniswapV2', feePips: 3000, depthUsd: 40_000 },
  { tokens: ['USDC', 'USDT'], venue: 'UniswapV3', feePips: 100, depthUsd: 9_000_000 },
  { tokens: ['DAI', 'USDC'], venue: 'UniswapV3', feePips: 100, depthUsd: 5_000_000 },
]
