import {
  HttpRequestError,
  InternalRpcError,
  InvalidParamsRpcError,
  LimitExceededRpcError,
  RpcRequestError,
  TimeoutError,
} from 'viem'
import { expect, test } from 'vitest'
import { complaintOf, InconsistentAnswer } from '../../../scripts/ingest/complaint.ts'

const url = 'https://node.example/v3/0123456789abcdef0123'

function said(code: number, message: string, data?: unknown): RpcRequestError {
  return new RpcRequestError({ body: {}, url, error: { code, message, data } })
}

function status(code: number, details = '', headers: Record<string, string> = {}): HttpRequestError {
  return new HttpRequestError({ url, status: code, details, headers: new Headers(headers) })
}

test.each([
  // Infura, Alchemy, QuickNode, Ankr, BNB Chain, Cloudflare, Tenderly.
  [-32005, 'query returned more than 10000 results. Try with this block range [0x1, 0x2].'],
  [-32602, 'range 1000000 exceeds limit of 10000'],
  [-32602, 'Log response size exceeded. this block range should work: [0x0, 0x87fe9]'],
  [-32600, 'Under the Free tier plan, you can make eth_getLogs requests with up to a 10 block range.'],
  [-32614, 'eth_getLogs is limited to a 10,000 range'],
  [-32600, 'block range is too wide'],
  [-32701, 'exceed maximum block range: 50000'],
  [-32005, 'limit exceeded'],
  [-32047, 'Max range: 800'],
  // Erigon, Reth, Nethermind, Besu.
  [-32000, 'query block range exceeds server limit'],
  [-32602, 'query exceeds max results 20000, retry with the range 100-200'],
  [-32005, 'Too many logs requested. Max logs per response is 20000.'],
  [-32000, 'Requested range exceeds maximum RPC range limit'],
])('"%i %s" asks for less', (code, message) => {
  expect(complaintOf(said(code, message), url).kind).toBe('tooMuch')
  expect(complaintOf(new InvalidParamsRpcError(said(code, message)), url).kind).toBe('tooMuch')
})

test('what a node says may be in its data alone', () => {
  const error = said(-32602, 'invalid params', { payload: 'range 9009594 is bigger than range limit 2000' })
  expect(complaintOf(error, url).kind).toBe('tooMuch')
})

test.each([
  [said(-32005, 'daily request count exceeded, request rate limited')],
  [said(429, 'Your app has exceeded its compute units per second capacity.')],
  [said(-32007, '50/second request limit reached')],
  [new LimitExceededRpcError(said(-32005, 'Too many requests'))],
  [new InternalRpcError(said(-32603, 'Internal error'))],
  [said(-32602, 'block range extends beyond current head block')],
  [said(-32000, 'header not found')],
  [status(429, 'Too Many Requests')],
  [status(502, '<html>')],
  [new InconsistentAnswer('there is no header of block 7')],
])('%s is asked again later', (error) => {
  expect(complaintOf(error, url).kind).toBe('busy')
})

test('time-outs, bodies that are too large and nodes that are not there are told apart', () => {
  expect(complaintOf(new TimeoutError({ body: {}, url }), url).kind).toBe('slow')
  expect(complaintOf(said(-32000, 'query timeout exceeded'), url).kind).toBe('slow')
  expect(complaintOf(status(504), url).kind).toBe('slow')
  expect(complaintOf(status(413), url).kind).toBe('tooMuch')
  expect(complaintOf(new HttpRequestError({ url, cause: new Error('fetch failed') }), url).kind).toBe('unreachable')
})

test.each([
  [said(-32601, 'the method eth_getLogs does not exist/is not available')],
  [said(-32000, 'missing trie node 1234 (path ) state 0xabcd is not available')],
  [status(401, 'invalid project id')],
  [status(403, 'forbidden')],
])('%s is final', (error) => {
  expect(complaintOf(error, url).kind).toBe('refused')
})

test('the wait that a node asks for is taken from its answer', () => {
  expect(complaintOf(status(429, '', { 'retry-after': '7' }), url).retryAfter).toBe(7)
  expect(complaintOf(status(429, '', { 'retry-after': 'Sat, 21 Nov 2026 10:00:00 GMT' }), url).retryAfter).toBeNull()
  expect(complaintOf(said(-32601, 'no'), url).retryAfter).toBeNull()
})

test('what is told on has no address and no key, and is a line', () => {
  const text = `project 0123456789abcdef0123 may not, see ${url}\nstack`
  expect(complaintOf(status(403, text), url).text).toBe('project [key] may not, see [address]')
  expect(complaintOf(new HttpRequestError({ url, status: 403 }), url).text).not.toContain('node.example')
})
