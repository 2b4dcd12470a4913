import { quantileOf } from '../../models/training/regression.ts'
import type { PoolPrices } from './pool-prices.ts'

/** What a quote of one size drifts until a few blocks later, exact arithmetic at both ends. */
export interface SizeDrift {
  /** How far the trade alone moves the price, basis points: its size, whatever the pool's depth. */
  impactBps: number
  /** Of the output against the trade, basis points. */
  quantile90: number
  quantile99: number
}

const impactsBps = [0.1, 1, 10] as const
/** The end of an order's life. */
const latencyBlocks = 4

/** The same input sold into the same pool at each block and again a few blocks later, in the range it is in, by size. */
export function driftBySize({ logSqrtPrices, liquidity }: PoolPrices): SizeDrift[] {
  return impactsBps.map((impactBps) => {
    const drifts: number[] = []
    for (let block = 0; block + latencyBlocks < logSqrtPrices.length; block++) {
      const price = Math.exp(logSqrtPrices[block] ?? 0)
      // The root of the price moves by half of what the price does.
      const input = (liquidity[block] ?? 0) * price * (impactBps / 20_000)
      const quoted = outputOf(input, price, liquidity[block] ?? 0)
      const later = block + latencyBlocks
      const filled = outputOf(input, Math.exp(logSqrtPrices[later] ?? 0), liquidity[later] ?? 0)
      const drift = (1 - filled / quoted) * 10_000
      if (Number.isFinite(drift)) drifts.push(drift)
    }
    return { impactBps, quantile90: quantileOf(drifts, 0.9), quantile99: quantileOf(drifts, 0.99) }
  })
}

/** Token0 for an input of token1, without its fee: L·(1/√P − 1/√P′). */
function outputOf(input: number, sqrtPrice: number, liquidity: number): number {
  return liquidity * (1 / sqrtPrice - 1 / (sqrtPrice + input / liquidity))
}
