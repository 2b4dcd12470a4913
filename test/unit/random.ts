/** Reproducible pseudo-random numbers for property tests (64-bit linear congruential generator). */
export class Random {
  #state: bigint

  constructor(seed: number) {
    this.#state = BigInt(seed)
  }

  /** In [0, 1). */
  unit(): number {
    this.#state = BigInt.asUintN(64, this.#state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n)
    return Number(this.#state >> 11n) / 2 ** 53
  }

  /** Whole number in [low, high]. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.unit() * (high - low + 1))
  }

  /** Bigint spread evenly over the magnitudes up to 10^digits. */
  magnitude(digits: number): bigint {
    return BigInt(Math.floor(10 ** (this.unit() * Math.min(digits, 15)))) * 10n ** BigInt(Math.max(0, digits - 15))
  }
}
