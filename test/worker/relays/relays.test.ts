import { type Hex, keccak256 } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { RelayName } from '../../../shared/chain/relays.ts'
import { flashbotsBundle } from '../../../workers/relays/flashbots-bundle.ts'
import { flashbotsPrivate } from '../../../workers/relays/flashbots-private.ts'
import { relayClient } from '../../../workers/relays/json-rpc.ts'
import { askCancel, askSimulation, askStatus, deliver } from '../../../workers/relays/ladder.ts'
import { nothingReported, type PrivateOrder, type Relay } from '../../../workers/relays/relay.ts'
import { sequencer } from '../../../workers/relays/sequencer.ts'

afterEach(() => vi.restoreAllMocks())

const key: Hex = `0x${'12'.repeat(32)}`
const url = 'https://relay.test/'

interface Sent {
  url: string
  body: string
  signature: string
}

/** A relay that answers what it is told to, and keeps what it got. */
function fakeRelay(answer: () => Response | Promise<Response>): Sent[] {
  const sent: Sent[] = []
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const headers = new Headers(init?.headers)
    sent.push({ url: String(input), body: String(init?.body), signature: headers.get('x-flashbots-signature') ?? '' })
    return answer()
  })
  return sent
}

const accepts = () => Response.json({ jsonrpc: '2.0', id: 1, result: { bundleHash: `0x${'ab'.repeat(32)}` } })

async function signedTransaction(): Promise<PrivateOrder> {
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
  return {
    bytes,
    hash: keccak256(bytes),
    vault: account.address,
    firstBlock: 100n,
    lastBlock: 102n,
    deadline: 1_800_000_036,
  }
}

describe('the ladder', () => {
  const relay = (name: RelayName, send: Relay['send']): Relay => ({
    name,
    send,
    simulate: async () => ({ ok: false, reason: 'not asked' }),
    status: async () => nothingReported,
    cancel: async () => false,
  })
  const failing = (answer: () => Response | Promise<Response>): Relay => {
    fakeRelay(answer)
    return relay('flashbots-private', async () => {
      await relayClient('flashbots-private', url, key).call('eth_sendBundle', [])
    })
  }

  const always = async () => true

  it.each([
    ['Unavailable', () => new Response('', { status: 503 })],
    ['Throttled', () => new Response('', { status: 429 })],
    ['Rejected', () => Response.json({ error: 'incorrect request' }, { status: 400 })],
  ])('goes on to the next relay after %s, with the same bytes', async (_name, answer) => {
    const taken: string[] = []
    const second = relay('builder', async ({ bytes }) => {
      taken.push(bytes)
    })
    const order = await signedTransaction()
    expect(await deliver([failing(answer), second], order, 1, always)).toMatchObject([
      { relay: 'flashbots-private' },
      { relay: 'builder', answer: 'accepted' },
    ])
    expect(taken).toEqual([order.bytes])
  })

  it.each([
    ['Unknown', () => new Response('ok')],
    ['NonceConsumed', () => Response.json({ error: { message: 'nonce too low' } })],
  ])('stops after %s: the receipts decide', async (name, answer) => {
    const second = relay('builder', () => Promise.reject(new Error('must not be asked')))
    const order = await signedTransaction()
    expect(await deliver([failing(answer), second], order, 1, always)).toMatchObject([
      { relay: 'flashbots-private', answer: name },
    ])
  })

  it('goes on after a verdict once more than one relay is to have the order', async () => {
    const order = await signedTransaction()
    const second = relay('builder', async () => undefined)
    const verdict = failing(() => Response.json({ error: { message: 'execution reverted' } }))
    expect(await deliver([verdict, second], order, 2, always)).toMatchObject([
      { relay: 'flashbots-private', answer: 'Reverted' },
      { relay: 'builder', answer: 'accepted' },
    ])
  })
})

