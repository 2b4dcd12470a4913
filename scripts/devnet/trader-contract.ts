import { type Address, encodeFunctionData, type Hex } from 'viem'
import { devnetTraderAbi } from './generated/devnetTrader.ts'
import type { WorldPool } from './world-pools.ts'

// Calldata of contracts/devnet/DevnetTrader.sol.

/** An exact input into one pool, in base units. */
export interface PoolSwap {
  pool: WorldPool
  zeroForOne: boolean
  amountIn: bigint
}

/** Swaps in each pool, all for the same token, of which at least `minimumOutput` must come in all. */
export function swapCall(swaps: readonly PoolSwap[], minimumOutput: bigint): Hex {
  const args = [swaps.map(encoded), minimumOutput] as const
  return encodeFunctionData({ abi: devnetTraderAbi, functionName: 'swap', args })
}

/** Swaps in each pool and remembers what came. */
export function buyCall(swaps: readonly PoolSwap[]): Hex {
  return encodeFunctionData({ abi: devnetTraderAbi, functionName: 'buy', args: [swaps.map(encoded)] })
}

/** Gives each pool back what the last {@link buyCall} got from it. */
export function sellBackCall(sales: readonly { pool: Address; minimumOutput: bigint }[]): Hex {
  return encodeFunctionData({ abi: devnetTraderAbi, functionName: 'sellBack', args: [sales] })
}

function encoded({ pool, zeroForOne, amountIn }: PoolSwap) {
  return { pool: pool.address, constantProduct: pool.venue === 'UniswapV2', zeroForOne, amountIn }
}
