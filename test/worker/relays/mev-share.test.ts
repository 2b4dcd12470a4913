import { afterEach, describe, expect, it, vi } from 'vitest'
import { mevShare } from '../../../workers/relays/mev-share.ts'
import {
  describeAnswers,
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

const open = (builders: string[] = []) => mevShare(url, key, builders)
const bundleText = (bytes: string) =>
  `"version":"v0.1","inclusion":{"block":"0x64","maxBlock":"0x66"},"body":[{"tx":"${bytes}","canRevert":false}],` +
  `"validity":{"refund":[],"refundConfig":[{"address":"${vault}","percent":100}]}`

describeAnswers(() => open())

describe('what it is sent', () => {
  it('is one bundle with its window, one hint, and the whole refund to the vault', async () => {
    const { bytes } = await order()
    const sent = record(result({ bundleHash: '0xab' }))
    await open().send(await order())
    expect(sent.map(({ url: address, method, body }) => [address, method, body])).toEqual([
      [
        url,
        'POST',
        `{"jsonrpc":"2.0","id":1,"method":"mev_sendBundle","params":[{${bundleText(bytes)},"privacy":{"hints":["hash"]}}]}`,
      ],
    ])
    for (const request of sent) await expectSigned(request)
  })

  it('names the builders where the configuration does', async () => {
    const sent = record(result({ bundleHash: '0xab' }))
    await open(['flashbots', 'titan']).send(await order())
    expect(sent[0]?.body).toContain('"privacy":{"hints":["hash"],"builders":["flashbots","titan"]}')
  })

  it('has a window that the node takes, however long the order’s is', async () => {
    const sent = record(result({ bundleHash: '0xab' }))
    await open().send({ ...(await order()), lastBlock: 900n })
    expect(sent[0]?.body).toContain('"inclusion":{"block":"0x64","maxBlock":"0x81"}')
  })

  it('is the same bundle to simulate, on the block before its window', async () => {
    const { bytes } = await order()
    const sent = record(result({ success: true, stateBlock: '0x63', gasUsed: '0x5208' }))
    expect(await open().simulate(await order())).toEqual({ ok: true, gasUsed: 21_000n })
    expect(sent[0]?.body).toBe(
      `{"jsonrpc":"2.0","id":1,"method":"mev_simBundle","params":[{${bundleText(bytes)}},{"parentBlock":"0x63"}]}`,
    )
    for (const request of sent) await expectSigned(request)
  })
})

describe('its simulation', () => {
  it.each([
    [{ success: false, error: 'tx failed', execError: 'execution reverted', revert: '0x' }, 'execution reverted'],
    [{ success: false, error: 'tx failed' }, 'tx failed'],
    [{ success: false }, 'reverted'],
    [{ success: false, error: 'ask https://node.test/key' }, 'ask [address]'],
  ])('objects: %j', async (answer, reason) => {
    record(result(answer))
    expect(await open().simulate(await order())).toEqual({ ok: false, reason })
  })

  it.each([null, {}, { success: 'yes' }, { success: true, gasUsed: {} }])(
    'is no verdict where it cannot be read: %j',
    async (answer) => {
      record(result(answer))
      expect((await errorOf(open().simulate(await order()))).name).toBe('Unknown')
    },
  )

  it('fails like every other request', async () => {
    record(refusal('mev-share service error'))
    expect((await errorOf(open().simulate(await order()))).name).toBe('Unavailable')
  })
})

it('takes nothing back, and asks nobody to', async () => {
  const sent = record(result(true))
  expect(await open().cancel(await order())).toBe(false)
  expect(sent).toEqual([])
})

it('tells what the status API tells', async () => {
  const sent = record(() => Response.json({ status: 'PENDING', seenInMempool: true }))
  expect(await open().status(await order())).toEqual({ status: 'pending', seenInPublicPool: true, reason: '' })
  expect(sent[0]?.url).toBe(`https://relay.test/tx/${(await order()).hash}`)
})
