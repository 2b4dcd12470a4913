import { keccak256 } from 'viem'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Devnet, startDevnet } from '../../scripts/devnet/devnet.ts'
import { ask, call, deployReverting, nonceOf, post, relayClient, signTransfer, transactionsOf } from './clients.ts'

let devnet: Devnet
let relay: ReturnType<typeof relayClient>

beforeAll(async () => {
  devnet = await startDevnet({ port: 0, automine: false, market: false })
})
afterAll(() => devnet.stop())
beforeEach(() => {
  relay = relayClient(devnet)
})

const hex = (value: number) => `0x${value.toString(16)}`
const head = async () => Number(await ask(devnet.rpcUrl, 'eth_blockNumber'))
const status = async (hash: string) =>
  (await (await fetch(`${devnet.relayUrl}/tx/${hash}`)).json()) as Record<string, unknown>

test('verifies the published signature vector', async () => {
  const body = '{"jsonrpc":"2.0","method":"eth_sendBundle","params":[{"txs":["0x02"],"blockNumber":"0x64"}],"id":1}'
  const signature =
    '0x1C5A77d9FA7eF466951B2F01F724BCa3A5820b63:0xa4287364aa81510f3fd796a035832d9cd7f1654ecd160c9368fe034f06d1eda568f90130c33949f75d5d455df0da12180972fc35455da4d875b4a23d954de5f81b'
  // The signature is good, so what is refused is the bundle.
  const answer = await post(devnet.relayUrl, body, { 'x-flashbots-signature': signature })
  expect(answer).toMatchObject({ error: { code: -32000 } })
  const other = await post(devnet.relayUrl, `${body} `, { 'x-flashbots-signature': signature })
  expect(other).toMatchObject({
    error: { code: -32600, message: 'error in signature check 0x1C5A77d9FA7eF466951B2F01F724BCa3A5820b63' },
  })
})

test.each([
  [undefined, 'signature is required'],
  ['', 'signature is required'],
  ['0x1C5A77d9FA7eF466951B2F01F724BCa3A5820b63', 'invalid signature header'],
  ['nobody:0x12', 'invalid signature header'],
  ['0x1C5A77d9FA7eF466951B2F01F724BCa3A5820b63:0x12', 'error in signature check'],
])('refuses a request signed %s', async (header, message) => {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'flashbots_getUserStatsV2', params: [] })
  const answer = await post(devnet.relayUrl, body, header === undefined ? {} : { 'x-flashbots-signature': header })
  expect(answer).toMatchObject({ error: { code: -32600, message: expect.stringContaining(message) } })
})

test('a private transaction is included without ever having been visible', async () => {
  const { trader } = devnet.accounts
  const nonce = await nonceOf(devnet, trader)
  const filter = await ask(devnet.rpcUrl, 'eth_newPendingTransactionFilter')
  const sightings = await ask(devnet.rpcUrl, 'devnet_publicSightings', trader.address)
  const raw = await signTransfer(trader, { nonce })
  const hash = keccak256(raw)
  const answer = await relay('eth_sendPrivateTransaction', { tx: raw, maxBlockNumber: hex((await head()) + 5) })
  expect(answer.result).toBe(hash)
  expect(await status(hash)).toMatchObject({ status: 'PENDING', seenInMempool: false })

  expect(await ask(devnet.rpcUrl, 'eth_getTransactionByHash', hash)).toBeNull()
  expect(await ask(devnet.rpcUrl, 'eth_getTransactionCount', trader.address, 'pending')).toBe(hex(nonce))
  expect(await ask(devnet.rpcUrl, 'txpool_status')).toEqual({ pending: '0x0', queued: '0x0' })
  expect(await ask(devnet.rpcUrl, 'eth_getBlockByNumber', 'pending', false)).toMatchObject({ transactions: [] })

  const block = await devnet.control.mine()
  expect(await transactionsOf(devnet, block)).toEqual([hash])
  expect(await ask(devnet.rpcUrl, 'eth_getFilterChanges', filter)).toEqual([])
  expect(await ask(devnet.rpcUrl, 'devnet_publicSightings', trader.address)).toBe(sightings)
  expect(await status(hash)).toMatchObject({ status: 'INCLUDED', seenInMempool: false })
  expect(await status(`0x${'00'.repeat(32)}`)).toMatchObject({ status: 'UNKNOWN' })
})

