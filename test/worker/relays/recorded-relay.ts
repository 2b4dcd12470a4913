import { type Hex, keccak256, recoverMessageAddress, stringToBytes } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, it, vi } from 'vitest'
import { RelayError, type RelayErrorName } from '../../../workers/relays/errors.ts'
import type { PrivateOrder, Relay } from '../../../workers/relays/relay.ts'

/** The relay authentication key of these tests; the recorded signature below is its own. */
export const key: Hex = `0x${'12'.repeat(32)}`
export const signer = '0x1C5A77d9FA7eF466951B2F01F724BCa3A5820b63'
export const url = 'https://relay.test/'
export const vault = '0x00000000000000000000000000000000000000A1'

export interface Sent {
  url: string
  method: string
  body: string
  headers: Record<string, string>
}

type Answer = (request: Sent) => Response | Promise<Response>

/** Stands in for the network: keeps what was sent, and answers as told. Follows redirections unless told not to, as it would. */
export function record(answer: Answer): Sent[] {
  const sent: Sent[] = []
  const ask = async (url: string, init: RequestInit | undefined): Promise<Response> => {
    const headers = Object.fromEntries(new Headers(init?.headers))
    const request = { url, method: init?.method ?? 'GET', body: String(init?.body ?? ''), headers }
    sent.push(request)
    const response = await answer(request)
    const elsewhere = response.headers.get('location')
    return elsewhere === null || init?.redirect === 'manual' ? response : ask(elsewhere, init)
  }
  vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) => ask(String(input), init))
  return sent
}

/** Whoever is at another address takes everything; `url` only points there. */
export function redirection(status: number): Answer {
  const elsewhere = 'https://elsewhere.test/'
  return (request) =>
    request.url === elsewhere ? taken(request) : new Response(null, { status, headers: { location: elsewhere } })
}

/** What a relay answers that takes the order: a transaction's own hash, or a bundle's. */
export const taken: Answer = async (request) => {
  const { hash } = await order()
  return result(request.body.includes('Bundle"') ? { bundleHash: `0x${'ab'.repeat(32)}` } : hash)(request)
}

/** A JSON-RPC answer with this result. */
export function result(value: unknown): Answer {
  return () => Response.json({ jsonrpc: '2.0', id: 1, result: value })
}

/** A JSON-RPC error with these words. */
export function refusal(message: string, status = 200, code = -32_000): Answer {
  return () => Response.json({ jsonrpc: '2.0', id: 1, error: { code, message } }, { status })
}

/** An order signed with a fixed key, so its bytes are the same each time; for blocks 100 to 102. */
export async function order(): Promise<PrivateOrder> {
  const account = privateKeyToAccount(`0x${'21'.repeat(32)}`)
  const bytes = await account.signTransaction({
    type: 'eip1559',
    chainId: 424242,
    nonce: 3,
    to: account.address,
    gas: 21_000n,
    maxFeePerGas: 10n ** 9n,
    maxPriorityFeePerGas: 1n,
  })
  return { bytes, hash: keccak256(bytes), vault, firstBlock: 100n, lastBlock: 102n, deadline: 1_800_000_036 }
}

/** Asserts that the header is the signer's, over exactly the bytes of the body. */
export async function expectSigned({ body, headers }: Sent): Promise<void> {
  expect(Object.keys(headers).sort()).toEqual(['content-type', 'x-flashbots-signature'])
  expect(headers['content-type']).toBe('application/json')
  const [address, signature] = (headers['x-flashbots-signature'] ?? '').split(':')
  expect(address).toBe(signer)
  const message = keccak256(stringToBytes(body))
  expect(await recoverMessageAddress({ message, signature: signature as Hex })).toBe(signer)
}

/** The name of the error that this work ends with, and what it says. */
export async function errorOf(work: Promise<unknown>): Promise<{ name: string; message: string }> {
  const failure: unknown = await work.then(
    () => new Error('no error'),
    (error: unknown) => error,
  )
  if (failure instanceof RelayError) return { name: failure.name, message: failure.message }
  return { name: 'not a relay error', message: String(failure) }
}

const page = '<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>'
const html = (status: number) => () => new Response(page, { status, headers: { 'content-type': 'text/html' } })

/** An answer that never ends. */
function endless(): Response {
  const chunk = new TextEncoder().encode('x'.repeat(65_536))
  return new Response(new ReadableStream({ pull: (controller) => controller.enqueue(chunk) }))
}

