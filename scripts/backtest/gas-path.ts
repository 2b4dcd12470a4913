import { baseFeeAfter } from '../../shared/chain/base-fee.ts'
import type { Snapshot } from '../../shared/schema/snapshot.ts'
import { seededRandom } from '../devnet/random.ts'

// Candles do not tell what gas cost, so it is a model: how full blocks are is drawn, a little fuller than half while gas is
// cheaper than usual and a little emptier while it is dearer, and base fees follow from that by EIP-1559. Their logarithm
// deviates by about a half: where 20 gwei are usual, nine hours of ten are between 9 and 46.

/** Of the gas used ratio. */
const fullnessDeviation = 0.18
/** A little above a half: a rise and a fall by the same share do not cancel out. */
const half = 0.5 + fullnessDeviation ** 2 / 8
/** How much emptier blocks get for each unit of log price above the usual. */
const pull = 0.016
const weiPerGwei = 1e9
/** Wei per gas. */
const tip = 100_000_000n
const recentBlocks = 10

/** What gas costs in each block of a span. */
export class GasPath {
  readonly #from: number
  readonly #step: number
  readonly #blocks: Snapshot['fees']['recentBlocks'] = []

  constructor(span: { from: number; to: number }, step: number, medianGwei: number, seed: string) {
    const random = seededRandom(`gas ${seed} ${span.from}`)
    let baseFeePerGas = BigInt(Math.max(1, Math.round(medianGwei * weiPerGwei * Math.exp(random.normal() / 2))))
    for (let time = span.from; time <= span.to + step; time += step) {
      const above = Math.log(Number(baseFeePerGas) / (medianGwei * weiPerGwei))
      const drawn = half + fullnessDeviation * random.normal() - pull * above
      const gasUsedRatio = Math.min(1, Math.max(0, drawn))
      this.#blocks.push({ baseFeePerGas, gasUsedRatio })
      baseFeePerGas = baseFeeAfter(baseFeePerGas, gasUsedRatio)
    }
    this.#from = span.from
    this.#step = step
  }

  /** As a node would tell them in the block at `time`. */
  fees(time: number): Snapshot['fees'] {
    const index = Math.floor((time - this.#from) / this.#step)
    const [block, next] = [this.#blocks[index], this.#blocks[index + 1]]
    if (block === undefined || next === undefined) throw new RangeError(`Nothing is known of gas at ${time}.`)
    return {
      baseFeePerGas: block.baseFeePerGas,
      priorityFeePerGas: tip,
      nextBaseFeePerGas: next.baseFeePerGas,
      recentBlocks: this.#blocks.slice(Math.max(0, index + 1 - recentBlocks), index + 1),
    }
  }

  /** What a transaction in the block at `time` pays, wei per gas. */
  price(time: number): bigint {
    const { baseFeePerGas, priorityFeePerGas } = this.fees(time)
    return baseFeePerGas + priorityFeePerGas
  }
}