test('the deliberate leak makes it visible', async () => {
  const { trader } = devnet.accounts
  const before = Number(await ask(devnet.rpcUrl, 'devnet_publicSightings', trader.address))
  await ask(devnet.rpcUrl, 'devnet_leak', true)
  const raw = await signTransfer(trader, { nonce: await nonceOf(devnet, trader) })
  await relay('eth_sendPrivateTransaction', { tx: raw })
  await ask(devnet.rpcUrl, 'devnet_leak', false)
  expect(await ask(devnet.rpcUrl, 'eth_getTransactionByHash', keccak256(raw))).toMatchObject({ blockHash: null })
  expect(await ask(devnet.rpcUrl, 'devnet_publicSightings', trader.address)).toBe(before + 1)
  expect(await status(keccak256(raw))).toMatchObject({ seenInMempool: true })
  expect(await transactionsOf(devnet, await devnet.control.mine())).toEqual([keccak256(raw)])
})

test('a private transaction lives until its last block, given as hex or as a number', async () => {
  const { trader } = devnet.accounts
  const { reverting } = await deployReverting(devnet)
  for (const form of [hex, (value: number) => value]) {
    const raw = await signTransfer(trader, { nonce: await nonceOf(devnet, trader), to: reverting, value: 0n })
    const last = (await head()) + 2
    await relay('eth_sendPrivateTransaction', { tx: raw, maxBlockNumber: form(last) })
    await devnet.control.mine()
    expect(await status(keccak256(raw))).toMatchObject({
      status: 'PENDING',
      maxBlockNumber: last,
      simError: 'SimErrorExecutionReverted',
    })
    await devnet.control.mine()
    expect(await status(keccak256(raw))).toMatchObject({ status: 'FAILED' })
    // It would have reverted, so it is in neither block, and its nonce is still free.
    expect(await ask(devnet.rpcUrl, 'eth_getTransactionReceipt', keccak256(raw))).toBeNull()
  }
  expect((await relay('eth_sendPrivateTransaction', { tx: '0x12' })).error).toBeDefined()
})

test('of two private transactions with one nonce the better paid is included, and the other has failed', async () => {
  const { trader } = devnet.accounts
  const nonce = await nonceOf(devnet, trader)
  const first = await signTransfer(trader, { nonce })
  const second = await signTransfer(trader, { nonce, tip: 1_125_000_000n })
  await relay('eth_sendPrivateTransaction', { tx: first })
  await relay('eth_sendPrivateTransaction', { tx: second })
  expect(await transactionsOf(devnet, await devnet.control.mine())).toEqual([keccak256(second)])
  expect(await status(keccak256(first))).toMatchObject({ status: 'FAILED', simError: 'SimErrorNonceTooLow' })
})

test('only the key that sent a private transaction cancels it', async () => {
  const { trader } = devnet.accounts
  const raw = await signTransfer(trader, { nonce: await nonceOf(devnet, trader) })
  await relay('eth_sendPrivateTransaction', { tx: raw })
  const stranger = relayClient(devnet)
  expect((await stranger('eth_cancelPrivateTransaction', { txHash: keccak256(raw) })).error).toBeDefined()
  expect((await relay('eth_cancelPrivateTransaction', { txHash: keccak256(raw) })).result).toBe(true)
  expect((await relay('eth_cancelPrivateTransaction', { txHash: keccak256(raw) })).result).toBe(false)
  expect(await status(keccak256(raw))).toMatchObject({ status: 'CANCELLED' })
  expect(await transactionsOf(devnet, await devnet.control.mine())).toEqual([])
})

test('a bundle is included whole and in order, before better paying public transactions', async () => {
  const { trader, keeper, owner } = devnet.accounts
  const one = await signTransfer(trader, { nonce: await nonceOf(devnet, trader) })
  const two = await signTransfer(keeper, { nonce: await nonceOf(devnet, keeper), tip: 1n })
  const open = await signTransfer(owner, { nonce: await nonceOf(devnet, owner), tip: 9_000_000_000n })
  await ask(devnet.rpcUrl, 'eth_sendRawTransaction', open)
  const blockNumber = hex((await head()) + 1)
  const { result } = await relay('eth_sendBundle', { txs: [two, one], blockNumber })
  const bundleHash = keccak256(`${keccak256(two)}${keccak256(one).slice(2)}`)
  expect(result).toMatchObject({ bundleHash })
  expect(await transactionsOf(devnet, await devnet.control.mine())).toEqual(
    [two, one, open].map((raw) => keccak256(raw)),
  )
  expect((await relay('flashbots_getBundleStatsV2', { bundleHash, blockNumber })).result).toMatchObject({
    isSimulated: true,
    consideredByBuildersAt: [{}],
    sealedByBuildersAt: [{}],
  })
  const stranger = relayClient(devnet)
  expect((await stranger('flashbots_getBundleStatsV2', { bundleHash, blockNumber })).result).toMatchObject({
    isSimulated: false,
  })
})

