import { keccak256 } from 'viem'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Devnet, startDevnet } from '../../scripts/devnet/devnet.ts'
import { endpointNames } from '../../scripts/devnet/relay-faults.ts'
import { ask, blockOf, call, deployReverting, nonceOf, relayClient, signTransfer, transactionsOf } from './clients.ts'

let devnet: Devnet
let relay: ReturnType<typeof relayClient>

beforeAll(async () => {
  devnet = await startDevnet({ port: 0, automine: false, market: false, seed: 'faults' })
})
afterAll(() => devnet.stop())
beforeEach(() => {
  relay = relayClient(devnet)
})
afterEach(async () => {
  for (const endpoint of endpointNames) await fault(endpoint, 'none')
})

const hex = (value: number) => `0x${value.toString(16)}`
const head = async () => Number(await ask(devnet.rpcUrl, 'eth_blockNumber'))
const fault = (endpoint: string, name: string, ...value: unknown[]) =>
  ask(devnet.rpcUrl, 'devnet_relayFault', endpoint, name, ...value)
const status = async (hash: string) => (await fetch(`${devnet.relayUrl}/tx/${hash}`)).json()
const sightings = async () => Number(await ask(devnet.rpcUrl, 'devnet_publicSightings', devnet.accounts.trader.address))

async function transfer(more: object = {}): Promise<`0x${string}`> {
  const { trader } = devnet.accounts
  return signTransfer(trader, { nonce: await nonceOf(devnet, trader), ...more })
}

/** A plain request to an endpoint that asks for no signature. */
function request(url: string, raw: string, signal?: AbortSignal): Promise<Response> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_sendRawTransaction', params: [raw] })
  const headers = { 'content-type': 'application/json' }
  return fetch(url, { method: 'POST', headers, body, ...(signal === undefined ? {} : { signal }) })
}

/** Includes the waiting transaction after all, so that the next test begins with a free nonce. */
async function settle(raw: string): Promise<void> {
  const keep = relayClient(devnet)
  await keep('eth_sendPrivateTransaction', { tx: raw })
  await devnet.control.mine()
}

test.each(['mev-blocker', 'titan', 'sequencer'])('%s: an outage takes nothing and looks like one', async (endpoint) => {
  const url = `${devnet.rpcUrl}/${endpoint}`
  const raw = await transfer()
  await fault(endpoint, 'down', true)
  await expect(request(url, raw)).rejects.toThrow()
  await fault(endpoint, 'down', false)
  await fault(endpoint, 'throttle', true)
  const throttled = await request(url, raw)
  expect([throttled.status, throttled.headers.get('retry-after')]).toEqual([429, '1'])
  await fault(endpoint, 'throttle', false)
  await fault(endpoint, 'html', true)
  const page = await request(url, raw)
  expect([page.status, page.headers.get('content-type')]).toEqual([502, 'text/html'])
  expect(await page.text()).toMatch(/^<html>/)
  await fault(endpoint, 'html', false)
  await fault(endpoint, 'refuse', true)
  expect(await (await request(url, raw)).json()).toMatchObject({ error: { message: `order refused by ${endpoint}` } })
  expect(await transactionsOf(devnet, await devnet.control.mine())).toEqual([])
})

test('the status page is out of order together with the endpoint', async () => {
  await fault('relay', 'html')
  expect((await fetch(`${devnet.relayUrl}/tx/0x12`)).status).toBe(502)
  await fault('relay', 'down')
  await expect(fetch(`${devnet.relayUrl}/tx/0x12`)).rejects.toThrow()
})

test.each(['mev-blocker', 'sequencer'])('%s takes the order and answers garbage', async (endpoint) => {
  await fault(endpoint, 'garbage')
  const raw = await transfer()
  const answer = await request(`${devnet.rpcUrl}/${endpoint}`, raw)
  expect(answer.status).toBe(200)
  await expect(answer.json()).rejects.toThrow(SyntaxError)
  expect(await transactionsOf(devnet, await devnet.control.mine())).toEqual([keccak256(raw)])
})

