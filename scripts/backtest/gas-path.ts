import { seededRandom } from '../devnet/random.ts'

// Candles do not tell what gas cost, so its price is a model: the logarithm of the base fee returns to its mean as an
// Ornstein-Uhlenbeck process. Where it says 20 gwei in the middle, nine hours of ten are between 9 and 46.

const stepSeconds = 300
/** Of the logarithm. */
const deviation = 0.5
const returnSeconds = 3 * 3600
const weiPerGwei = 1e9

/** The base fee over a span, wei per gas. */
export class GasPath {
  readonly #from: number
  readonly #fees: bigint[] = []

  constructor(from: number, to: number, medianGwei: number, seed: string) {
    const random = seededRandom(`gas ${seed} ${from}`)
    const kept = Math.exp(-stepSeconds / returnSeconds)
    let log = deviation * random.normal()
    for (let time = from; time <= to; time += stepSeconds) {
      this.#fees.push(BigInt(Math.max(1, Math.round(medianGwei * weiPerGwei * Math.exp(log)))))
      log = kept * log + deviation * Math.sqrt(1 - kept * kept) * random.normal()
    }
    this.#from = from
  }

  baseFee(time: number): bigint {
    const fee = this.#fees[Math.floor((time - this.#from) / stepSeconds)]
    if (fee === undefined) throw new RangeError(`Nothing is known of gas at ${time}.`)
    return fee
  }
}
