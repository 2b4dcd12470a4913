import type { QueueMessage } from '../../workers/environment.ts'
import type { Chain } from './chain.ts'

/** As wrangler.toml has it: then a message is a dead letter. */
export const mostRetries = 5
/** Seconds after which a message whose consumer died comes again. */
const visibilitySeconds = 24

/** A message in the queue. */
export interface Letter {
  id: string
  body: QueueMessage
  /** Chain time from which it is delivered. */
  dueAt: number
  /** Deliveries so far. */
  attempts: number
}

/** The queue: keeps messages until they are acknowledged, and hands them out in any order. */
export class Mailbox {
  readonly #chain: Chain
  #letters: Letter[] = []
  #posted = 0

  constructor(chain: Chain) {
    this.#chain = chain
  }

  get size(): number {
    return this.#letters.length
  }

  post(body: QueueMessage, delaySeconds: number): void {
    this.#posted += 1
    const dueAt = this.#chain.head.timestamp + delaySeconds
    this.#letters.push({ id: `message-${this.#posted}`, body, dueAt, attempts: 0 })
  }

  /** Takes out everything that may be delivered now, oldest first. */
  takeDue(): Letter[] {
    const now = this.#chain.head.timestamp
    const due = this.#letters.filter(({ dueAt }) => dueAt <= now)
    this.#letters = this.#letters.filter(({ dueAt }) => dueAt > now)
    return due
  }

  /** Puts a message back; later by so many seconds. */
  putBack(letter: Letter, delaySeconds = 0): void {
    this.#letters.push({ ...letter, dueAt: this.#chain.head.timestamp + delaySeconds })
  }

  /** Its consumer asked for another try, or died: false once it was tried too often. */
  retry(letter: Letter, delaySeconds = visibilitySeconds): boolean {
    if (letter.attempts >= mostRetries) return false
    this.putBack({ ...letter, attempts: letter.attempts + 1 }, delaySeconds)
    return true
  }
}
