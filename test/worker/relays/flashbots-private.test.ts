import { afterEach, describe, expect, it, vi } from 'vitest'
import { flashbotsPrivate } from '../../../workers/relays/flashbots-private.ts'
import { relayClient } from '../../../workers/relays/json-rpc.ts'
import {
  describeAnswers,
  errorOf,
  expectSigned,
  key,
  order,
  record,
  redirection,
  refusal,
  result,
  taken,
  url,
  vault,
} from './recorded-relay.ts'

afterEach(() => vi.restoreAllMocks())

const open = (address = url, builders: string[] = []) =>
  flashbotsPrivate(relayClient('flashbots-private', address, key), address, builders)

describeAnswers(open)

describe('what it is sent', () => {
  it('is one private transaction with its window, one hint, and refunds to the vault', async () => {
    const { bytes, hash } = await order()
    const sent = record(result(hash))
    await open().send(await order())
    expect(sent.map(({ url: address, method, body }) => [address, method, body])).toEqual([
      [
        url,
        'POST',
        `{"jsonrpc":"2.0","id":1,"method":"eth_sendPrivateTransaction","params":[{"tx":"${bytes}","maxBlockNumber":"0x66",` +
          '"preferences":{"fast":false,"privacy":{"hints":["hash"]},' +
          `"validity":{"refund":[{"address":"${vault}","percent":90}]}}}]}`,
      ],
    ])
    for (const request of sent) await expectSigned(request)
  })

  it('names the builders where the configuration does', async () => {
    const sent = record(taken)
    await open(url, ['flashbots', 'titan']).send(await order())
    expect(sent[0]?.body).toContain('"privacy":{"hints":["hash"],"builders":["flashbots","titan"]}')
  })

  it('is a bundle to simulate', async () => {
    const { bytes } = await order()
    const sent = record(result({ results: [{ gasUsed: 21_000 }], totalGasUsed: 21_000 }))
    expect(await open().simulate(await order())).toEqual({ ok: true, gasUsed: 21_000n })
    expect(sent[0]?.body).toBe(
      `{"jsonrpc":"2.0","id":1,"method":"eth_callBundle","params":[{"txs":["${bytes}"],"blockNumber":"0x64","stateBlockNumber":"latest"}]}`,
    )
    for (const request of sent) await expectSigned(request)
  })

  it('is a hash to cancel, and only "true" is a yes', async () => {
    const { hash } = await order()
    const sent = record(result(true))
    expect(await open().cancel(await order())).toBe(true)
    expect(sent[0]?.body).toBe(
      `{"jsonrpc":"2.0","id":1,"method":"eth_cancelPrivateTransaction","params":[{"txHash":"${hash}"}]}`,
    )
    for (const request of sent) await expectSigned(request)
    for (const answer of [false, null, 'true', 1]) {
      record(result(answer))
      expect(await open().cancel(await order())).toBe(false)
    }
    record(refusal('tx not found or already submitted'))
    expect((await errorOf(open().cancel(await order()))).name).toBe('Rejected')
  })
})

describe('its simulation', () => {
  it.each([
    ['a revert with words', { gasUsed: 9, error: 'execution reverted', revert: 'OrderTooLate()' }, 'OrderTooLate()'],
    ['an error', { gasUsed: 9, error: 'out of gas' }, 'out of gas'],
  ])('objects by %s', async (_what, first, reason) => {
    record(result({ results: [first] }))
    expect(await open().simulate(await order())).toEqual({ ok: false, reason })
  })

  it('takes an error of null for none', async () => {
    record(result({ results: [{ gasUsed: 9, error: null, revert: null }] }))
    expect(await open().simulate(await order())).toEqual({ ok: true, gasUsed: 9n })
  })

  it.each([null, {}, { results: [] }, { results: 'none' }, { results: [{ gasUsed: 'many' }] }])(
    'is no verdict where it cannot be read: %j',
    async (answer) => {
      record(result(answer))
      expect((await errorOf(open().simulate(await order()))).name).toBe('Unknown')
    },
  )
})

describe('its status', () => {
  const status = async (answer: unknown, address = url) => {
    const sent = record(() => Response.json(answer))
    return { report: await open(address).status(await order()), sent }
  }

  it.each([
    ['PENDING', 'pending'],
    ['INCLUDED', 'included'],
    ['FAILED', 'failed'],
    ['CANCELLED', 'cancelled'],
    ['UNKNOWN', 'unknown'],
    ['something new', 'unknown'],
  ])('%s is read as %s', async (said, meaning) => {
    const { report, sent } = await status({ status: said, seenInMempool: false })
    expect(report).toEqual({ status: meaning, seenInPublicPool: false, reason: '' })
    expect(sent.map(({ url: address, method }) => [method, address])).toEqual([
      ['GET', `https://relay.test/tx/${(await order()).hash}`],
    ])
  })

  it('says that the public pool has seen it, and why it fails, without addresses', async () => {
    const said = { status: 'FAILED', seenInMempool: true, simError: 'SimErrorExecutionReverted' }
    expect((await status(said)).report).toEqual({
      ...{ status: 'failed', seenInPublicPool: true, reason: 'SimErrorExecutionReverted' },
    })
    const because = { ...said, revertReason: 'see https://user:secret@node.test/key' }
    expect((await status(because)).report.reason).toBe('see [address]')
  })

  it.each(['garbage', [null], {}, { status: 7 }])('is unknown where it cannot be read: %j', async (answer) => {
    expect((await status(answer)).report).toEqual({ status: 'unknown', seenInPublicPool: false, reason: '' })
  })

  it('is asked of nobody else by a redirection, which would learn the hash', async () => {
    const sent = record(redirection(302))
    expect((await errorOf(open().status(await order()))).name).toBe('Rejected')
    expect(sent).toHaveLength(1)
  })

  it('is at the host of Protect for Flashbots’ own relay', async () => {
    const { sent } = await status({ status: 'PENDING' }, 'https://relay.flashbots.net')
    expect(sent[0]?.url).toBe(`https://protect.flashbots.net/tx/${(await order()).hash}`)
  })
})
