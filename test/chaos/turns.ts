/// <reference types="@cloudflare/vitest-plugin/types" />

import { abortAllDurableObjects } from 'cloudflare:test'
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Random } from '../../scripts/devnet/random.ts'

/** When an await is cut: before the call leaves, while it is under way, or once it was answered and nobody saw the answer. */
export const moments = ['before', 'during', 'after'] as const
/** What is lost with it: the call alone, every Durable Object's memory, the worker's invocation, or both of these. */
export const endings = ['error', 'objects', 'worker', 'both'] as const
export type Moment = (typeof moments)[number]
export type Ending = (typeof endings)[number]

/** What happens at one await. */
export type Incident =
  | { kind: 'cut'; moment: Moment; ending: Ending }
  | { kind: 'meanwhile'; happens: () => Promise<void> }

/** How an invocation ended: by itself, by an error that left it, or in the middle, without a trace. */
export type End = { kind: 'done' | 'died'; looked: boolean } | { kind: 'threw'; error: unknown; looked: boolean }

class Cut extends Error {
  override readonly name = 'Cut'
}

interface Invocation {
  /** Whether it asked a provider anything. */
  looked: boolean
  dead: boolean
  die: () => void
}

interface Waiting {
  invocation: Invocation
  go: () => Promise<void>
}

/** Microtasks that code between two awaits takes at most; only the choice among invocations depends on it. */
const settling = 60

/**
 * Everything an invocation of the worker awaits passes here, one call at a time, in an order drawn by seed: invocations
 * that run side by side interleave at every await, and a seed interleaves them the same way again.
 */
export class Turns {
  /** How often each named await was reached, and how often it was cut. */
  readonly reached = new Map<string, number>()
  readonly cut = new Map<string, number>()
  /** What waits for the next await of a name, whoever makes it. */
  readonly #armed = new Map<string, Incident>()
  readonly #inside = new AsyncLocalStorage<Invocation | undefined>()
  readonly #random: Random
  #waiting: Waiting[] = []
  #pumping = false

  constructor(random: Random) {
    this.#random = random
  }

  /** Whether the caller is an invocation of the worker, and not the one who watches it. */
  get inside(): boolean {
    return this.#inside.getStore() !== undefined
  }

  /** Has something happen at the next await of this name. */
  arm(name: string, incident: Incident): void {
    this.#armed.set(name, incident)
  }

  disarm(): void {
    this.#armed.clear()
  }

  /** Runs one invocation to its end. */
  run(work: () => Promise<unknown>): Promise<End> {
    return new Promise((resolve) => {
      const die = () => {
        invocation.dead = true
        resolve({ kind: 'died', looked: invocation.looked })
      }
      const invocation: Invocation = { looked: false, dead: false, die }
      this.#inside.run(invocation, async () => {
        try {
          await work()
          resolve({ kind: 'done', looked: invocation.looked })
        } catch (error) {
          resolve({ kind: 'threw', error, looked: invocation.looked })
        }
      })
    })
  }

  /** One named await of the current invocation; anybody else's call is made at once. */
  step<T>(name: string, perform: () => Promise<T>): Promise<T> {
    const invocation = this.#inside.getStore()
    if (invocation === undefined) return perform()
    return new Promise((resolve, reject) => {
      const go = async () => {
        count(this.reached, name)
        if (name.startsWith('provider')) invocation.looked = true
        try {
          const answer = await this.#inside.run(undefined, () => this.#perform(invocation, name, perform))
          if (!invocation.dead) resolve(answer)
        } catch (error) {
          if (!invocation.dead) reject(error)
        }
      }
      this.#waiting.push({ invocation, go })
      if (!this.#pumping) void this.#pump()
    })
  }

  async #pump(): Promise<void> {
    this.#pumping = true
    for (;;) {
      for (let turn = 0; turn < settling; turn++) await undefined
      this.#waiting = this.#waiting.filter(({ invocation }) => !invocation.dead)
      const [next] = this.#waiting.splice(Math.floor(this.#random.uniform() * this.#waiting.length), 1)
      if (next === undefined) break
      await next.go()
    }
    this.#pumping = false
  }

  async #perform<T>(invocation: Invocation, name: string, perform: () => Promise<T>): Promise<T> {
    const incident = this.#armed.get(name)
    if (incident === undefined) return perform()
    this.#armed.delete(name)
    if (incident.kind === 'meanwhile') {
      await incident.happens()
      return perform()
    }
    count(this.cut, name)
    return cutAt(invocation, incident, name, perform)
  }
}

/** Never answers: throws, after what is lost is lost. A dead invocation does not hear of it. */
async function cutAt(
  invocation: Invocation,
  { moment, ending }: Incident & { kind: 'cut' },
  name: string,
  perform: () => Promise<unknown>,
): Promise<never> {
  const objectsEnd = ending === 'objects' || ending === 'both'
  // Only with the object it is made to can a call be ended in its middle; otherwise its answer is lost.
  if (moment === 'during' && objectsEnd) perform().catch(() => undefined)
  else if (moment !== 'before') await perform().catch(() => undefined)
  if (objectsEnd) await abortAllDurableObjects()
  if (ending === 'worker' || ending === 'both') invocation.die()
  throw new Cut(`${moment} ${name}`)
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}