test('an endpoint that hangs takes the order and never answers', async () => {
  await fault('mev-blocker', 'hang')
  const raw = await transfer()
  const waiting = new AbortController()
  const answer = request(`${devnet.rpcUrl}/mev-blocker`, raw, waiting.signal)
  const settled = answer.then(
    () => 'answered',
    () => 'given up',
  )
  const order = () => ask(devnet.rpcUrl, 'devnet_privateOrder', keccak256(raw))
  await expect.poll(order).toMatchObject([{ endpoint: 'mev-blocker', status: 'PENDING' }])
  expect(await transactionsOf(devnet, await devnet.control.mine())).toEqual([keccak256(raw)])
  waiting.abort()
  expect(await settled).toBe('given up')
})

test('unknown: the order is taken, the answer has no result, and the status knows nothing', async () => {
  await fault('relay', 'unknown')
  const raw = await transfer()
  const answer = await relay('eth_sendPrivateTransaction', { tx: raw })
  expect(Object.keys(answer).toSorted()).toEqual(['id', 'jsonrpc'])
  expect(await status(keccak256(raw))).toMatchObject({ status: 'UNKNOWN' })
  expect(await transactionsOf(devnet, await devnet.control.mine())).toEqual([keccak256(raw)])
  expect(await status(keccak256(raw))).toMatchObject({ status: 'UNKNOWN' })
  await fault('relay', 'unknown', false)
  expect(await status(keccak256(raw))).toMatchObject({ status: 'INCLUDED' })
})

test('a dropped order is acknowledged and never lands', async () => {
  await fault('relay', 'drop')
  const raw = await transfer()
  const last = (await head()) + 3
  expect((await relay('eth_sendPrivateTransaction', { tx: raw, maxBlockNumber: hex(last) })).result).toBe(
    keccak256(raw),
  )
  const bundle = { txs: [raw], blockNumber: hex(last - 1) }
  expect((await relay('eth_sendBundle', bundle)).result).toMatchObject({ bundleHash: keccak256(keccak256(raw)) })
  expect(await status(keccak256(raw))).toMatchObject({ status: 'PENDING' })
  await devnet.control.mine(3)
  expect(await status(keccak256(raw))).toMatchObject({ status: 'FAILED' })
  expect(await blockOf(devnet, keccak256(raw))).toBeUndefined()
})

test('a delayed order lands that many blocks later, and not at all where its window is shorter', async () => {
  await fault('relay', 'delay', 2)
  const raw = await transfer()
  const sent = await head()
  await relay('eth_sendBundle', { txs: [raw], blockNumber: hex(sent + 1) })
  await relay('eth_sendBundle', { txs: [raw], blockNumber: hex(sent + 2) })
  await relay('eth_sendPrivateTransaction', { tx: raw })
  await devnet.control.mine(4)
  expect(await blockOf(devnet, keccak256(raw))).toBe(sent + 3)
  const short = await transfer()
  await relay('eth_sendPrivateTransaction', { tx: short, maxBlockNumber: hex((await head()) + 2) })
  await devnet.control.mine(4)
  expect(await blockOf(devnet, keccak256(short))).toBeUndefined()
})

test('the same bytes again are no later than the first ones, whether they travel as a bundle or alone', async () => {
  await fault('relay', 'delay', 2)
  const raw = await transfer()
  const sent = await head()
  const last = hex(sent + 3)
  const replacementUuid = crypto.randomUUID()
  for (let block = 0; block < 3; block++) {
    await relay('eth_sendBundle', { txs: [raw], blockNumber: last, replacementUuid })
    await devnet.control.mine()
  }
  expect(await blockOf(devnet, keccak256(raw))).toBe(sent + 3)

  const alone = await transfer()
  const second = await head()
  await relay('eth_sendPrivateTransaction', { tx: alone })
  await devnet.control.mine()
  await fault('relay', 'delay', 5)
  await relay('eth_sendPrivateTransaction', { tx: alone })
  await devnet.control.mine()
  await fault('relay', 'delay', 0)
  await relay('eth_sendPrivateTransaction', { tx: alone })
  await devnet.control.mine()
  expect(await blockOf(devnet, keccak256(alone))).toBe(second + 3)
})

