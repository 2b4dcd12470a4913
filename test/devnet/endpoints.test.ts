import { keccak256 } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Devnet, startDevnet } from '../../scripts/devnet/devnet.ts'
import {
  ask,
  blockOf,
  call,
  deployReverting,
  nonceOf,
  post,
  relayClient,
  signTransfer,
  transactionsOf,
  winnerOf,
} from './clients.ts'

let devnet: Devnet

beforeAll(async () => {
  devnet = await startDevnet({ port: 0, automine: false, market: false, seed: 'endpoints' })
})
afterAll(() => devnet.stop())

const hex = (value: number) => `0x${value.toString(16)}`
const head = async () => Number(await ask(devnet.rpcUrl, 'eth_blockNumber'))
const url = (name: keyof Devnet['relayUrls']) => devnet.relayUrls[name]
const request = (method: string, ...params: unknown[]) => JSON.stringify({ jsonrpc: '2.0', id: 7, method, params })

async function transfer(more: object = {}): Promise<`0x${string}`> {
  const { trader } = devnet.accounts
  return signTransfer(trader, { nonce: await nonceOf(devnet, trader), ...more })
}

/** Sends the same bytes before each block until they are in one, and returns who won the blocks meanwhile. */
async function winnersUntilIncluded(raw: `0x${string}`, send: () => Promise<unknown>): Promise<(string | undefined)[]> {
  const winners: (string | undefined)[] = []
  while ((await blockOf(devnet, keccak256(raw))) === undefined && winners.length < 60) {
    await send()
    winners.push(await winnerOf(devnet, await devnet.control.mine()))
  }
  return winners
}

test('MEV Blocker is a node whose transactions stay private, and are shown there without price and signature', async () => {
  const blocker = url('mev-blocker')
  const { trader } = devnet.accounts
  const sightings = await ask(devnet.rpcUrl, 'devnet_publicSightings', trader.address)
  const raw = await transfer()
  const hash = keccak256(raw)
  expect(await ask(blocker, 'eth_sendRawTransaction', raw)).toBe(hash)
  expect(await ask(`${blocker}/fullprivacy`, 'eth_getTransactionByHash', hash)).toMatchObject({
    ...{ hash, blockHash: null, from: trader.address.toLowerCase(), value: '0x1' },
    ...{ gasPrice: '0x0', v: '0x0', r: '0x0', s: '0x0' },
  })
  expect(await ask(devnet.rpcUrl, 'eth_getTransactionByHash', hash)).toBeNull()
  expect(await ask(blocker, 'eth_blockNumber')).toBe(hex(await head()))
  expect(await transactionsOf(devnet, await devnet.control.mine())).toEqual([hash])
  expect(await ask(blocker, 'eth_getTransactionByHash', hash)).toMatchObject({ hash, blockNumber: hex(await head()) })
  expect(await ask(devnet.rpcUrl, 'devnet_publicSightings', trader.address)).toBe(sightings)
  expect((await call(blocker, 'eth_sendRawTransaction', raw)).error).toMatchObject({
    ...{ code: -32000, message: expect.stringMatching(/^nonce too low: next nonce \d+, tx nonce \d+$/) },
  })
  expect((await call(blocker, 'devnet_mine')).error?.code).toBe(-32601)
})

test('Titan answers in its own envelope, signed or not, and only its own blocks hold what it was given', async () => {
  const titan = url('titan')
  const raw = await transfer()
  const answer = await post(titan, request('eth_sendRawTransaction', raw))
  expect(answer).toEqual({ result: 200, error: null, id: 7 })
  const winners = await winnersUntilIncluded(raw, async () => undefined)
  expect(winners.at(-1)).toBe('titan')
  expect(winners.slice(0, -1).every((winner) => winner === 'buildernet')).toBe(true)
  const signed = await relayClient(devnet, titan)('eth_sendPrivateTransaction', { tx: await transfer() })
  expect(signed.result).toBe(200)
  const forged = await post(titan, request('eth_sendRawTransaction', raw), { 'x-flashbots-signature': '0x12:0x34' })
  expect(forged).toMatchObject({ error: { message: 'invalid signature header' } })
  await winnersUntilIncluded(await transfer(), async () => undefined)
})

