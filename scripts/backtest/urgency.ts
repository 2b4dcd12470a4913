import { Ladder } from '../../shared/routing/ladder.ts'
import { reservesOf } from '../../shared/routing/v2.ts'
import { barSeconds } from '../../shared/schema/bars.ts'
import type { Pool } from '../../shared/schema/pool.ts'
import type { Candle } from './candle-history.ts'

/** Depth is measured by what moves the price so far: about as far as slices do. */
const depthMove = 0.002
/** More than any pool holds. */
const boundless = 2n ** 200n

/** What Almgren and Chriss weigh against each other. */
export interface UrgencyTerms {
  /** Variance of the log price per second. */
  variance: number
  /** USD that would move the price by the whole of it, were the depth at the market everywhere: the inverse of linear impact. */
  depthUsd: number
  /** In which half of a trade's impact is taken back, seconds. */
  refillSeconds: number
  /** λ: USD of expected cost that one USD² of variance is worth. */
  riskAversion: number
  intervalSeconds: number
  slices: number
}

/**
 * κT of Almgren & Chriss, "Optimal execution of portfolio transactions" (2000), section 2.2, without permanent impact: 2·(cosh κτ
 * − 1) = τ²·λσ²/η. A slice of n dollars costs n²/2D on a pool of depth D, so that η = τ/2D; and where arbitrage has taken back
 * only the share 1 − ρ of what the slice before it moved, (1 + ρ)/(1 − ρ) times as much.
 */
export function urgencyOf(terms: UrgencyTerms): number {
  const { variance, depthUsd, refillSeconds, riskAversion, intervalSeconds: interval, slices } = terms
  const kept = 2 ** (-interval / refillSeconds)
  const impact = ((interval / (2 * depthUsd)) * (1 + kept)) / (1 - kept)
  const squared = (riskAversion * variance) / impact
  return Math.acosh(1 + (squared * interval * interval) / 2) * slices
}

/** Mean squared five-minute return, per second; over gaps no return is counted. */
export function varianceOf(candles: readonly Candle[]): number {
  let [sum, count] = [0, 0]
  for (const [index, candle] of candles.entries()) {
    const before = candles[index - 1]
    if (before?.openTime !== candle.openTime - barSeconds) continue
    sum += Math.log(candle.close / before.close) ** 2
    count += 1
  }
  return count === 0 ? 0 : sum / count / barSeconds
}

/**
 * Depth of pools, in USD per unit of log price, from what they take until the price has moved a fifth of a per cent.
 *
 * @param zeroForOne which way the order trades
 * @param unitUsd USD of one base unit of the sold token
 */
export function depthOf(pools: readonly Pool[], zeroForOne: boolean, unitUsd: number): number {
  const units = pools.reduce((sum, pool) => sum + unitsToMove(pool, zeroForOne), 0)
  return (units * unitUsd) / depthMove
}

function unitsToMove(pool: Pool, zeroForOne: boolean): number {
  const root = Math.sqrt(1 + depthMove)
  if (pool.venue === 'UniswapV2') return Number(reservesOf(pool, zeroForOne)[0]) * (root - 1)
  const parts = BigInt(Math.round((zeroForOne ? 1 / root : root) * 1e12))
  const limit = (pool.sqrtPriceX96 * parts) / 1_000_000_000_000n
  const { amountIn } = new Ladder(pool, zeroForOne).exactInput(boundless, limit)
  return Number(amountIn) * (1 - pool.feePips / 1e6)
}
