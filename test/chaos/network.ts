import { type Hex, hexToNumber, isHex, keccak256, toHex } from 'viem'
import { vi } from 'vitest'
import { z } from 'zod'
import type { Random } from '../../scripts/devnet/random.ts'
import { type ProviderFault, providerFaults, type RelayFault, relayFaults, Switchboard } from './faults.ts'
import type { HeldOrders } from './held-orders.ts'
import type { Turns } from './turns.ts'

const requestSchema = z.object({ id: z.unknown(), method: z.string(), params: z.array(z.unknown()).default([]) })

/** One request of the worker's. */
export interface Exchange {
  /** First part of the path: which provider or relay. */
  place: string
  method: string
  params: unknown[]
  /** Signed transactions in it. */
  raws: Hex[]
  forward: () => Promise<Response>
}

const providers = ['a', 'b']

/** Requests that ask a relay to bring something to the chain. */
const sending = new Set([
  'eth_sendPrivateTransaction',
  'eth_sendBundle',
  'mev_sendBundle',
  'eth_sendRawTransaction',
  'eth_sendPrivateRawTransaction',
])

/** Stands between the worker and everything it reaches over the network. The watcher's own requests pass untouched. */
export class Network {
  readonly relays: Switchboard<RelayFault>
  readonly providers = new Switchboard<ProviderFault>(providers, providerFaults)
  readonly held: HeldOrders
  /** How often each fault really changed an answer or an order. */
  readonly struck = new Map<string, number>()
  /** Told of every request before anything is done with it. */
  onRequest: (exchange: Exchange) => Promise<void> = async () => undefined
  readonly #turns: Turns
  readonly #random: Random
  readonly #plain = globalThis.fetch.bind(globalThis)

  constructor(turns: Turns, random: Random, relayPlaces: readonly string[], held: HeldOrders) {
    this.relays = new Switchboard(relayPlaces, relayFaults)
    this.#turns = turns
    this.#random = random
    this.held = held
  }

  /** Until `vi.restoreAllMocks()`. */
  stand(): void {
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
      if (!this.#turns.inside) return this.#plain(input, init)
      const exchange = this.#read(input, init)
      const kind = providers.includes(exchange.place) ? 'provider' : exchange.place
      return this.#turns.step(`${kind} ${exchange.method}`, async () => {
        await this.onRequest(exchange)
        return kind === 'provider' ? this.#provider(exchange) : this.#relay(exchange)
      })
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
    const forward = () => this.#plain(url, rest)
    return { place, method, params, raws: signedIn(params), forward }
  }

  async #provider({ place, method, params, forward }: Exchange): Promise<Response> {
    const on = (fault: ProviderFault) => this.providers.at(place, fault)
    if (on('down') > 0) throw this.#strike('provider down', new TypeError('connection refused'))
    if (on('throttle') > 0) return this.#strike('provider throttle', new Response('slow down', { status: 429 }))
    if (on('html') > 0) return this.#strike('provider html', page())
    const lag = on('lag')
    if (lag > 0 && method === 'eth_getBlockByNumber' && params[0] === 'latest') {
      return this.#strike('provider lag', await this.#earlier(place, await forward(), lag))
    }
    const lies = on('lie') > 0 && (method === 'eth_call' || method === 'eth_getTransactionCount')
    return lies ? this.#strike('provider lie', await lie(await forward())) : forward()
  }

  /** The block so many before the one answered. */
  async #earlier(place: string, answer: Response, lag: number): Promise<Response> {
    const head = z.object({ result: z.object({ number: z.string() }) }).parse(await answer.json())
    const number = Math.max(0, hexToNumber(head.result.number as Hex) - lag)
    const params = [toHex(number), false]
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_getBlockByNumber', params })
    return this.#plain(`${this.held.rpcUrl}/${place}`, { method: 'POST', body })
  }

  async #relay(exchange: Exchange): Promise<Response> {
    const { place, method, forward } = exchange
    const on = (fault: RelayFault) => this.relays.at(place, fault)
    if (on('down') > 0) throw this.#strike('relay down', new TypeError('connection refused'))
    if (on('throttle') > 0) return this.#strike('relay throttle', new Response('slow down', { status: 429 }))
    if (on('html') > 0) return this.#strike('relay html', page())
    if (on('garbage') > 0) return this.#strike('relay garbage', new Response('\u0000}not json{'))
    if (on('refuse') > 0) return this.#strike('relay refuse', failure('not today'))
    const answer = sending.has(method) ? await this.#order(exchange) : await this.#question(exchange, forward)
    if (on('hang') > 0) throw this.#strike('relay hang', new DOMException('no answer', 'TimeoutError'))
    if (on('unknown') > 0) return this.#strike('relay unknown', Response.json({ status: 'UNKNOWN' }))
    return answer
  }

  /** What the relay does with an order it was handed. */
  async #order({ place, raws, forward }: Exchange): Promise<Response> {
    const on = (fault: RelayFault) => this.relays.at(place, fault)
    for (const raw of raws) {
      if (this.#random.uniform() < on('leak')) {
        this.#strike('relay leak', null)
        await this.held.publish(raw)
      }
    }
    if (on('drop') > 0) return this.#strike('relay drop', accepted(raws))
    if (on('late') > 0) {
      for (const raw of raws) this.held.untilTooLate(raw)
      return this.#strike('relay late', accepted(raws))
    }
    if (on('delay') > 0) {
      this.held.forBlocks(on('delay'), forward)
      return this.#strike('relay delay', accepted(raws))
    }
    if (on('duplicate') > 0) await this.#strike('relay duplicate', await forward()).text()
    return forward()
  }

  /** Simulations, statuses, cancellations. A relay that holds orders back says it forgot them, and does not. */
  #question({ place, method }: Exchange, forward: () => Promise<Response>): Promise<Response> {
    const holds = this.relays.at(place, 'late') > 0 || this.relays.at(place, 'drop') > 0
    if (!holds || !/cancel/i.test(method)) return forward()
    return Promise.resolve(
      this.#strike('relay cancels nothing', Response.json({ jsonrpc: '2.0', id: 1, result: true })),
    )
  }

  #strike<T>(name: string, result: T): T {
    this.struck.set(name, (this.struck.get(name) ?? 0) + 1)
    return result
  }
}

function page(): Response {
  return new Response('<html><body><h1>502 Bad Gateway</h1></body></html>', { status: 502 })
}

function failure(message: string): Response {
  return Response.json({ jsonrpc: '2.0', id: 1, error: { code: -32_000, message } })
}

function accepted(raws: readonly Hex[]): Response {
  const hash = keccak256(raws[0] ?? '0x')
  return Response.json({ jsonrpc: '2.0', id: 1, result: hash })
}

/** Another answer than the honest one, of the same shape. */
async function lie(answer: Response): Promise<Response> {
  const said = z.object({ result: z.unknown() }).parse(await answer.json())
  const { result } = said
  if (typeof result !== 'string' || !isHex(result)) return Response.json(said)
  const last = result.at(-1) === '1' ? '2' : '1'
  return Response.json({ ...said, result: `${result.slice(0, -1)}${last}` })
}

/** Every signed transaction anywhere in the parameters. */
export function signedIn(value: unknown): Hex[] {
  if (typeof value === 'string') return /^0x02[0-9a-f]{200,}$/i.test(value) ? [value as Hex] : []
  if (value === null || typeof value !== 'object') return []
  return Object.values(value).flatMap(signedIn)
}
