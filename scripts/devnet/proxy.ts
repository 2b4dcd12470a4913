import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { z } from 'zod'
import { portInUse } from './anvil.ts'
import { failure, type HttpAnswer, json, send } from './http-answer.ts'
import { invalidRequest, JsonRpcError, type JsonRpcRequest, maximumBodyBytes, requestSchema } from './json-rpc.ts'
import type { OperatorMethods } from './operator-methods.ts'
import type { Providers } from './providers.ts'
import type { ReadGate } from './read-gate.ts'
import { type EndpointName, endpointNames } from './relay-faults.ts'
import type { EndpointServer } from './relays/endpoint-server.ts'

/** What stands behind the proxy's doors. */
export interface Backend {
  gate: ReadGate
  providers: Providers
  endpoints: ReadonlyMap<EndpointName, EndpointServer>
  operator: OperatorMethods
}

type Answer = { jsonrpc: '2.0'; id: JsonRpcRequest['id'] } & ({ result: unknown } | { error: unknown })

const batchSchema = z.array(z.unknown()).min(1).max(1000)

/**
 * The only way to the live chain: whoever takes private orders at the path of its name, node methods on every other path
 * (each is a provider, which may have faults), operator methods (`devnet_…`).
 */
export class RpcProxy {
  readonly #server: Server
  #backend: Backend | undefined
  #open: () => void = () => undefined
  readonly #opened: Promise<void>

  private constructor() {
    this.#opened = new Promise((resolve) => {
      this.#open = resolve
    })
    // Longer than any client keeps an idle connection, so that none is closed under a request on its way.
    this.#server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
      this.#handle(request, response).catch((error: unknown) => {
        if (!response.headersSent) send(response, json(500, failure(null, error)))
      })
    })
  }

  /** Takes the port at once, before anything slow is started; requests wait until {@link open}. */
  static listen(port: number): Promise<RpcProxy> {
    const proxy = new RpcProxy()
    return new Promise((resolve, reject) => {
      proxy.#server.once('error', (error: NodeJS.ErrnoException) =>
        reject(error.code === 'EADDRINUSE' ? portInUse(port) : error),
      )
      proxy.#server.listen(port, '127.0.0.1', () => resolve(proxy))
    })
  }

  get port(): number {
    const address = this.#server.address()
    if (typeof address !== 'object' || address === null) throw new Error('the proxy does not listen')
    return address.port
  }

  open(backend: Backend): void {
    this.#backend = backend
    this.#open()
  }

  close(): Promise<void> {
    this.#server.closeAllConnections()
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
    })
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, first = '', ...rest] = new URL(request.url ?? '/', 'http://localhost').pathname.split('/')
    const endpoint = endpointNames.find((name) => name === first)
    if (request.method === 'GET' && endpoint !== undefined) {
      const backend = await this.#ready()
      return send(response, await server(backend, endpoint).get(rest.join('/')))
    }
    if (request.method !== 'POST') return send(response, json(405, failure(null, invalidRequest('use POST'))))
    const body = await readBody(request)
    if (body === undefined) return send(response, json(413, failure(null, invalidRequest('request too large'))))
    let message: unknown
    try {
      message = JSON.parse(body)
    } catch {
      return send(response, json(400, failure(null, new JsonRpcError(-32700, 'parse error'))))
    }
    const backend = await this.#ready()
    if (endpoint !== undefined) {
      const signature = request.headers['x-flashbots-signature']?.toString()
      return send(response, await server(backend, endpoint).post(message, body, signature))
    }
    send(response, await answerNode(backend, first, message))
  }

  async #ready(): Promise<Backend> {
    await this.#opened
    if (this.#backend === undefined) throw new Error('the proxy was opened without a chain')
    return this.#backend
  }
}

/** Operator methods are no provider's, and go through whatever is wrong with it. */
async function answerNode(backend: Backend, path: string, message: unknown): Promise<HttpAnswer> {
  const messages = Array.isArray(message) ? message : [message]
  const steers = messages.some((one) => isOperator(requestSchema.safeParse(one).data))
  const broken = steers ? undefined : backend.providers.outage(path)
  if (broken !== undefined) return broken
  return json(
    200,
    Array.isArray(message) ? await answerBatch(backend, path, message) : await answer(backend, path, message),
  )
}

async function answer(backend: Backend, path: string, message: unknown): Promise<Answer> {
  const request = requestSchema.safeParse(message)
  if (!request.success) return failure(null, invalidRequest('invalid request'))
  return isOperator(request.data)
    ? reply(request.data, () => backend.operator.answer(request.data))
    : backend.gate.read(() => reply(request.data, () => backend.providers.answer(path, request.data)))
}

/** All of a batch sees one block, unless it holds operator methods, which make blocks. */
async function answerBatch(backend: Backend, path: string, messages: readonly unknown[]): Promise<unknown> {
  const batch = batchSchema.safeParse(messages)
  if (!batch.success) return failure(null, invalidRequest('a batch holds 1 to 1000 requests'))
  const requests = batch.data.map((message) => requestSchema.safeParse(message))
  if (requests.some(({ data }) => isOperator(data))) {
    const answers: Answer[] = []
    for (const message of batch.data) answers.push(await answer(backend, path, message))
    return answers
  }
  return backend.gate.read(() =>
    Promise.all(
      requests.map((request) =>
        request.success
          ? reply(request.data, () => backend.providers.answer(path, request.data))
          : failure(null, invalidRequest('invalid request')),
      ),
    ),
  )
}

function server({ endpoints }: Backend, name: EndpointName): EndpointServer {
  const found = endpoints.get(name)
  if (found === undefined) throw new Error(`no endpoint ${name} was opened`)
  return found
}

function isOperator(request: JsonRpcRequest | undefined): boolean {
  return request?.method.startsWith('devnet_') === true
}

async function reply(request: JsonRpcRequest, work: () => Promise<unknown>): Promise<Answer> {
  try {
    return { jsonrpc: '2.0', id: request.id ?? null, result: await work() }
  } catch (error) {
    return failure(request.id ?? null, error)
  }
}

/** Undefined when it is larger than anything we read. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > maximumBodyBytes) return undefined
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString('utf8')
}
