import { afterEach, describe, expect, it, vi } from 'vitest'
import { relayTimeoutMilliseconds } from '../../../workers/relays/json-rpc.ts'
import { mevBlocker } from '../../../workers/relays/mev-blocker.ts'
import { describeAnswers, describeNoSimulation, order, record, refusal, result, taken, url } from './recorded-relay.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const open = () => mevBlocker(url)

describeAnswers(open)
describeNoSimulation(open)

describe('what it is sent', () => {
  it('is the raw transaction, unsigned by anybody else', async () => {
    const { bytes, hash } = await order()
    const sent = record(result(hash))
    await open().send(await order())
    expect(sent).toEqual([
      {
        url,
        method: 'POST',
        body: `{"jsonrpc":"2.0","id":1,"method":"eth_sendRawTransaction","params":["${bytes}"]}`,
        headers: { 'content-type': 'application/json' },
      },
    ])
  })

  it('waits for the one before, even if that failed', async () => {
    const { promise: gate, resolve: letGo } = Promise.withResolvers<void>()
    const sent = record(async (request) => {
      if (sent.length === 1) await gate
      return sent.length === 1 ? refusal('internal error')(request) : taken(request)
    })
    const relay = open()
    const first = relay.send(await order())
    const outcome = expect(first).rejects.toMatchObject({ name: 'Unavailable' })
    const second = relay.send(await order())
    await vi.waitFor(() => expect(sent).toHaveLength(1))
    // Whatever could run without the first answer has run.
    for (let turn = 0; turn < 20; turn++) await Promise.resolve()
    expect(sent).toHaveLength(1)
    letGo()
    await outcome
    await second
    expect(sent).toHaveLength(2)
  })

  it('does not wait for one that never ends', async () => {
    vi.useFakeTimers()
    const sent = record((request) => (sent.length === 1 ? new Promise<never>(() => {}) : taken(request)))
    const relay = open()
    void relay.send(await order())
    const second = relay.send(await order())
    await vi.advanceTimersByTimeAsync(relayTimeoutMilliseconds)
    await second
    expect(sent).toHaveLength(2)
  })

  it('is never a cancellation', async () => {
    const sent = record(result(true))
    expect(await open().cancel(await order())).toBe(false)
    expect(sent).toEqual([])
  })
})

describe('its status', () => {
  it.each([
    [{ blockNumber: null, hash: '0x21', gasPrice: '0x0', v: '0x0', r: '0x0', s: '0x0' }, 'pending'],
    [{ hash: '0x21' }, 'pending'],
    [{ blockNumber: '0x64', hash: '0x21' }, 'included'],
    [null, 'unknown'],
    ['pending', 'unknown'],
    [{ blockNumber: 100 }, 'unknown'],
  ])('%j is read as %s', async (answer, status) => {
    const { hash } = await order()
    const sent = record(result(answer))
    expect(await open().status(await order())).toEqual({ status, seenInPublicPool: false, reason: '' })
    expect(sent[0]?.body).toBe(`{"jsonrpc":"2.0","id":1,"method":"eth_getTransactionByHash","params":["${hash}"]}`)
  })
})
