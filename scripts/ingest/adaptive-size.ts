/** Successes after which a size that once failed is tried again: nodes' limits change with their load. */
const successesBeforeRetry = 16

/** How much to ask for at once: halves when that was too much, doubles while it is not. */
export class AdaptiveSize {
  readonly #largest: number
  #value: number
  /** A size that was too much. */
  #ceiling = Number.POSITIVE_INFINITY
  #successes = 0

  /** Both at least 1. */
  constructor(first: number, largest: number) {
    this.#value = first
    this.#largest = largest
  }

  get value(): number {
    return this.#value
  }

  /** `asked` was fine. Anything smaller than the value tells nothing of it, as at the end of what there is to read. */
  succeeded(asked: number): void {
    if (asked < this.#value) return
    this.#successes += 1
    if (this.#successes >= successesBeforeRetry) this.#ceiling = Number.POSITIVE_INFINITY
    const larger = Math.min(this.#value * 2, this.#largest)
    // Between the last fine size and the ceiling lie others worth a try.
    const next = larger < this.#ceiling ? larger : Math.floor((this.#value + this.#ceiling) / 2)
    if (next <= this.#value || next >= this.#ceiling) return
    this.#value = next
    this.#successes = 0
  }

  /** `asked` was too much; false where there is nothing smaller. */
  tooMuch(asked: number): boolean {
    this.#successes = 0
    if (asked <= 1) return false
    this.#ceiling = asked
    this.#value = Math.max(1, Math.floor(asked / 2))
    return true
  }
}
