import { multiplyDivideRoundingUp, pipsOfOne } from '../chain/units.ts'
import { amount0Between, amount1Between, sqrtPriceAfterInput } from './sqrt-price-math.ts'

/** One step of a v3 swap: at constant liquidity, to the target √price or until the input is used up. */
export interface SwapStep {
  sqrtPriceX96: bigint
  /** Without the fee, base units. */
  amountIn: bigint
  amountOut: bigint
  feeAmount: bigint
}

/**
 * The v3 core's `SwapMath.computeSwapStep` for exact input, bit for bit. √prices as Q64.96, amounts in base units;
 * `remaining` includes the fee, `feePips` is in hundredths of a basis point.
 */
export function swapStep(
  sqrtPrice: bigint,
  sqrtTarget: bigint,
  liquidity: bigint,
  remaining: bigint,
  feePips: bigint,
): SwapStep {
  const zeroForOne = sqrtPrice >= sqrtTarget
  const remainingLessFee = (remaining * (pipsOfOne - feePips)) / pipsOfOne
  const inputTo = zeroForOne ? amount0Between : amount1Between
  const outputTo = zeroForOne ? amount1Between : amount0Between

  const inputToTarget = inputTo(sqrtPrice, sqrtTarget, liquidity, true)
  const next =
    remainingLessFee >= inputToTarget
      ? sqrtTarget
      : sqrtPriceAfterInput(sqrtPrice, liquidity, remainingLessFee, zeroForOne)
  const reached = next === sqrtTarget
  const amountIn = reached ? inputToTarget : inputTo(sqrtPrice, next, liquidity, true)
  const amountOut = outputTo(sqrtPrice, next, liquidity, false)
  // Short of the target, everything that did not move the price is the fee.
  const feeAmount = reached ? multiplyDivideRoundingUp(amountIn, feePips, pipsOfOne - feePips) : remaining - amountIn
  return { sqrtPriceX96: next, amountIn, amountOut, feeAmount }
}