/** Answers as they were seen in the wild or are documented, and what each means to whoever hands over an order. */
const answers: readonly [RelayErrorName, string, Answer][] = [
  ['Throttled', 'a plain 429', () => new Response('slow down', { status: 429 })],
  ['Throttled', 'BuilderNet’s 429', refusal('Rate limited', 429, -32_603)],
  ['Throttled', 'words without a status', refusal('rate limit exceeded')],
  ['Unavailable', 'a gateway’s page', html(502)],
  ['Unavailable', 'BuilderNet’s own failure', refusal('Internal error', 500, -32_603)],
  ['Unavailable', 'Flashbots’ own failure', refusal('internal server error')],
  ['Unavailable', 'a closed connection', () => Promise.reject(new TypeError('connection refused'))],
  ['Unknown', 'silence', () => Promise.reject(new DOMException('too slow', 'TimeoutError'))],
  ['Unknown', 'a page with status 200', html(200)],
  ['Unknown', 'garbage', () => new Response('\u0000{"result"')],
  ['Unknown', 'nothing', () => new Response(null)],
  ['Unknown', 'an answer without a result', () => Response.json({ jsonrpc: '2.0', id: 1 })],
  ['Unknown', 'an answer without an end', endless],
  ['Rejected', 'Flashbots’ 400', () => Response.json({ error: 'incorrect request' }, { status: 400 })],
  ['Rejected', 'a transaction for another chain', refusal('unable to decode txs')],
  ['Rejected', 'BuilderNet’s refusal', refusal('Invalid params', 400, -32_602)],
  ['Rejected', 'a firewall’s page', html(403)],
  ['Rejected', 'an account without ether', refusal('insufficient funds for gas * price + value')],
  ['Rejected', 'a key that ran out', refusal('Your subscription has expired: bundle expired', 401)],
  ['Rejected', 'a bill that is open', refusal('rate limit exceeded', 402)],
  ['Rejected', 'a key that may not', refusal('already known', 403)],
  ['Rejected', 'an error without words', () => Response.json({ id: 1, error: { code: 3 } })],
  ['NonceConsumed', 'geth', refusal('nonce too low: address 0x21, tx: 3 state: 5')],
  ['NonceConsumed', 'a gateway with the builder’s words', refusal('nonce too low', 500)],
  ['NonceConsumed', 'revm', refusal('nonce 3 too low, expected 5')],
  ['Reverted', 'geth', refusal('execution reverted: OrderTooLate')],
  ['Excluded', 'MEV-Share', refusal('invalid inclusion')],
  ['Excluded', 'Flashbots', refusal('block 102 is in the past')],
]

/** Results that an eager reader would take for success. */
const noReceipts: readonly unknown[] = [false, true, '', 0, 1, {}, [], ['0xab'], 'rejected', `0x${'cd'.repeat(32)}`]

/** Tests that every kind of answer ends in its class, for any relay. */
export function describeAnswers(open: () => Relay): void {
  describe('an order it does not clearly take', () => {
    it.each(answers)('%s: %s', async (name, _what, answer) => {
      record(answer)
      const relay = open()
      const failure = await errorOf(relay.send(await order()))
      expect(failure.name).toBe(name)
      expect(failure.message).toMatch(new RegExp(`^${relay.name}: .{3,300}$`))
    })

    it.each(noReceipts.map((answer) => [answer]))(
      'may have been sent where the answer is no receipt: %j',
      async (answer) => {
        record(result(answer))
        const relay = open()
        expect(await errorOf(relay.send(await order()))).toEqual({
          name: 'Unknown',
          message: `${relay.name}: answered without saying that it took the order`,
        })
      },
    )

    it('is taken by a receipt, in either case of its letters', async () => {
      record(taken)
      await expect(open().send(await order())).resolves.toBeUndefined()
      record(async (request) => {
        const text = await (await taken(request)).text()
        return new Response(text.replace(/(?<=0x)[0-9a-f]{64}/, (digits) => digits.toUpperCase()))
      })
      await expect(open().send(await order())).resolves.toBeUndefined()
    })

    it.each([301, 302, 307, 308])('goes nowhere else by a redirection: %i', async (status) => {
      const sent = record(redirection(status))
      expect((await errorOf(open().send(await order()))).name).toBe('Rejected')
      expect(new Set(sent.map(({ url: address }) => address))).toEqual(new Set([url]))
    })

    it.each(['already known', 'bundle already known', 'AlreadyKnown', 'known transaction: 0x21'])(
      'is taken if it has it: %s',
      async (words) => {
        record(refusal(words))
        await expect(open().send(await order())).resolves.toBeUndefined()
      },
    )

    it.each(['unknown transaction type', 'transaction with the same nonce already exists'])(
      'is not taken for known by "%s"',
      async (words) => {
        record(refusal(words))
        expect((await errorOf(open().send(await order()))).name).toBe('Rejected')
      },
    )
  })
}

/** What most relays have none of. */
export function describeNoSimulation(open: () => Relay): void {
  it('has no simulation, and asks nobody for one', async () => {
    const sent = record(result(null))
    expect(await open().simulate(await order())).toBeNull()
    expect(sent).toEqual([])
  })
}
