import { multiplyDivideRoundingUp, pipsOfOne } from '../chain/units.ts'
import { amount0Between, amount1Between, sqrtPriceAfterInput, sqrtPriceAfterOutput } from './sqrt-price-math.ts'

// SwapMath of the v3 and v4 cores, bit for bit. √prices are Q64.96; `feePips` is in hundredths of a basis point.

/** A stretch of constant liquidity, from one √price towards another. */
export interface Stretch {
  sqrtPriceX96: bigint
  liquidity: bigint
  zeroForOne: boolean
  feePips: bigint
}

/** What a stretch takes, fee included, and gives; base units. */
export interface Step {
  sqrtPriceX96: bigint
  amountIn: bigint
  amountOut: bigint
}

/** The whole way to `target`: the same for an exact input and an exact output. */
export function stepTo({ sqrtPriceX96, liquidity, zeroForOne, feePips }: Stretch, target: bigint): Step {
  if (liquidity === 0n || sqrtPriceX96 === target) return { sqrtPriceX96: target, amountIn: 0n, amountOut: 0n }
  const amountIn = inputBetween(sqrtPriceX96, target, liquidity, zeroForOne)
  return {
    sqrtPriceX96: target,
    amountIn: withFee(amountIn, feePips),
    amountOut: outputBetween(sqrtPriceX96, target, liquidity, zeroForOne),
  }
}

/** An input, fee included, that does not reach the stretch's end. What does not move the price is fee. */
export function stepOfInput({ sqrtPriceX96, liquidity, zeroForOne, feePips }: Stretch, amountIn: bigint): Step {
  const afterFee = (amountIn * (pipsOfOne - feePips)) / pipsOfOne
  const next = sqrtPriceAfterInput(sqrtPriceX96, liquidity, afterFee, zeroForOne)
  return { sqrtPriceX96: next, amountIn, amountOut: outputBetween(sqrtPriceX96, next, liquidity, zeroForOne) }
}

/** An output that does not take the whole stretch; rounding may still bring the price to its end. */
export function stepOfOutput({ sqrtPriceX96, liquidity, zeroForOne, feePips }: Stretch, amountOut: bigint): Step {
  const next = sqrtPriceAfterOutput(sqrtPriceX96, liquidity, amountOut, zeroForOne)
  const amountIn = inputBetween(sqrtPriceX96, next, liquidity, zeroForOne)
  return { sqrtPriceX96: next, amountIn: withFee(amountIn, feePips), amountOut }
}

/** An input that moves the price, and the fee that has to come with it. */
function withFee(amountIn: bigint, feePips: bigint): bigint {
  return amountIn + multiplyDivideRoundingUp(amountIn, feePips, pipsOfOne - feePips)
}

function inputBetween(from: bigint, to: bigint, liquidity: bigint, zeroForOne: boolean): bigint {
  return (zeroForOne ? amount0Between : amount1Between)(from, to, liquidity, true)
}

function outputBetween(from: bigint, to: bigint, liquidity: bigint, zeroForOne: boolean): bigint {
  return (zeroForOne ? amount1Between : amount0Between)(from, to, liquidity, false)
}
