import { afterEach, describe, expect, it, vi } from 'vitest'
import { titan } from '../../../workers/relays/titan.ts'
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
  taken,
  url,
  vault,
} from './recorded-relay.ts'

afterEach(() => vi.restoreAllMocks())

const open = (address = url) => titan(address, key)
const uuids = [
  'd24e5e35-70bd-4f8a-bd57-4acfd8d11fec',
  'e7bda0e1-f084-4566-ac0e-fdfc950fd822',
  'de2013c3-1e6f-40b9-aab0-eeb0725f5702',
]
const bundles = (txs: string) =>
  uuids.map(
    (uuid, place) =>
      `{"jsonrpc":"2.0","id":1,"method":"eth_sendBundle","params":[{"txs":${txs},"blockNumber":"0x${(100 + place).toString(16)}",` +
      `"replacementUuid":"${uuid}","refundRecipient":"${vault}"}]}`,
  )

describeAnswers(open)
describeNoSimulation(open)

describe('what it is sent', () => {
  it('is a bundle for each block, with the vault as whom to refund, and no share that could discard it', async () => {
    const { bytes } = await order()
    const sent = record(result({ bundleHash: '0xab' }))
    await open().send(await order())
    expect(sent.map(({ body }) => body)).toEqual(bundles(`["${bytes}"]`))
    for (const request of sent) await expectSigned(request)
  })

  it('is taken by 200, too', async () => {
    record(() => Response.json({ result: 200, error: null, id: 1 }))
    await expect(open().send(await order())).resolves.toBeUndefined()
  })

  it('is an empty bundle of the same name to cancel, for every block that has not passed', async () => {
    const sent = record((request) =>
      request.body.includes('"0x64"') ? refusal('block 100 is in the past')(request) : taken(request),
    )
    expect(await open().cancel(await order())).toBe(true)
    expect(sent.map(({ body }) => body)).toEqual(bundles('[]'))
    for (const request of sent) await expectSigned(request)
    record(refusal('internal error'))
    expect((await errorOf(open().cancel(await order()))).name).toBe('Unavailable')
  })
})

describe('its status', () => {
  it.each([
    [
      { status: 'SimulationFail', builderPayment: '0', error: 'BundleRevert. Reverting Hash: 0x456' },
      'failed',
      /^BundleRevert/,
    ],
    [{ status: 'Invalid' }, 'failed', /^Invalid$/],
    [{ status: 'Received' }, 'pending', /^Received$/],
    [{ status: 'SimulationPass' }, 'pending', /^SimulationPass$/],
    [{ status: 'ExcludedFromBlock', error: '' }, 'pending', /^ExcludedFromBlock$/],
    [{ status: 'IncludedInBlock', error: null }, 'pending', /^IncludedInBlock$/],
    [{ status: 'Submitted' }, 'pending', /^Submitted$/],
    [{ status: 'NotFound' }, 'unknown', /^NotFound$/],
    [{ state: 'Received' }, 'unknown', /^$/],
    [null, 'unknown', /^$/],
  ])('%j is read as %s', async (answer, status, reason) => {
    const sent = record(result(answer))
    expect(await open().status(await order())).toEqual({
      ...{ status, seenInPublicPool: false, reason: expect.stringMatching(reason) },
    })
    expect(sent).toEqual([
      {
        url,
        method: 'POST',
        body: '{"jsonrpc":"2.0","id":1,"method":"titan_getBundleStats","params":[{"bundleHash":"0x03fdf052c17a8f0157efe2c9b9881bbcdbe9d31e711d6430d7c5d4075164ff53"}]}',
        headers: { 'content-type': 'application/json' },
      },
    ])
  })

  it.each(['https://rpc.titanbuilder.xyz', 'https://eu.rpc.titanbuilder.xyz/'])(
    'is at Titan’s host for statistics: %s',
    async (address) => {
      const sent = record(result({ status: 'Received' }))
      await open(address).status(await order())
      expect(sent[0]?.url).toBe('https://stats.titanbuilder.xyz')
    },
  )
})
