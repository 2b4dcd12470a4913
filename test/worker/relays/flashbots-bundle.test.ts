import { privateKeyToAccount } from 'viem/accounts'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { bundleFor, callBundle, replacementUuid } from '../../../workers/relays/bundles.ts'
import { flashbotsBundle } from '../../../workers/relays/flashbots-bundle.ts'
import { authenticationHeader, relayClient } from '../../../workers/relays/json-rpc.ts'
import {
  describeAnswers,
  errorOf,
  expectSigned,
  key,
  order,
  record,
  refusal,
  result,
  type Sent,
  taken,
  url,
} from './recorded-relay.ts'

afterEach(() => vi.restoreAllMocks())

const open = () => flashbotsBundle(url, key, 424242)
const ours = relayClient('builder', url, key)
const simulated = {
  ...{ bundleGasPrice: '1', bundleHash: '0x', coinbaseDiff: '1', ethSentToCoinbase: '0', gasFees: '1' },
  ...{ stateBlockNumber: 99, totalGasUsed: 21_000, results: [{ gasUsed: 21_000 }] },
}

describeAnswers(open)

/** The text of the parameters as it was sent, wherever the client put it. */
function parametersOf({ body }: Sent | undefined = { url: '', method: '', body: '', headers: {} }): string {
  return /"params":(\[.*?\])(?:,"id":\d+,"jsonrpc":"2.0")?}$/.exec(body)?.[1] ?? body
}

describe('what it is sent', () => {
  it('is a bundle for each block, which replaces itself and no other', async () => {
    const { bytes } = await order()
    const sent = record(result({ bundleHash: '0xab' }))
    await open().send(await order())
    const bundle = (block: string, uuid: string) =>
      `{"method":"eth_sendBundle","params":[{"txs":["${bytes}"],"blockNumber":"${block}","maxTimestamp":1800000036,"replacementUuid":"${uuid}"}],"id":N,"jsonrpc":"2.0"}`
    expect(sent.map(({ body }) => body.replace(/"id":\d+/, '"id":N'))).toEqual([
      bundle('0x64', 'd24e5e35-70bd-4f8a-bd57-4acfd8d11fec'),
      bundle('0x65', 'e7bda0e1-f084-4566-ac0e-fdfc950fd822'),
      bundle('0x66', 'de2013c3-1e6f-40b9-aab0-eeb0725f5702'),
    ])
    for (const request of sent) await expectSigned(request)
  })

  it('goes on to the blocks that have not passed, and counts as sent once one took it', async () => {
    const past = (request: Sent) =>
      request.body.includes('"0x64"') ? refusal('block 100 is in the past')(request) : taken(request)
    const sent = record(past)
    await open().send(await order())
    expect(sent).toHaveLength(3)
    record((request) => (request.body.includes('"0x66"') ? refusal('internal error')(request) : taken(request)))
    await open().send(await order())
  })

  it('is a block’s bundle name to cancel, for every block', async () => {
    const { hash } = await order()
    const sent = record(result(['0xab']))
    expect(await open().cancel(await order())).toBe(true)
    expect(sent.map(parametersOf)).toEqual(
      [100n, 101n, 102n].map((block) => `[{"replacementUuid":"${replacementUuid(hash, block)}"}]`),
    )
    record(refusal('internal error'))
    expect((await errorOf(open().cancel(await order()))).name).toBe('Unavailable')
  })

  it('is the hash of the transactions’ hashes to tell what became of it', async () => {
    const sent = record(result({ isSimulated: true, receivedAt: '2026-01-01T00:00:00Z' }))
    expect(await open().status(await order())).toEqual({ status: 'pending', seenInPublicPool: false, reason: '' })
    expect(parametersOf(sent[0])).toBe(
      '[{"bundleHash":"0x03fdf052c17a8f0157efe2c9b9881bbcdbe9d31e711d6430d7c5d4075164ff53","blockNumber":"0x64"}]',
    )
    record(result({ isSimulated: false }))
    expect((await open().status(await order())).status).toBe('unknown')
  })
})