test('what was dropped or held back before has not begun to travel', async () => {
  const raw = await transfer()
  const replacementUuid = crypto.randomUUID()
  const bundle = { txs: [raw], blockNumber: hex((await head()) + 2), replacementUuid }
  await fault('relay', 'drop')
  await relay('eth_sendBundle', bundle)
  await relay('eth_sendPrivateTransaction', { tx: raw })
  await fault('relay', 'none')
  await fault('relay', 'delay', 3)
  const sent = await head()
  await relay('eth_sendBundle', bundle)
  await relay('eth_sendPrivateTransaction', { tx: raw })
  await devnet.control.mine(5)
  expect(await blockOf(devnet, keccak256(raw))).toBe(sent + 4)
})

test('other bytes under the same id take as long as any', async () => {
  await fault('relay', 'delay', 1)
  const [first, other] = [await transfer(), await transfer({ value: 7n })]
  const replacementUuid = crypto.randomUUID()
  const blockNumber = hex((await head()) + 2)
  await relay('eth_sendBundle', { txs: [first], blockNumber, replacementUuid })
  await devnet.control.mine()
  await relay('eth_sendBundle', { txs: [other], blockNumber, replacementUuid })
  expect(await transactionsOf(devnet, await devnet.control.mine())).toEqual([])
})

test('a leaked order shows in the public pool and is counted; the share that leaks follows from the seed', async () => {
  await fault('relay', 'leak', 1)
  const before = await sightings()
  const raw = await transfer()
  await relay('eth_sendPrivateTransaction', { tx: raw })
  expect(await ask(devnet.rpcUrl, 'eth_getTransactionByHash', keccak256(raw))).toMatchObject({ blockHash: null })
  expect(await sightings()).toBe(before + 1)
  await devnet.control.mine()

  await fault('relay', 'leak', 0.5)
  const counted = await sightings()
  for (let order = 0; order < 40; order++) {
    const tx = await transfer()
    await relay('eth_sendPrivateTransaction', { tx })
    // The same bytes again are the same order: they leak or do not, once.
    const blockNumber = hex((await head()) + 1)
    await relay('eth_sendBundle', { txs: [tx], blockNumber })
    await devnet.control.mine()
  }
  // Three standard deviations of 40 draws are 9.5.
  expect(Math.abs((await sightings()) - counted - 20)).toBeLessThanOrEqual(9)
})

test('a duplicated order is with the builders twice and in one block', async () => {
  await fault('relay', 'duplicate')
  const waiting = async () =>
    ((await ask(devnet.rpcUrl, 'devnet_status')) as { privateOrders: { bundles: number; transactions: number } })
      .privateOrders
  const before = await waiting()
  const raw = await transfer()
  await relay('eth_sendPrivateTransaction', { tx: raw })
  expect(await waiting()).toEqual({ bundles: before.bundles + 1, transactions: before.transactions + 1 })
  await relay('eth_sendBundle', { txs: [raw], blockNumber: hex((await head()) + 1) })
  expect(await waiting()).toEqual({ bundles: before.bundles + 3, transactions: before.transactions + 1 })
  expect(await transactionsOf(devnet, await devnet.control.mine())).toEqual([keccak256(raw)])
  expect(await waiting()).toEqual(before)

  const cancelled = await transfer()
  await relay('eth_sendPrivateTransaction', { tx: cancelled })
  expect((await relay('eth_cancelPrivateTransaction', { txHash: keccak256(cancelled) })).result).toBe(true)
  expect(await transactionsOf(devnet, await devnet.control.mine())).toEqual([])
})

test('a late order lands after its window, although it was cancelled and would revert', async () => {
  await fault('relay', 'late')
  const { reverting } = await deployReverting(devnet)
  const raw = await transfer({ to: reverting, value: 0n })
  const last = (await head()) + 2
  await relay('eth_sendPrivateTransaction', { tx: raw, maxBlockNumber: hex(last) })
  expect((await relay('eth_cancelPrivateTransaction', { txHash: keccak256(raw) })).result).toBe(true)
  await devnet.control.mine(2)
  expect(await status(keccak256(raw))).toMatchObject({ status: 'CANCELLED' })
  expect(await blockOf(devnet, keccak256(raw))).toBeUndefined()
  await devnet.control.mine()
  expect(await blockOf(devnet, keccak256(raw))).toBe(last + 1)
  expect(await ask(devnet.rpcUrl, 'eth_getTransactionReceipt', keccak256(raw))).toMatchObject({ status: '0x0' })
})