test('a bundle at Titan needs no block, is replaced and cancelled by any text, and can be asked about', async () => {
  const titan = url('titan')
  const raw = await transfer()
  const bundleHash = keccak256(keccak256(raw))
  const send = (more: object) => call(titan, 'eth_sendBundle', { txs: [raw], ...more })
  const status = async () => (await ask(titan, 'titan_getBundleStats', { bundleHash })) as { status: string }
  expect(await status()).toMatchObject({ status: 'NotFound' })
  expect((await send({ replacementUuid: 'not a uuid' })).result).toEqual({ bundleHash })
  expect(await status()).toMatchObject({ status: 'Received' })
  expect((await call(titan, 'eth_sendBundle', { txs: [], replacementUuid: 'not a uuid' })).result).toBe(200)
  await devnet.control.mine()
  expect(await blockOf(devnet, keccak256(raw))).toBeUndefined()
  await send({ replacementUuid: 'another', blockNumber: hex((await head()) + 1) })
  expect((await call(titan, 'eth_cancelBundle', { replacementUuid: 'another' })).result).toBe(200)
  await devnet.control.mine()
  expect(await blockOf(devnet, keccak256(raw))).toBeUndefined()
  const winners = await winnersUntilIncluded(raw, () => send({ blockNumber: '0x0' }))
  expect(winners.at(-1)).toBe('titan')
  expect(await status()).toMatchObject({ status: 'Submitted', builderPayment: '21000000000000' })
  const dropping = await send({ droppingTxHashes: [keccak256(raw)] })
  expect(dropping.error?.message).toMatch(/droppingTxHashes is not known/)
})

test('BuilderNet asks for a signature, takes the next block for none, and feeds its own blocks', async () => {
  const builder = url('builder')
  const client = relayClient(devnet, builder)
  const raw = await transfer()
  expect((await call(builder, 'eth_sendRawTransaction', raw)).error?.message).toBe('signature is required')
  const uuid = crypto.randomUUID()
  const sent = await client('eth_sendBundle', { txs: [raw], blockNumber: '0x', uuid, refundPercent: 90 })
  expect(sent.result).toEqual({ bundleHash: keccak256(keccak256(raw)), receivedTimestampMs: expect.any(Number) })
  expect((await client('eth_sendBundle', { txs: [], replacementUuid: uuid })).error).toBeUndefined()
  await devnet.control.mine()
  expect(await blockOf(devnet, keccak256(raw))).toBeUndefined()
  const winners = await winnersUntilIncluded(raw, async () => {
    expect((await client('eth_sendBundle', { txs: [raw] })).error).toBeUndefined()
  })
  expect(winners.indexOf('buildernet')).toBe(winners.length - 1)
  expect((await client('eth_cancelBundle', { replacementUuid: uuid })).error?.code).toBe(-32601)

  const single = await transfer()
  expect((await client('eth_sendRawTransaction', single)).result).toBe(keccak256(single))
  const [order] = (await ask(devnet.rpcUrl, 'devnet_privateOrder', keccak256(single))) as object[]
  expect(order).toMatchObject({ endpoint: 'builder', builders: ['buildernet'], maximumBlock: (await head()) + 5 })
  await winnersUntilIncluded(single, () => client('eth_sendRawTransaction', single))
})

test('a sequencer serves who comes first, whatever the tip, and includes what reverts', async () => {
  const sequencer = url('sequencer')
  const { trader, keeper, owner } = devnet.accounts
  const { reverting } = await deployReverting(devnet)
  const first = await signTransfer(trader, { nonce: await nonceOf(devnet, trader), tip: 1n })
  const second = await signTransfer(keeper, { nonce: await nonceOf(devnet, keeper), to: reverting, value: 0n })
  const third = await signTransfer(owner, { nonce: await nonceOf(devnet, owner), tip: 9_000_000_000n })
  for (const raw of [first, second, third]) {
    expect(await ask(sequencer, 'eth_sendRawTransaction', raw)).toBe(keccak256(raw))
  }
  expect(await transactionsOf(devnet, await devnet.control.mine())).toEqual(
    [first, second, third].map((raw) => keccak256(raw)),
  )
  expect(await ask(devnet.rpcUrl, 'eth_getTransactionReceipt', keccak256(second))).toMatchObject({ status: '0x0' })
  expect((await call(sequencer, 'eth_getTransactionByHash', keccak256(first))).error?.code).toBe(-32601)
})

