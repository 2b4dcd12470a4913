import { afterEach, describe, expect, it, vi } from 'vitest'
import { builder } from '../../../workers/relays/builder.ts'
import {
  describeAnswers,
  describeNoSimulation,
  errorOf,
  expectSigned,
  key,
  order,
  record,
  refusal,
  result,
  url,
  vault,
} from './recorded-relay.ts'

afterEach(() => vi.restoreAllMocks())

const open = () => builder(url, key)
const uuids = [
  'd24e5e35-70bd-4f8a-bd57-4acfd8d11fec',
  'e7bda0e1-f084-4566-ac0e-fdfc950fd822',
  'de2013c3-1e6f-40b9-aab0-eeb0725f5702',
]
const bundles = (txs: string) =>
  uuids.map(
    (uuid, place) =>
      `{"jsonrpc":"2.0","id":1,"method":"eth_sendBundle","params":[{"txs":${txs},"blockNumber":"0x${(100 + place).toString(16)}",` +
      `"maxTimestamp":1800000036,"replacementUuid":"${uuid}","refundRecipient":"${vault}","refundIdentity":"${vault}"}]}`,
  )

describeAnswers(open)
describeNoSimulation(open)

describe('what it is sent', () => {
  it('is a bundle for each block until the deadline, with the vault as whom to refund', async () => {
    const { bytes } = await order()
    const sent = record(result({ bundleHash: '0xab', receivedTimestampMs: 1_718_030_000_123.456 }))
    await open().send(await order())
    expect(sent.map(({ url: address, method, body }) => [address, method, body])).toEqual(
      bundles(`["${bytes}"]`).map((body) => [url, 'POST', body]),
    )
    for (const request of sent) await expectSigned(request)
  })

  it('is one request at a time', async () => {
    let running = 0
    let most = 0
    record(async (request) => {
      most = Math.max(most, ++running)
      await Promise.resolve()
      running--
      return result({ bundleHash: '0xab' })(request)
    })
    await open().send(await order())
    expect(most).toBe(1)
  })

  it('is an empty bundle of the same name to cancel, for every block', async () => {
    const sent = record(result({ bundleHash: '0xab' }))
    expect(await open().cancel(await order())).toBe(true)
    expect(sent.map(({ body }) => body)).toEqual(bundles('[]'))
    for (const request of sent) await expectSigned(request)
    record(refusal('Invalid signature', 400, -32_603))
    expect((await errorOf(open().cancel(await order()))).name).toBe('Rejected')
  })
})

describe('a window that has begun', () => {
  const passed = (blocks: string[], otherwise: string) =>
    record((request) => {
      const block = blocks.find((number) => request.body.includes(`"${number}"`))
      return refusal(block === undefined ? otherwise : 'block is in the past')(request)
    })

  it('is tried in the blocks that are left, and its last error is what counts', async () => {
    const sent = passed(['0x64', '0x65'], 'Internal error')
    expect((await errorOf(open().send(await order()))).name).toBe('Unavailable')
    expect(sent).toHaveLength(3)
  })

  it('is given up at the first other error: the next relay may still reach the first block', async () => {
    const sent = passed([], 'Internal error')
    expect((await errorOf(open().send(await order()))).name).toBe('Unavailable')
    expect(sent).toHaveLength(1)
  })
})

it('tells nothing of a bundle, and is not asked', async () => {
  const sent = record(result({}))
  expect(await open().status(await order())).toEqual({ status: 'unknown', seenInPublicPool: false, reason: '' })
  expect(sent).toEqual([])
})
