import { encodeFunctionData, type Hex, keccak256, parseAbi } from 'viem'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Devnet, startDevnet } from '../../scripts/devnet/devnet.ts'
import { ask, call, nonceOf, relayClient, signTransfer } from './clients.ts'

let devnet: Devnet
let a: string
let b: string

beforeAll(async () => {
  devnet = await startDevnet({ port: 0, automine: false, market: false, seed: 'providers' })
  ;[a, b] = [`${devnet.rpcUrl}/a`, `${devnet.rpcUrl}/b`]
})
afterAll(() => devnet.stop())
afterEach(() => fault('b', 'none'))

const hex = (value: number) => `0x${value.toString(16)}`
const fault = (path: string, name: string, ...value: unknown[]) =>
  ask(devnet.rpcUrl, 'devnet_rpcFault', path, name, ...value)
const head = async (url: string) => Number(await ask(url, 'eth_blockNumber'))
const account = '0x00000000000000000000000000000000000ab1e5'
const balanceAbi = parseAbi(['function balanceOf(address) view returns (uint256)'])

/** A block with a transfer to the account; returns its number and the transaction's hash. */
async function transferBlock(): Promise<{ number: number; hash: Hex }> {
  const { trader } = devnet.accounts
  const raw = await signTransfer(trader, { nonce: await nonceOf(devnet, trader), to: account, value: 7n })
  await ask(devnet.rpcUrl, 'eth_sendRawTransaction', raw)
  return { number: await devnet.control.mine(), hash: keccak256(raw) }
}

test('a provider that lags answers everything as of an older head', async () => {
  await transferBlock()
  const before = await head(a)
  const { trader } = devnet.accounts
  const [balance, nonce] = [await ask(a, 'eth_getBalance', account, 'latest'), await nonceOf(devnet, trader)]
  const first = await transferBlock()
  const second = await transferBlock()
  await fault('b', 'lag', 2)
  expect([await head(a), await head(b)]).toEqual([before + 2, before])
  for (const tag of [['latest'], ['pending'], [], [hex(before)]]) {
    expect(await ask(b, 'eth_getBalance', account, ...tag)).toBe(balance)
  }
  expect(await ask(a, 'eth_getBalance', account, 'latest')).toBe(hex(Number(balance) + 14))
  expect(await ask(b, 'eth_getTransactionCount', trader.address, 'latest')).toBe(hex(nonce))
  expect(await ask(b, 'eth_getTransactionCount', trader.address, 'pending')).toBe(hex(nonce))
  expect(await ask(b, 'eth_getBlockByNumber', 'latest', false)).toMatchObject({ number: hex(before) })
  expect(await ask(b, 'eth_feeHistory', '0x2', 'latest', [])).toMatchObject({ oldestBlock: hex(before - 1) })
  for (const { number, hash } of [first, second]) {
    expect(await ask(b, 'eth_getBlockByNumber', hex(number), false)).toBeNull()
    expect(await ask(b, 'eth_getBlockReceipts', hex(number))).toBeNull()
    expect(await ask(b, 'eth_getTransactionReceipt', hash)).toBeNull()
    expect(await ask(b, 'eth_getTransactionByHash', hash)).toBeNull()
    expect(await ask(a, 'eth_getTransactionReceipt', hash)).toMatchObject({ blockNumber: hex(number) })
    expect((await call(b, 'debug_traceTransaction', hash)).error?.message).toBe('transaction not found')
  }
  // Its head moves on with the chain, as far behind.
  await devnet.control.mine()
  expect(await head(b)).toBe(before + 1)
  expect(await ask(b, 'eth_getTransactionReceipt', first.hash)).toMatchObject({ blockNumber: hex(first.number) })
  await fault('b', 'lag', false)
  expect(await ask(b, 'eth_getTransactionReceipt', second.hash)).toMatchObject({ blockNumber: hex(second.number) })
})

test('a block above an old head is refused in geth’s words, by number and by hash', async () => {
  const { number } = await transferBlock()
  const { hash } = (await ask(a, 'eth_getBlockByNumber', hex(number), false)) as { hash: Hex }
  await fault('b', 'lag', 1)
  const message = async (method: string, ...params: unknown[]) => (await call(b, method, ...params)).error?.message
  expect(await message('eth_getBalance', account, hex(number))).toBe('header not found')
  expect(await message('eth_call', { to: account }, hex(number))).toBe('header not found')
  expect(await message('eth_call', { to: account }, hash)).toBe('header for hash not found')
  expect(await message('eth_call', { to: account }, { blockHash: hash })).toBe('header for hash not found')
  expect(await message('eth_getBalance', account, { blockHash: `0x${'11'.repeat(32)}` })).toBe(
    'header for hash not found',
  )
  expect(await message('eth_getLogs', { blockHash: hash })).toBe('unknown block')
  expect(await message('eth_getBalance', account, 'newest')).toBe('invalid block number or tag')
  expect(await ask(b, 'eth_getBlockByHash', hash, false)).toBeNull()
  expect(await message('eth_newBlockFilter')).toMatch(/does not exist/)
  const parent = (await ask(b, 'eth_getBlockByNumber', 'latest', false)) as { hash: Hex }
  expect(await ask(b, 'eth_getBalance', account, { blockHash: parent.hash })).toBe(
    await ask(a, 'eth_getBalance', account, hex(number - 1)),
  )
  await devnet.control.mine()
  expect(await ask(b, 'eth_getBalance', account, hash)).toBe(await ask(a, 'eth_getBalance', account, hash))
})

