/** Largest value a Solidity uint256 holds. */
export const maximumUint256 = 2n ** 256n - 1n
/** Ratios in basis points are parts of this. */
export const basisPointsOfOne = 10_000n
/** Fees in pips (hundredths of a basis point) are parts of this. */
export const pipsOfOne = 1_000_000n
/** One US dollar, with 18 decimals. */
export const oneUsd = 10n ** 18n
/** Scale of a mandate's worst price: base units of `buy` per base unit of `sell`, times this. */
export const worstPriceScale = 10n ** 36n

/** Base units in one whole token. */
export function oneToken(decimals: number): bigint {
  return 10n ** BigInt(decimals)
}

/** ⌊a·b / divisor⌋ for non-negative values. */
export function multiplyDivide(a: bigint, b: bigint, divisor: bigint): bigint {
  return (a * b) / divisor
}

/** ⌈a·b / divisor⌉ for non-negative values. */
export function multiplyDivideRoundingUp(a: bigint, b: bigint, divisor: bigint): bigint {
  return divideRoundingUp(a * b, divisor)
}

/** ⌈value / divisor⌉ for non-negative values. */
export function divideRoundingUp(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor
  return quotient * divisor === value ? quotient : quotient + 1n
}

/** The smallest of the values. */
export function minimum(first: bigint, ...rest: bigint[]): bigint {
  let smallest = first
  for (const value of rest) if (value < smallest) smallest = value
  return smallest
}

/** The largest of the values. */
export function maximum(first: bigint, ...rest: bigint[]): bigint {
  let largest = first
  for (const value of rest) if (value > largest) largest = value
  return largest
}