describe('what a relay is asked beside', () => {
  const error = (message: string) => () => Response.json({ id: 1, error: { message } })
  const simulated = (result: object) => () => Response.json({ id: 1, result: { ...report, results: [result] } })
  const report = { bundleGasPrice: '1', bundleHash: '0x', coinbaseDiff: '1', ethSentToCoinbase: '0', gasFees: '1' }
  const relays = [flashbotsPrivate(relayClient('flashbots-private', url, key), url), flashbotsBundle(url, key, 424242)]

  it.each(relays.map((relay) => [relay.name, relay] as const))(
    '%s simulates: a revert or a failure objects',
    async (name, relay) => {
      const order = await signedTransaction()
      const ask = (answer: () => Response | Promise<Response>) => {
        fakeRelay(answer)
        return askSimulation(relay, order)
      }
      expect(await ask(simulated({ gasUsed: 100 }))).toBeNull()
      const reverted = await ask(simulated({ gasUsed: 100, error: 'execution reverted', revert: 'no' }))
      expect(reverted).toEqual({ relay: name, answer: 'Reverted', detail: 'no' })
      const failed = await ask(simulated({ gasUsed: 100, error: 'out of gas' }))
      expect(failed).toMatchObject({ answer: 'Reverted' })
      // A relay that does not understand us says nothing of the order.
      expect(await ask(error('unable to decode txs'))).toBeNull()
      expect(await ask(error('execution reverted'))).toMatchObject({ relay: name, answer: 'Reverted' })
      // Nobody home is no verdict.
      expect(await ask(() => new Response('', { status: 503 }))).toBeNull()
      expect(await ask(() => new Response('', { status: 429 }))).toBeNull()
      expect(await ask(() => Promise.reject(new TypeError('connection refused')))).toBeNull()
      expect(await ask(() => Promise.reject(new DOMException('too slow', 'TimeoutError')))).toBeNull()
    },
  )

  it('gives no bytes to a relay that has no simulation', async () => {
    const order = await signedTransaction()
    const sent = fakeRelay(accepts)
    expect(await askSimulation(sequencer(url), order)).toBeNull()
    expect(sent).toEqual([])
  })

  it('cancels at the relay that took the order, and survives its refusal', async () => {
    const order = await signedTransaction()
    const sent = fakeRelay(() => Response.json({ id: 1, result: true }))
    expect(await askCancel(relays, 'flashbots-private', order)).toBe(true)
    expect(JSON.parse(sent[0]?.body ?? '')).toMatchObject({
      method: 'eth_cancelPrivateTransaction',
      params: [{ txHash: order.hash }],
    })
    const bundles = fakeRelay(accepts)
    expect(await askCancel(relays, 'flashbots-bundle', order)).toBe(true)
    expect(bundles.map(({ body }) => JSON.parse(body).method)).toEqual(Array(3).fill('eth_cancelBundle'))
    fakeRelay(error('internal error'))
    expect(await askCancel(relays, 'flashbots-private', order)).toBe(false)
    expect(await askCancel(relays, 'a relay of another configuration', order)).toBe(false)
  })

  it.each([
    ['PENDING', 'pending'],
    ['INCLUDED', 'included'],
    ['FAILED', 'failed'],
    ['CANCELLED', 'cancelled'],
    ['UNKNOWN', 'unknown'],
    ['something new', 'unknown'],
  ] as const)('reads the status %s as %s', async (status, meaning) => {
    const sent = fakeRelay(() => Response.json({ status }))
    const order = await signedTransaction()
    expect(await askStatus(relays, 'flashbots-private', order)).toMatchObject({ status: meaning })
    expect(sent[0]?.url).toBe(`https://relay.test/tx/${order.hash}`)
  })

  it('asks Flashbots for a status where Flashbots tells it, and takes an outage for "unknown"', async () => {
    const sent = fakeRelay(() => Response.json({ status: 'PENDING' }))
    const order = await signedTransaction()
    const flashbots = 'https://relay.flashbots.net'
    await flashbotsPrivate(relayClient('flashbots-private', flashbots, key), flashbots).status(order)
    expect(sent[0]?.url).toBe(`https://protect.flashbots.net/tx/${order.hash}`)
    fakeRelay(() => Promise.reject(new TypeError('connection refused')))
    expect(await askStatus(relays, 'flashbots-private', order)).toEqual(nothingReported)
    fakeRelay(error('internal error'))
    expect(await askStatus(relays, 'flashbots-bundle', order)).toEqual(nothingReported)
  })
})
