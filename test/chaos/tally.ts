/** Counts by name, in the order in which names came. */
export class Tally {
  readonly counts: Record<string, number> = {}

  add(name: string, times = 1): void {
    this.counts[name] = (this.counts[name] ?? 0) + times
  }

  get total(): number {
    return Object.values(this.counts).reduce((sum, one) => sum + one, 0)
  }
}

/** The last so many lines. */
export class Trail {
  readonly #length: number
  readonly lines: string[] = []

  constructor(length: number) {
    this.#length = length
  }

  note(line: string): void {
    this.lines.push(line)
    if (this.lines.length > this.#length) this.lines.shift()
  }
}
