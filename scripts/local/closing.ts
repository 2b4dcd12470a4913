/** What must be stopped in the end, in the opposite order of its start; also when the start was interrupted half-way. */
export class Closing {
  readonly #stoppables: { stop(): Promise<void> }[] = []
  readonly #controller = new AbortController()

  /** Aborts when stopping begins: for what runs meanwhile. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Something to stop in the end; at once if the end has begun. */
  keep(stoppable: { stop(): Promise<void> }): void {
    if (this.signal.aborted) void stoppable.stop().catch(() => undefined)
    else this.#stoppables.push(stoppable)
  }

  async stop(): Promise<void> {
    this.#controller.abort()
    for (const stoppable of this.#stoppables.splice(0).reverse()) await stoppable.stop().catch(() => undefined)
  }
}
