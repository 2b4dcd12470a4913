import type { Address } from 'viem'
import type { BlockAuction } from '../block-builders.ts'
import { failure, type HttpAnswer, json, outage, textAnswer } from '../http-answer.ts'
import { invalidRequest, type JsonRpcRequest, requestSchema, serverError } from '../json-rpc.ts'
import type { ReadGate } from '../read-gate.ts'
import type { RelayFaults } from '../relay-faults.ts'
import { requestSigner } from './authentication.ts'
import type { Endpoint } from './endpoint.ts'

export interface EndpointServerParts {
  gate: ReadGate
  auction: BlockAuction
  faults: Readonly<RelayFaults>
}

/** Answers HTTP requests at one endpoint, as well as its faults allow. */
export class EndpointServer {
  readonly #endpoint: Endpoint
  readonly #parts: EndpointServerParts

  constructor(endpoint: Endpoint, parts: EndpointServerParts) {
    this.#endpoint = endpoint
    this.#parts = parts
  }

  /** `path`: what follows the endpoint's own path. */
  async get(path: string): Promise<HttpAnswer> {
    const { gate } = this.#parts
    return this.#through(async () => {
      const page = await gate.read(async () => this.#endpoint.page?.(path))
      return page === undefined ? json(405, failure(null, invalidRequest('use POST'))) : json(200, page)
    })
  }

  /** `message`: the body as it was parsed; `body`: as it was signed. No endpoint takes batches. */
  async post(message: unknown, body: string, signature: string | undefined): Promise<HttpAnswer> {
    const request = requestSchema.safeParse(message)
    if (!request.success) return this.#through(async () => json(200, failure(null, invalidRequest('invalid request'))))
    return this.#through(async () => json(200, await this.#reply(request.data, body, signature)))
  }

  async #through(work: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
    const { faults } = this.#parts
    const broken = outage(faults)
    if (broken !== undefined) return broken
    const { hang, garbage } = faults
    const answer = await work()
    if (hang) return { kind: 'silence' }
    return garbage ? textAnswer(200, 'upstream said: {"jsonrpc":"2.0","res', 'application/json') : answer
  }

  async #reply(request: JsonRpcRequest, body: string, signature: string | undefined): Promise<unknown> {
    const { gate, faults } = this.#parts
    const { name, orderMethods } = this.#endpoint
    const isOrder = orderMethods.has(request.method)
    try {
      const signer = await this.#signer(body, signature)
      if (isOrder) this.#refuse(name)
      const result = await gate.read(() => this.#endpoint.answer(request, signer))
      if (isOrder && faults.unknown) return { jsonrpc: '2.0', id: request.id ?? null }
      return this.#endpoint.envelope?.(request.id, result) ?? { jsonrpc: '2.0', id: request.id ?? null, result }
    } catch (error) {
      return failure(request.id, error)
    }
  }

  async #signer(body: string, signature: string | undefined): Promise<Address | undefined> {
    const { signature: asked } = this.#endpoint
    if (asked === 'ignored' || (asked === 'optional' && signature === undefined)) return undefined
    return requestSigner(signature, body)
  }

  #refuse(name: string): void {
    const { builder } = this.#endpoint
    if (this.#parts.faults.refuse) throw serverError(`order refused by ${name}`)
    if (builder === undefined || this.#parts.auction.takesPrivateOrders(builder)) return
    throw serverError(`${builder} takes no private orders`)
  }
}