test('MEV-Share: a bundle with a window, by bytes or by the hash of what waits', async () => {
  const relay = relayClient(devnet, url('mev-share'))
  const { trader, keeper } = devnet.accounts
  const { reverting } = await deployReverting(devnet)
  const waiting = await signTransfer(trader, { nonce: await nonceOf(devnet, trader), maximumFee: 1n, tip: 1n })
  const good = await signTransfer(keeper, { nonce: await nonceOf(devnet, keeper), tip: 2_000_000_000n })
  const bad = await signTransfer(keeper, { nonce: await nonceOf(devnet, keeper), to: reverting, value: 0n })
  const bundle = async (body: unknown[], more: object = {}) => {
    const block = (await head()) + 1
    return { version: 'v0.1', inclusion: { block: hex(block + 1), maxBlock: hex(block + 3) }, body, ...more }
  }
  const simulated = await relay('mev_simBundle', await bundle([{ tx: good, canRevert: false }]), {})
  expect(simulated.result).toMatchObject({ success: true, gasUsed: hex(21_000), profit: hex(42_000_000_000_000) })
  const reverts = await relay('mev_simBundle', await bundle([{ tx: bad, canRevert: false }]))
  expect(reverts.result).toMatchObject({ success: false, error: 'execution reverted' })

  const refusals: [object, string][] = [
    [await bundle([{ tx: good }], { version: 'v9' }), 'unsupported bundle version'],
    [await bundle([]), 'invalid bundle body size'],
    [await bundle([{ tx: good }], { inclusion: { block: '0x1' } }), 'invalid inclusion'],
    [await bundle([{ hash: keccak256(waiting) }]), 'unmatched bundle'],
  ]
  for (const [params, message] of refusals) {
    expect((await relay('mev_sendBundle', params)).error).toMatchObject({ code: -32000, message })
  }
  const sent = await relay('mev_sendBundle', await bundle([{ tx: good, canRevert: false }]))
  expect(sent.result).toEqual({ bundleHash: keccak256(keccak256(good)) })
  // Its window begins with the block after the next one.
  expect(await transactionsOf(devnet, await devnet.control.mine())).toEqual([])
  expect(await transactionsOf(devnet, await devnet.control.mine())).toEqual([keccak256(good)])
})

test('MEV-Share: the hash of a waiting transaction stands for its bytes', async () => {
  const relay = relayClient(devnet, url('mev-share'))
  const { trader, keeper } = devnet.accounts
  const waiting = await signTransfer(trader, { nonce: await nonceOf(devnet, trader) })
  const backrun = await signTransfer(keeper, { nonce: await nonceOf(devnet, keeper), tip: 9_000_000_000n })
  await relay('eth_sendPrivateTransaction', { tx: waiting })
  const inclusion = { block: hex((await head()) + 1) }
  const body = [{ hash: keccak256(waiting) }, { tx: backrun }]
  expect((await relay('mev_sendBundle', { version: 'v0.1', inclusion, body })).error).toBeUndefined()
  expect(await transactionsOf(devnet, await devnet.control.mine())).toEqual([keccak256(waiting), keccak256(backrun)])
})

test('a private transaction goes to the builders it names; fast is all of them; refunds and hints are kept', async () => {
  const relay = relayClient(devnet)
  const raw = await transfer()
  const privacy = { hints: ['hash'], builders: ['flashbots', 'beaverbuild.org'] }
  const validity = { refund: [{ address: devnet.accounts.owner.address, percent: 90 }] }
  const preferences = { privacy, validity }
  expect((await relay('eth_sendPrivateTransaction', { tx: raw, preferences })).result).toBe(keccak256(raw))
  const order = async () => (await ask(devnet.rpcUrl, 'devnet_privateOrder', keccak256(raw))) as object[]
  expect(await order()).toEqual([
    expect.objectContaining({
      endpoint: 'relay',
      builders: ['buildernet'],
      preferences: expect.objectContaining(preferences),
    }),
  ])
  const nobody = { privacy: { builders: ['beaverbuild.org'] } }
  const refused = await relay('eth_sendPrivateTransaction', { tx: raw, preferences: nobody })
  expect(refused.error?.message).toMatch(/none of these builders is here/)
  // The same bytes at a second place reach more builders, and each place keeps its own account of them.
  await ask(url('titan'), 'eth_sendRawTransaction', raw)
  expect(await order()).toEqual([
    expect.objectContaining({ endpoint: 'relay', builders: ['buildernet'] }),
    expect.objectContaining({ endpoint: 'titan', builders: ['titan'] }),
  ])
  await relay('eth_cancelPrivateTransaction', { txHash: keccak256(raw) })
  await relay('eth_sendPrivateTransaction', { tx: raw, preferences: { ...preferences, fast: true } })
  expect((await order())[0]).toMatchObject({ endpoint: 'relay', builders: ['titan', 'buildernet'] })
  expect(await transactionsOf(devnet, await devnet.control.mine())).toEqual([keccak256(raw)])
  expect(await order()).toEqual([
    expect.objectContaining({ endpoint: 'relay', status: 'INCLUDED' }),
    expect.objectContaining({ endpoint: 'titan', status: 'INCLUDED' }),
  ])
})