test('logs and simulations of a provider that lags end at its head', async () => {
  const token = devnet.chain.tokens.find(({ symbol }) => symbol === 'USDC')
  if (token === undefined) throw new Error('the chain has no USDC')
  const from = hex((await head(a)) + 1)
  await devnet.control.fund('USDC', account, 5n)
  await devnet.control.fund('USDC', account, 6n)
  await fault('b', 'lag', 1)
  const logs = async (url: string) =>
    (await ask(url, 'eth_getLogs', { address: token.address, fromBlock: from, toBlock: 'latest' })) as object[]
  expect([(await logs(a)).length, (await logs(b)).length]).toEqual([2, 1])
  const data = encodeFunctionData({ abi: balanceAbi, functionName: 'balanceOf', args: [account] })
  const simulate = async (url: string) => {
    const blockOverrides = { number: hex((await head(url)) + 1) }
    const blockStateCalls = [{ blockOverrides, calls: [{ to: token.address, input: data }] }]
    const [block] = (await ask(url, 'eth_simulateV1', { blockStateCalls }, 'latest')) as {
      calls: { returnData: string }[]
    }[]
    return Number(block?.calls[0]?.returnData)
  }
  expect([await simulate(a), await simulate(b)]).toEqual([11, 5])
})

test('a provider that lies is contradicted by the other one', async () => {
  const { trader, owner } = devnet.accounts
  const token = devnet.chain.tokens.find(({ symbol }) => symbol === 'WETH')
  if (token === undefined) throw new Error('the chain has no WETH')
  await devnet.control.fund('WETH', account, 10n ** 18n)
  await fault('b', 'lie')
  const balance = encodeFunctionData({ abi: balanceAbi, functionName: 'balanceOf', args: [account] })
  const questions: [string, unknown[]][] = [
    ['eth_getBalance', [owner.address, 'latest']],
    ['eth_getTransactionCount', [trader.address, 'latest']],
    ['eth_call', [{ to: token.address, data: balance }, 'latest']],
    // decimals(): no amount, so another number.
    ['eth_call', [{ to: token.address, data: '0x313ce567' }, 'latest']],
  ]
  for (const [method, params] of questions) {
    const [honest, lie] = [await ask(a, method, ...params), await ask(b, method, ...params)]
    expect(lie, method).not.toBe(honest)
    expect(lie, method).toMatch(/^0x[0-9a-f]+$/)
    expect(await ask(b, method, ...params), method).toBe(lie)
  }
  expect(await ask(a, 'eth_call', { to: token.address, data: balance }, 'latest')).toBe(
    `0x${(10n ** 18n).toString(16).padStart(64, '0')}`,
  )
  expect(BigInt(String(await ask(b, 'eth_call', { to: token.address, data: balance }, 'latest')))).toBe(
    10n ** 18n + 10n ** 16n + 1n,
  )
  // It lies about nothing else.
  expect(await ask(b, 'eth_getCode', token.address, 'latest')).toBe(
    await ask(a, 'eth_getCode', token.address, 'latest'),
  )
  const symbol = { to: token.address, data: '0x95d89b41' }
  expect(String(await ask(b, 'eth_call', symbol, 'latest'))).toMatch(/^0x0{62}20/)
})

test('outages of one provider touch neither the other, nor operators, nor relays', async () => {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_blockNumber', params: [] })
  const post = (url: string) => fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  await fault('b', 'html')
  const page = await post(b)
  expect([page.status, page.headers.get('content-type')]).toEqual([502, 'text/html'])
  await fault('b', 'throttle')
  expect((await post(b)).status).toBe(429)
  await fault('b', 'down')
  await expect(post(b)).rejects.toThrow()
  await expect(post(`${b}/with/more`)).rejects.toThrow()
  expect((await post(a)).status).toBe(200)
  expect((await post(devnet.rpcUrl)).status).toBe(200)
  expect(await ask(b, 'devnet_status')).toMatchObject({ rpcFaults: { b: { down: true, html: true, throttle: true } } })
  expect((await relayClient(devnet)('flashbots_getUserStatsV2', {})).error).toBeUndefined()
  expect(await ask(b, 'devnet_rpcFault', 'b', 'none')).toEqual({})
  expect((await post(b)).status).toBe(200)
  expect(await ask(b, 'devnet_status')).toMatchObject({ rpcFaults: {} })
})

test.each([
  [['b', 'lag', 101], /the fault lag takes 0 to 100 blocks/],
  [['b', 'leak', true], /there is no fault "leak"; there are down, throttle, html, lag, lie, none/],
  [['/b', 'lag', 1], /first segment/],
  [['relay', 'down', true], /devnet_relayFault/],
  [[], /^a parameter is missing; it is called as devnet_rpcFault \[path, fault, value\]/],
])('refuses %j', async (params, message) => {
  const { error } = await call(devnet.rpcUrl, 'devnet_rpcFault', ...params)
  expect(error).toMatchObject({ code: -32602, message: expect.stringMatching(message) })
})
