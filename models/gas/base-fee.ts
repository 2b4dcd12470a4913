import { baseFeeAfter, highestBaseFee, isPossibleHistory, lowestBaseFee } from '../../shared/chain/base-fee.ts'
import { divideRoundingUp, maximum, minimum } from '../../shared/chain/units.ts'
import type { BaseFeeForecast } from '../../shared/schema/decision.ts'
import type { Snapshot } from '../../shared/schema/snapshot.ts'
import { exponential, logarithm } from '../deterministic-math.ts'
import { type GasForecaster, modelName } from '../forecaster.ts'

/** Blocks ahead that a forecast may be asked for. */
const furthest = 10
/** Fewer changes of the base fee than this say nothing. */
const fewestChanges = 4
/**
 * Deviation of one block's change of the log base fee, before any is seen: that of ln(1 + (2r − 1)/8) where the gas used
 * ratio r lies anywhere in [0, 1] alike. Before the merge it nearly did; since then it gathers around ½
 * (hackmd.io/@fmrmf/HyFXVQdVo), so that this is rather too wide.
 */
const priorDeviation = 0.0725
/** As many changes as the prior counts for: of the deviation, and of the mean, which is zero since blocks are half full in the long run. */
const deviationWeight = 4
const meanWeight = 20
/** The normal distribution's 90 % and 99 % quantiles, one-sided. */
const normal90 = 1.2815515655446004
const normal99 = 2.3263478740408408

const identity = {
  id: 'gas/base-fee',
  version: 1,
  parameters: { fewestChanges, priorDeviation, deviationWeight, meanWeight, normal90, normal99 },
}

/**
 * The next block's base fee, which is known, times the exponential of a sum of unknown changes. Changes are taken as normal
 * with unknown mean and variance under the conjugate prior, so that their sum has Student's distribution (Gelman et al.,
 * Bayesian Data Analysis, third edition, section 3.3): its spread grows with the root of the number of blocks, and a little
 * faster since the mean is uncertain. No quantile leaves what EIP-1559 lets a base fee do.
 */
export const baseFeeForecaster: GasForecaster = { ...identity, forecast }

function forecast(fees: BaseFeeHistory, blocksAhead: number): BaseFeeForecast {
  if (!Number.isInteger(blocksAhead) || blocksAhead < 1 || blocksAhead > furthest) {
    throw new RangeError(`A base fee is forecast for 1 to ${furthest} blocks ahead, not ${blocksAhead}.`)
  }
  const { baseFeePerGas: newest, nextBaseFeePerGas: next, recentBlocks } = fees
  const path = recentBlocks.map(({ baseFeePerGas }) => baseFeePerGas)
  if (next === null || path.at(-1) !== newest || !isPossibleHistory(recentBlocks, next)) {
    return unknown(newest, newest, blocksAhead, blocksAhead, 'No fee history')
  }
  path.push(next)
  const certain = followsRule(recentBlocks, path)
  // A block whose base fee is known leaves one change less unknown.
  const from = certain ? next : newest
  const unknownChanges = certain ? blocksAhead - 1 : blocksAhead
  if (unknownChanges === 0) return quantiles(blocksAhead, [next, next, next], '')
  if (path.length <= fewestChanges) {
    const thin = `Changes of the base fee: ${path.length - 1}, of ${fewestChanges} needed`
    return unknown(from, next, unknownChanges, blocksAhead, thin)
  }
  if (path.some((fee) => fee === 0n)) return unknown(from, next, unknownChanges, blocksAhead, 'A base fee of zero')
  const { mean, spread, degrees } = sumOfChanges(path, unknownChanges)
  const within = (fee: bigint) =>
    minimum(maximum(fee, lowestBaseFee(from, unknownChanges)), highestBaseFee(from, unknownChanges))
  const at = (normal: number) => within(scaled(next, exponential(mean + studentQuantile(normal, degrees) * spread)))
  const note = certain ? '' : 'The base fee does not move as EIP-1559 says: the next block’s is not certain either.'
  return quantiles(blocksAhead, [within(scaled(next, exponential(mean))), at(normal90), at(normal99)], note)
}

type BaseFeeHistory = Pick<Snapshot['fees'], 'baseFeePerGas' | 'nextBaseFeePerGas' | 'recentBlocks'>

function quantiles(
  blocksAhead: number,
  [median, quantile90, quantile99]: readonly [bigint, bigint, bigint],
  note: string,
): BaseFeeForecast {
  return { model: modelName(identity), blocksAhead, median, quantile90, quantile99, note }
}

/** Where nothing is known of the changes: no further than the protocol lets the base fee rise. */
function unknown(from: bigint, median: bigint, changes: number, blocksAhead: number, why: string): BaseFeeForecast {
  const bound = highestBaseFee(from, changes)
  return quantiles(blocksAhead, [median, bound, bound], `${why}: no more than how far it can rise is known.`)
}

/** Whether every base fee followed from the block before it, as far as a ratio tells: an odd gas limit blurs it. */
function followsRule(blocks: BaseFeeHistory['recentBlocks'], path: readonly bigint[]): boolean {
  return blocks.every(({ baseFeePerGas, gasUsedRatio }, position) => {
    const off = (path[position + 1] ?? 0n) - baseFeeAfter(baseFeePerGas, gasUsedRatio)
    const blur = baseFeePerGas / 1_000_000n + 1n
    return -blur <= off && off <= blur
  })
}

/** Student's distribution of the sum of so many changes of the log base fee, given those along a path. */
function sumOfChanges(path: readonly bigint[], count: number): { mean: number; spread: number; degrees: number } {
  const changes = path.slice(1).map((fee, position) => logarithm(Number(fee) / Number(path[position])))
  const seen = changes.length
  const average = changes.reduce((sum, change) => sum + change, 0) / seen
  const squares = changes.reduce((sum, change) => sum + (change - average) * (change - average), 0)
  const weight = meanWeight + seen
  const degrees = deviationWeight + seen
  const priorSquares = deviationWeight * priorDeviation * priorDeviation
  const variance = (priorSquares + squares + ((meanWeight * seen) / weight) * average * average) / degrees
  return {
    mean: (count * seen * average) / weight,
    spread: Math.sqrt(variance * (count + (count * count) / weight)),
    degrees,
  }
}

/** Quantile of Student's distribution from the normal one's, to a thousandth from eight degrees (Abramowitz & Stegun 26.7.5). */
function studentQuantile(z: number, degrees: number): number {
  const square = z * z
  const first = (z * (square + 1)) / 4
  const second = (z * ((5 * square + 16) * square + 3)) / 96
  const third = (z * (((3 * square + 19) * square + 17) * square - 15)) / 384
  return z + (first + (second + third / degrees) / degrees) / degrees
}

/** fee·factor, rounded up; the factor to a billionth. */
function scaled(fee: bigint, factor: number): bigint {
  return divideRoundingUp(fee * BigInt(Math.round(factor * 1e9)), 1_000_000_000n)
}
