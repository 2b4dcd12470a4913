import { randomBytes } from 'node:crypto'
import type { Address, Hex } from 'viem'
import type { PublicPool } from './public-pool.ts'

/** Counts, per sender, the transactions that the public could see before they were in a block. */
export class PublicSightings {
  readonly #counts = new Map<Address, number>()

  constructor(pool: PublicPool) {
    pool.subscribe(({ from }) => this.#counts.set(from, this.count(from) + 1))
  }

  count(sender: Address): number {
    return this.#counts.get(sender) ?? 0
  }
}

const idleMilliseconds = 300_000

/** Filters of clients that read the pool by polling; one that nobody polls for five minutes ends. */
export class PendingFilters {
  readonly #pool: PublicPool
  readonly #filters = new Map<string, { hashes: Hex[]; stop: () => void; polledAt: number }>()

  constructor(pool: PublicPool) {
    this.#pool = pool
  }

  open(): string {
    this.#endIdle()
    const id = `0x${randomBytes(16).toString('hex')}`
    const hashes: Hex[] = []
    const stop = this.#pool.subscribe(({ hash }) => hashes.push(hash))
    this.#filters.set(id, { hashes, stop, polledAt: Date.now() })
    return id
  }

  /** Hashes since the last call; undefined for an id that is not ours. */
  changes(id: string): Hex[] | undefined {
    const filter = this.#filters.get(id)
    if (filter === undefined) return undefined
    filter.polledAt = Date.now()
    return filter.hashes.splice(0)
  }

  /** False for an id that is not ours. */
  close(id: string): boolean {
    this.#filters.get(id)?.stop()
    return this.#filters.delete(id)
  }

  #endIdle(): void {
    for (const [id, filter] of this.#filters) if (Date.now() - filter.polledAt > idleMilliseconds) this.close(id)
  }
}
