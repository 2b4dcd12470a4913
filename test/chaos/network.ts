import type { Hex } from 'viem'
import { vi } from 'vitest'
import { z } from 'zod'
import type { Faults } from './faults.ts'
import type { Turns } from './turns.ts'

const requestSchema = z.object({ method: z.string(), params: z.array(z.unknown()).default([]) })

/** One request of the worker's. */
export interface Exchange {
  /** First part of the path: which provider or relay. */
  place: string
  method: string
  /** Signed transactions in it. */
  raws: Hex[]
  forward: () => Promise<Response>
}

const providers = ['a', 'b']

/** Stands between the worker and everything it reaches over the network. The watcher's own requests pass untouched. */
export class Network {
  /** Requests that each fault met. */
  readonly struck = new Map<string, number>()
  /** Whether a relay was handed an order while it leaks, since this was last set to false. */
  leaked = false
  /** Told of every request before anything is done with it. */
  onRequest: (exchange: Exchange) => Promise<void> = async () => undefined
  readonly #turns: Turns
  readonly #faults: Faults
  readonly #plain = globalThis.fetch.bind(globalThis)

  constructor(turns: Turns, faults: Faults) {
    this.#turns = turns
    this.#faults = faults
  }

  /** Until `vi.restoreAllMocks()`. */
  stand(): void {
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
      if (!this.#turns.inside) return this.#plain(input, init)
      const exchange = this.#read(input, init)
      const kind = providers.includes(exchange.place) ? 'provider' : exchange.place
      return this.#turns.step(`${kind} ${exchange.method}`, () => this.#pass(exchange, kind))
    })
  }

  #read(input: RequestInfo | URL, init: RequestInit | undefined): Exchange {
    const url = new URL(input instanceof Request ? input.url : String(input))
    const place = url.pathname.split('/')[1] ?? ''
    const text = typeof init?.body === 'string' ? init.body : ''
    const parsed = requestSchema.safeParse(text === '' ? null : JSON.parse(text))
    const { method, params } = parsed.success ? parsed.data : { method: 'GET status', params: [] }
    // Our own time-outs stay out of it: a slow machine must not change what happens.
    const { signal: _signal, ...rest } = init ?? {}
    return { place, method, raws: signedIn(params), forward: () => this.#plain(url, rest) }
  }

  async #pass(exchange: Exchange, kind: string): Promise<Response> {
    const { place, raws, forward } = exchange
    await this.onRequest(exchange)
    const faults = this.#faults.at(place)
    for (const fault of faults) {
      const name = `${kind === 'provider' ? kind : 'relay'} ${fault}`
      this.struck.set(name, (this.struck.get(name) ?? 0) + 1)
    }
    if (raws.length > 0 && faults.has('leak')) this.leaked = true
    const answer = await forward()
    if (faults.has('hang')) throw new DOMException('no answer', 'TimeoutError')
    return answer
  }
}

/** Every signed transaction anywhere in the parameters. */
function signedIn(value: unknown): Hex[] {
  if (typeof value === 'string') return /^0x02[0-9a-f]{200,}$/i.test(value) ? [value as Hex] : []
  if (value === null || typeof value !== 'object') return []
  return Object.values(value).flatMap(signedIn)
}
