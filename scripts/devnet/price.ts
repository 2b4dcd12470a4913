/** A token as prices need it. */
export interface PricedToken {
  decimals: number
  /** USD per whole token. */
  usd: number
}

/** Largest relative error of turning a double into a fixed-point root below: one part in 10^15. */
const doubleScale = 2 ** 52

/** Price of token0 in token1, both in base units. */
export function poolPrice(token0: PricedToken, token1: PricedToken): number {
  return (token0.usd / token1.usd) * 10 ** (token1.decimals - token0.decimals)
}

/** √price with 96 fractional bits. */
export function sqrtPriceX96(price: number): bigint {
  const root = Math.sqrt(price)
  const exponent = Math.floor(Math.log2(root))
  const mantissa = BigInt(Math.round((root / 2 ** exponent) * doubleScale))
  const shift = 96 + exponent - 52
  return shift >= 0 ? mantissa << BigInt(shift) : mantissa >> BigInt(-shift)
}

/** The tick at or below a price. */
export function tickAt(price: number): number {
  return Math.floor(Math.log(price) / Math.log(1.0001))
}

/** The liquidity for which one side within ±1 % of the price is worth `depthUsd`. */
export function liquidityForDepth(depthUsd: number, token0: PricedToken, token1: PricedToken): bigint {
  const amount1 = (depthUsd / token1.usd) * 10 ** token1.decimals
  const root = Math.sqrt(poolPrice(token0, token1))
  return BigInt(Math.round(amount1 / (root * (Math.sqrt(1.01) - 1))))
}

/** Whole tokens to base units, to about 15 significant digits. */
export function baseUnits(amount: number, decimals: number): bigint {
  const digits = Math.min(decimals, 6)
  return BigInt(Math.round(amount * 10 ** digits)) * 10n ** BigInt(decimals - digits)
}

/** Where arbitrage leaves a pool alone: within its fee of the reference price, as √price with 96 fractional bits. */
export function feeBand(token0: PricedToken, token1: PricedToken, feePips: number): { low: bigint; high: bigint } {
  const price = poolPrice(token0, token1)
  const kept = 1 - feePips / 1_000_000
  return { low: sqrtPriceX96(price * kept), high: sqrtPriceX96(price / kept) }
}
