import { afterEach, expect, it, vi } from 'vitest'
import { sequencer } from '../../../workers/relays/sequencer.ts'
import { describeAnswers, describeNoSimulation, order, record, result, url } from './recorded-relay.ts'

afterEach(() => vi.restoreAllMocks())

const open = () => sequencer(url)

describeAnswers(open)
describeNoSimulation(open)

it('is sent the raw transaction, unsigned by anybody else', async () => {
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

it('takes nothing back and tells nothing, and is asked neither', async () => {
  const sent = record(result(true))
  expect(await open().cancel(await order())).toBe(false)
  expect(await open().status(await order())).toEqual({ status: 'unknown', seenInPublicPool: false, reason: '' })
  expect(sent).toEqual([])
})
