import type { Snapshot } from '../../../shared/schema/snapshot.ts'
import { Random } from '../random.ts'

/** EIP-1559's own formula, with the gas that a ratio stands for. */
export function specifiedBaseFee(baseFee: bigint, gasUsed: bigint, gasLimit: bigint): bigint {
  const target = gasLimit / 2n
  if (gasUsed === target) return baseFee
  if (gasUsed > target) {
    const delta = (baseFee * (gasUsed - target)) / target / 8n
    return baseFee + (delta > 1n ? delta : 1n)
  }
  return baseFee - (baseFee * (target - gasUsed)) / target / 8n
}

/** How full the next block is, 0 to 1, given how far the base fee has gone from where it began (log). */
export type Demand = (random: Random, away: number) => number

const clamped = (ratio: number) => Math.max(0, Math.min(1, ratio))
/** Sum of twelve uniforms: a normal deviate to within what matters here. */
function normal(random: Random): number {
  let sum = -6
  for (let draw = 0; draw < 12; draw++) sum += random.unit()
  return sum
}

export const demands: Record<string, Demand> = {
  'as often full as empty': (random) => random.unit(),
  'near the target': (random) => clamped(0.5 + 0.1 * normal(random)),
  'near the target with full and empty blocks': (random) => {
    const kind = random.unit()
    return kind < 0.12 ? 1 : kind < 0.18 ? 0 : clamped(0.48 + 0.15 * normal(random))
  },
  'that shrinks as the fee rises': (random, away) => clamped(0.5 - 0.4 * away + 0.25 * normal(random)),
}

export interface SimulatedChain {
  /** Base fees, one more than ratios. */
  fees: bigint[]
  ratios: number[]
}

/** Blocks with whole gas, and with a gas limit that is odd half of the time. */
export function chainOf(demand: Demand, blocks: number, seed: number, first = 20_000_000_000n): SimulatedChain {
  const random = new Random(seed)
  const fees = [first]
  const ratios: number[] = []
  for (let block = 0; block < blocks; block++) {
    const fee = fees[block] ?? first
    const gasLimit = 36_000_000 + random.integer(-20_000, 20_000)
    const gasUsed = Math.round(demand(random, Math.log(Number(fee) / Number(first))) * gasLimit)
    ratios.push(gasUsed / gasLimit)
    fees.push(specifiedBaseFee(fee, BigInt(gasUsed), BigInt(gasLimit)))
  }
  return { fees, ratios }
}

/** What a snapshot at block `newest` knows of a chain. */
export function knownAt({ fees, ratios }: SimulatedChain, newest: number, blocks = 10) {
  const positions = Array.from({ length: Math.min(blocks, newest + 1) }, (_, index) => newest - index).reverse()
  const recentBlocks: Snapshot['fees']['recentBlocks'] = positions.map((position) => ({
    baseFeePerGas: fees[position] ?? 0n,
    gasUsedRatio: ratios[position] ?? 0,
  }))
  return { baseFeePerGas: fees[newest] ?? 0n, nextBaseFeePerGas: fees[newest + 1] ?? null, recentBlocks }
}
