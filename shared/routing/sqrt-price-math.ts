import { divideRoundingUp, multiplyDivideRoundingUp } from '../chain/units.ts'

// SqrtPriceMath of the v3 and v4 cores, bit for bit (Uniswap v3 whitepaper, section 6.2). √prices are Q64.96, liquidity is uint128.

const resolution = 96n
const q96 = 1n << resolution

/** Amount of token0 between two √prices at constant liquidity, base units. */
export function amount0Between(sqrtA: bigint, sqrtB: bigint, liquidity: bigint, roundUp: boolean): bigint {
  const [lower, upper] = sqrtA < sqrtB ? [sqrtA, sqrtB] : [sqrtB, sqrtA]
  const numerator = (liquidity << resolution) * (upper - lower)
  return roundUp ? divideRoundingUp(divideRoundingUp(numerator, upper), lower) : numerator / upper / lower
}

/** Amount of token1 between two √prices at constant liquidity, base units. */
export function amount1Between(sqrtA: bigint, sqrtB: bigint, liquidity: bigint, roundUp: boolean): bigint {
  const distance = sqrtA < sqrtB ? sqrtB - sqrtA : sqrtA - sqrtB
  return roundUp ? multiplyDivideRoundingUp(liquidity, distance, q96) : (liquidity * distance) >> resolution
}

/** √price after `amountIn` (fee taken off) of the sold token went in; rounded so that the pool never gives too much. */
export function sqrtPriceAfterInput(
  sqrtPrice: bigint,
  liquidity: bigint,
  amountIn: bigint,
  zeroForOne: boolean,
): bigint {
  return zeroForOne
    ? sqrtPriceAfterAmount0(sqrtPrice, liquidity, amountIn)
    : sqrtPrice + (amountIn << resolution) / liquidity
}

/** √price after `amountOut` of the bought token went out; rounded so that the price moves far enough for it. */
export function sqrtPriceAfterOutput(
  sqrtPrice: bigint,
  liquidity: bigint,
  amountOut: bigint,
  zeroForOne: boolean,
): bigint {
  if (zeroForOne) return sqrtPrice - divideRoundingUp(amountOut << resolution, liquidity)
  const numerator = liquidity << resolution
  return multiplyDivideRoundingUp(numerator, sqrtPrice, numerator - amountOut * sqrtPrice)
}

function sqrtPriceAfterAmount0(sqrtPrice: bigint, liquidity: bigint, amount: bigint): bigint {
  if (amount === 0n) return sqrtPrice
  const numerator = liquidity << resolution
  const product = amount * sqrtPrice
  const denominator = numerator + product
  // Where amount · √price or the sum overflows 256 bits the chain takes the less exact form.
  const overflows = product >> 256n !== 0n || denominator >> 256n !== 0n
  return overflows
    ? divideRoundingUp(numerator, numerator / sqrtPrice + amount)
    : multiplyDivideRoundingUp(numerator, sqrtPrice, denominator)
}
