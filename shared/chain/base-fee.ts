// How a base fee moves from block to block: EIP-1559, with Ethereum's elasticity of 2 and denominator of 8.

/** Part of the base fee by which a block of twice the target, or an empty one, moves it. */
const largestPart = 8n
/**
 * The target of an odd gas limit is half a gas low: a block full to the last gas then raises the base fee by a further
 * 1/(8·target) of it, which is at most 1/2^23 where the limit is above two million.
 */
const oddLimitPart = 8_388_608n
/** 2^53: a ratio in [0, 1] times this is a whole number, or as good as one. */
const scale = 9_007_199_254_740_992

/**
 * The base fee of the block after one, wei per gas. A ratio stands for the gas used and the limit, so the result is exact to
 * a wei where the limit is even, and to a part in 4·limit where it is odd: the target is then half a gas lower than half of it.
 *
 * @param gasUsedRatio of that block: gas used over gas limit, 0 to 1
 */
export function baseFeeAfter(baseFeePerGas: bigint, gasUsedRatio: number): bigint {
  const target = BigInt(scale)
  const used = 2n * BigInt(Math.round(gasUsedRatio * scale))
  if (used === target) return baseFeePerGas
  if (used < target) return baseFeePerGas - (baseFeePerGas * (target - used)) / target / largestPart
  const rise = (baseFeePerGas * (used - target)) / target / largestPart
  return baseFeePerGas + (rise > 1n ? rise : 1n)
}

/**
 * Whether base fees may follow each other as these do: no step leaves the bounds below. Holds on chains of a smaller step too.
 *
 * @param blocks oldest first, with the gas used ratio of each, 0 to 1
 * @param next of the block after them
 */
export function isPossibleHistory(
  blocks: readonly { baseFeePerGas: bigint; gasUsedRatio: number }[],
  next: bigint,
): boolean {
  return blocks.every(({ baseFeePerGas, gasUsedRatio }, position) => {
    const after = blocks[position + 1]?.baseFeePerGas ?? next
    const inReach = lowestBaseFee(baseFeePerGas, 1) <= after && after <= highestBaseFee(baseFeePerGas, 1)
    return inReach && gasUsedRatio >= 0 && gasUsedRatio <= 1
  })
}

/** The highest that a base fee can be so many blocks later, wei per gas. */
export function highestBaseFee(baseFeePerGas: bigint, blocks: number): bigint {
  let fee = baseFeePerGas
  for (let block = 0; block < blocks; block++) fee += fee / largestPart + fee / oddLimitPart + 1n
  return fee
}

/** The lowest that a base fee can be so many blocks later, wei per gas; from 7 wei it falls no further. */
export function lowestBaseFee(baseFeePerGas: bigint, blocks: number): bigint {
  let fee = baseFeePerGas
  for (let block = 0; block < blocks; block++) fee -= fee / largestPart
  return fee
}