test('a bundle with a reverting transaction is dropped whole, unless that one may revert', async () => {
  const { trader, keeper } = devnet.accounts
  const { reverting } = await deployReverting(devnet)
  const good = await signTransfer(trader, { nonce: await nonceOf(devnet, trader) })
  const bad = await signTransfer(keeper, { nonce: await nonceOf(devnet, keeper), to: reverting, value: 0n })
  const bundle = async (more: object) =>
    relay('eth_sendBundle', { txs: [good, bad], blockNumber: hex((await head()) + 1), ...more })
  await bundle({})
  expect(await transactionsOf(devnet, await devnet.control.mine())).toEqual([])
  await bundle({ revertingTxHashes: [keccak256(bad)] })
  expect(await transactionsOf(devnet, await devnet.control.mine())).toEqual([keccak256(good), keccak256(bad)])
  expect(await ask(devnet.rpcUrl, 'eth_getTransactionReceipt', keccak256(bad))).toMatchObject({ status: '0x0' })
})

test('a bundle is for one block and its time window; an id replaces and cancels it', async () => {
  const { trader } = devnet.accounts
  const nonce = await nonceOf(devnet, trader)
  const [first, second] = [await signTransfer(trader, { nonce }), await signTransfer(trader, { nonce, value: 2n })]
  const send = async (tx: string, more: object, blocks = 1) =>
    relay('eth_sendBundle', { txs: [tx], blockNumber: hex((await head()) + blocks), ...more })
  expect((await send(first, {}, 0)).error?.message).toMatch(/^block \d+ is in the past, current block \d+$/)
  await send(first, { minTimestamp: (await devnet.chainTime()) + 13 })
  await send(first, { maxTimestamp: (await devnet.chainTime()) + 11 })
  expect(await transactionsOf(devnet, await devnet.control.mine())).toEqual([])

  const replacementUuid = crypto.randomUUID()
  await send(first, { replacementUuid })
  await relayClient(devnet)('eth_cancelBundle', { replacementUuid })
  await send(second, { replacementUuid })
  expect(await transactionsOf(devnet, await devnet.control.mine())).toEqual([keccak256(second)])

  const third = await signTransfer(trader, { nonce: nonce + 1 })
  await send(third, { replacementUuid })
  await relay('eth_cancelBundle', { replacementUuid })
  expect(await transactionsOf(devnet, await devnet.control.mine())).toEqual([])
})

test('eth_callBundle tells gas, payment and reverts, and changes nothing', async () => {
  const { trader } = devnet.accounts
  const { reverting } = await deployReverting(devnet)
  const nonce = await nonceOf(devnet, trader)
  const good = await signTransfer(trader, { nonce, tip: 3_000_000_000n })
  const bad = await signTransfer(trader, { nonce: nonce + 1, to: reverting, value: 0n })
  const blockNumber = hex((await head()) + 1)
  const { result } = await relay('eth_callBundle', { txs: [good, bad], blockNumber, stateBlockNumber: 'latest' })
  expect(result).toMatchObject({
    stateBlockNumber: await head(),
    ethSentToCoinbase: '0',
    results: [
      { txHash: keccak256(good), gasUsed: 21_000, gasFees: '63000000000000', fromAddress: trader.address },
      { txHash: keccak256(bad), error: expect.stringContaining('revert') },
    ],
  })
  expect(await nonceOf(devnet, trader)).toBe(nonce)
  expect((await relay('flashbots_getUserStatsV2', { blockNumber })).result).toMatchObject({
    allTimeGasSimulated: String((result as { totalGasUsed: number }).totalGasUsed),
  })
})

test('bad requests get an error each, and unknown methods do not exist', async () => {
  for (const params of [[], [{}], [{ txs: [], blockNumber: '0xfff' }], [{ txs: ['0x02'], blockNumber: 'soon' }]]) {
    expect((await relay('eth_sendBundle', ...params)).error).toBeDefined()
  }
  expect((await relay('eth_sendUserOperation', {})).error?.code).toBe(-32601)
  expect((await relay('devnet_leak', true)).error?.code).toBe(-32601)
  expect((await call(devnet.rpcUrl, 'eth_sendBundle', {})).error?.code).toBe(-32601)
})
