import type { ServerResponse } from 'node:http'
import { JsonRpcError, type JsonRpcRequest, serverError } from './json-rpc.ts'

/** What a client gets: a body, a closed connection, or nothing, for ever. */
export type HttpAnswer =
  | { kind: 'body'; status: number; type: string; text: string; retryAfter?: number }
  | { kind: 'closed' }
  | { kind: 'silence' }

export function json(status: number, body: unknown): HttpAnswer {
  return { kind: 'body', status, type: 'application/json', text: JSON.stringify(body) }
}

/** A JSON-RPC error; what is not one of ours is not told to clients. */
export function failure(id: JsonRpcRequest['id'], error: unknown) {
  const known = error instanceof JsonRpcError ? error : serverError('the local chain does not answer')
  const { code, message, data } = known
  return { jsonrpc: '2.0', id: id ?? null, error: { code, message, ...(data === undefined ? {} : { data }) } } as const
}

const page = `<html>
<head><title>502 Bad Gateway</title></head>
<body><center><h1>502 Bad Gateway</h1></center></body>
</html>
`

/** What comes instead of an answer when a server is out of order; undefined when it is not. */
export function outage(faults: { down: boolean; throttle: boolean; html: boolean }): HttpAnswer | undefined {
  if (faults.down) return { kind: 'closed' }
  if (faults.throttle) return { ...textAnswer(429, 'Too Many Requests\n', 'text/plain'), retryAfter: 1 }
  if (faults.html) return textAnswer(502, page, 'text/html')
  return undefined
}

export function textAnswer(status: number, text: string, type: string) {
  return { kind: 'body', status, type, text } as const
}

export function send(response: ServerResponse, answer: HttpAnswer): void {
  if (answer.kind === 'silence') return
  if (answer.kind === 'closed') {
    response.destroy()
    return
  }
  const wait = answer.retryAfter === undefined ? {} : { 'retry-after': String(answer.retryAfter) }
  response.writeHead(answer.status, { 'content-type': answer.type, ...wait }).end(answer.text)
}
