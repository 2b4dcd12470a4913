/** Successes after which a size that once failed is tried again: nodes' limits change with their load. */
const successesBeforeRetry = 64
/** What is nearer to a size that failed, as a share, is not worth a try. */
const smallestStep = 1 / 8

/** How much to ask for at once: halves when that was too much, grows while it is not. */
export class AdaptiveSize {
  readonly #largest: number
  #value: number
  /** The size that was fine last; 0 for none. */
  #fine = 0
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
    this.#fine = asked
    this.#successes += 1
    if (this.#successes >= successesBeforeRetry) this.#ceiling = Number.POSITIVE_INFINITY
    const doubled = Math.min(asked * 2, this.#largest)
    const next = doubled < this.#ceiling ? doubled : Math.floor((asked + this.#ceiling) / 2)
    if (next - asked < asked * smallestStep) return
    this.#value = next
    this.#successes = 0
  }

  /** `asked` was too much; false where there is nothing smaller. */
  tooMuch(asked: number): boolean {
    this.#successes = 0
    if (asked <= 1) return false
    if (this.#fine >= asked) this.#fine = 0
    this.#ceiling = asked
    this.#value = Math.max(this.#fine, Math.floor(asked / 2))
    return true
  }
}