test('late bundles for several blocks are one order, and are gone when the nonce is used', async () => {
  await fault('relay', 'late')
  const raw = await transfer()
  const first = (await head()) + 1
  for (const block of [first, first + 1, first + 2]) {
    const replacementUuid = crypto.randomUUID()
    await relay('eth_sendBundle', { txs: [raw], blockNumber: hex(block), replacementUuid, maxTimestamp: 1 })
    await relay('eth_cancelBundle', { replacementUuid })
  }
  await devnet.control.mine(3)
  expect(await blockOf(devnet, keccak256(raw))).toBeUndefined()
  await devnet.control.mine()
  expect(await blockOf(devnet, keccak256(raw))).toBe(first + 3)

  const overtaken = await transfer()
  await relay('eth_sendBundle', { txs: [overtaken], blockNumber: hex((await head()) + 1) })
  await fault('relay', 'none')
  await settle(await transfer({ value: 5n }))
  await devnet.control.mine(3)
  expect(await blockOf(devnet, keccak256(overtaken))).toBeUndefined()
})

test('a late order that is sent again in every block is not held for longer', async () => {
  await fault('mev-blocker', 'late')
  const raw = await transfer()
  const sent = await head()
  for (let block = 0; block < 4; block++) {
    await request(`${devnet.rpcUrl}/mev-blocker`, raw)
    await devnet.control.mine()
  }
  // Its window is 25 blocks.
  await devnet.control.mine(21)
  expect(await blockOf(devnet, keccak256(raw))).toBeUndefined()
  await devnet.control.mine()
  expect(await blockOf(devnet, keccak256(raw))).toBe(sent + 26)
})

test('several faults at once, all of them shown, each endpoint for itself, and none ends them', async () => {
  expect(await fault('relay', 'drop', 'on')).toEqual({ drop: true })
  expect(await fault('relay', 'leak', true)).toEqual({ drop: true, leak: 1 })
  await fault('titan', 'delay', 3)
  expect(await ask(devnet.rpcUrl, 'devnet_status')).toMatchObject({
    relayFaults: { relay: { drop: true, leak: 1 }, titan: { delay: 3 } },
  })
  // Dropped and leaked: builders have it from the public pool alone.
  const raw = await transfer()
  await relay('eth_sendPrivateTransaction', { tx: raw })
  expect(await status(keccak256(raw))).toMatchObject({ status: 'PENDING', seenInMempool: true })
  expect(await ask(devnet.rpcUrl, 'devnet_privateOrder', keccak256(raw))).toMatchObject([{ builders: [] }])
  expect(await transactionsOf(devnet, await devnet.control.mine())).toEqual([keccak256(raw)])
  expect(await fault('relay', 'none')).toEqual({})
  expect(await ask(devnet.rpcUrl, 'devnet_status')).toMatchObject({ relayFaults: { titan: { delay: 3 } } })
})

test.each([
  [['nowhere', 'drop', true], /^"nowhere" does not fit, only one of relay, .*, sequencer does/],
  [['relay', 'fly', true], /there is no fault "fly"; there are down, .*, late, none/],
  [['relay', 'drop', 3], /the fault drop takes true or false/],
  [['relay', 'delay', true], /the fault delay takes 0 to 1000 blocks/],
  [['relay', 'delay', 1.5], /the fault delay takes 0 to 1000 blocks/],
  [['relay', 'leak', 1.5], /the fault leak takes a share from 0 to 1/],
])('refuses %j', async (params, message) => {
  const { error } = await call(devnet.rpcUrl, 'devnet_relayFault', ...params)
  expect(error).toMatchObject({ code: -32602, message: expect.stringMatching(message) })
})