describe('both clients of Flashbots', () => {
  it('send the same parameters, byte for byte, where they overlap', async () => {
    const sent = record((request) =>
      request.body.includes('eth_callBundle') ? result(simulated)(request) : taken(request),
    )
    const subject = await order()
    await open().send({ ...subject, lastBlock: 100n })
    await ours.call('eth_sendBundle', [bundleFor(subject, 100n)])
    await open().simulate(subject)
    await callBundle(ours, subject)
    await open().cancel({ ...subject, lastBlock: 100n })
    await ours.call('eth_cancelBundle', [{ replacementUuid: replacementUuid(subject.hash, 100n) }])
    const [theirSend, ourSend, theirCall, ourCall, theirCancel, ourCancel] = sent
    for (const [theirs, own] of [
      [theirSend, ourSend],
      [theirCall, ourCall],
      [theirCancel, ourCancel],
    ] as const) {
      expect(parametersOf(own)).toBe(parametersOf(theirs))
      expect(JSON.parse(own?.body ?? '').method).toBe(JSON.parse(theirs?.body ?? '').method)
    }
    expect(sent).toHaveLength(6)
  })

  it('sign the same body with the same header', async () => {
    const sent = record(taken)
    await open().send(await order())
    for (const { body, headers } of sent) {
      expect(await authenticationHeader(privateKeyToAccount(key), body)).toBe(headers['x-flashbots-signature'])
    }
    expect(sent).toHaveLength(3)
  })

  it('give the recorded header for the recorded body', async () => {
    const body = '{"jsonrpc":"2.0","method":"eth_sendBundle","params":[{"txs":["0x02"],"blockNumber":"0x64"}],"id":1}'
    expect(await authenticationHeader(privateKeyToAccount(key), body)).toBe(
      '0x1C5A77d9FA7eF466951B2F01F724BCa3A5820b63:0xa4287364aa81510f3fd796a035832d9cd7f1654ecd160c9368fe034f06d1eda568f90130c33949f75d5d455df0da12180972fc35455da4d875b4a23d954de5f81b',
    )
  })
})

describe('its simulation', () => {
  it.each([
    [
      { gasUsed: 9, error: null },
      { ok: true, gasUsed: 9n },
    ],
    [
      { gasUsed: 9, revert: null, error: null },
      { ok: true, gasUsed: 9n },
    ],
    [
      { gasUsed: 9, error: 'execution reverted', revert: '' },
      { ok: false, reason: 'execution reverted' },
    ],
    [
      { gasUsed: 9, error: '' },
      { ok: false, reason: 'reverted' },
    ],
    [
      { gasUsed: 9, error: 'out of gas' },
      { ok: false, reason: 'out of gas' },
    ],
    [
      { gasUsed: 9, revert: null, error: 'see https://node.test/key' },
      { ok: false, reason: 'see [address]' },
    ],
  ])('%j is judged as by the other client', async (first, verdict) => {
    record(result({ ...simulated, results: [first] }))
    expect(await open().simulate(await order())).toEqual(verdict)
    expect(await callBundle(ours, await order())).toEqual(verdict)
  })

  it('objects by a revert, and is no verdict where it cannot be read', async () => {
    record(result({ ...simulated, results: [{ gasUsed: 9, error: 'execution reverted', revert: 'OrderTooLate()' }] }))
    expect(await open().simulate(await order())).toEqual({ ok: false, reason: 'OrderTooLate()' })
    for (const first of [null, {}, { gasUsed: 'many' }]) {
      record(result({ ...simulated, results: [first] }))
      expect((await errorOf(open().simulate(await order()))).name).toBe('Unknown')
    }
    for (const answer of [{}, null, 'yes', { ...simulated, results: [] }]) {
      record(result(answer))
      expect((await errorOf(open().simulate(await order()))).name).toBe('Unknown')
    }
  })
})
