/**
 * Readers go through together; a block is made alone. Nobody sees a half-made block, and a reader's batch sees one block.
 */
export class ReadGate {
  #readers = 0
  #closed: Promise<void> | undefined
  #drained: (() => void) | undefined
  #queue: Promise<unknown> = Promise.resolve()

  /** Runs `read` beside other readers, once no block is being made. */
  async read<Result>(read: () => Promise<Result>): Promise<Result> {
    while (this.#closed !== undefined) await this.#closed
    this.#readers++
    try {
      return await read()
    } finally {
      this.#readers--
      if (this.#readers === 0) this.#drained?.()
    }
  }

  /** Runs `write` alone, after the readers that are already in; writers run one after another. */
  exclusive<Result>(write: () => Promise<Result>): Promise<Result> {
    const turn = this.#queue.then(() => this.#alone(write))
    this.#queue = turn.catch(() => undefined)
    return turn
  }

  async #alone<Result>(write: () => Promise<Result>): Promise<Result> {
    let open: () => void = () => undefined
    this.#closed = new Promise((resolve) => {
      open = resolve
    })
    try {
      if (this.#readers > 0) {
        await new Promise<void>((resolve) => {
          this.#drained = resolve
        })
        this.#drained = undefined
      }
      return await write()
    } finally {
      this.#closed = undefined
      open()
    }
  }
}
