import { keccak256 } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Devnet, startDevnet } from '../../scripts/devnet/devnet.ts'
import { ask, call, nonceOf, post, signTransfer, transactionsOf } from './clients.ts'

let devnet: Devnet

beforeAll(async () => {
  devnet = await startDevnet({ port: 0, automine: false, market: false })
})
afterAll(() => devnet.stop())

test('a public transaction shows everywhere a node would show it, until it is mined', async () => {
  const { trader } = devnet.accounts
  const nonce = await nonceOf(devnet, trader)
  const filter = await ask(devnet.rpcUrl, 'eth_newPendingTransactionFilter')
  const raw = await signTransfer(trader, { nonce })
  const hash = keccak256(raw)
  const seenBefore = await ask(devnet.rpcUrl, 'devnet_publicSightings', trader.address)
  expect(await ask(devnet.rpcUrl, 'eth_sendRawTransaction', raw)).toBe(hash)

  expect(await ask(devnet.rpcUrl, 'eth_getTransactionByHash', hash)).toMatchObject({ hash, blockHash: null })
  expect(await ask(devnet.rpcUrl, 'eth_getTransactionCount', trader.address, 'pending')).toBe(
    `0x${(nonce + 1).toString(16)}`,
  )
  expect(await ask(devnet.rpcUrl, 'txpool_status')).toEqual({ pending: '0x1', queued: '0x0' })
  expect(await ask(devnet.rpcUrl, 'txpool_content')).toMatchObject({
    pending: { [trader.address]: { [String(nonce)]: { hash } } },
  })
  expect(await ask(devnet.rpcUrl, 'eth_getFilterChanges', filter)).toEqual([hash])
  expect(await ask(devnet.rpcUrl, 'eth_getFilterChanges', filter)).toEqual([])
  expect(await ask(devnet.rpcUrl, 'devnet_publicSightings', trader.address)).toBe(Number(seenBefore) + 1)

  const block = await devnet.control.mine()
  expect(await transactionsOf(devnet, block)).toContain(hash)
  expect(await ask(devnet.rpcUrl, 'txpool_status')).toEqual({ pending: '0x0', queued: '0x0' })
  expect(await ask(devnet.rpcUrl, 'eth_getTransactionReceipt', hash)).toMatchObject({ status: '0x1' })
  expect(await ask(devnet.rpcUrl, 'eth_uninstallFilter', filter)).toBe(true)
})

test('a gap in the nonces waits in the queue, and closing it releases it', async () => {
  const { trader } = devnet.accounts
  const nonce = await nonceOf(devnet, trader)
  const later = await signTransfer(trader, { nonce: nonce + 1 })
  await ask(devnet.rpcUrl, 'eth_sendRawTransaction', later)
  expect(await ask(devnet.rpcUrl, 'txpool_status')).toEqual({ pending: '0x0', queued: '0x1' })
  expect(await transactionsOf(devnet, await devnet.control.mine())).toEqual([])
  const first = await signTransfer(trader, { nonce })
  await ask(devnet.rpcUrl, 'eth_sendRawTransaction', first)
  const mined = await transactionsOf(devnet, await devnet.control.mine())
  expect(mined).toEqual([keccak256(first), keccak256(later)])
})

test('the better tip goes first, whoever came first', async () => {
  const { trader, keeper } = devnet.accounts
  const low = await signTransfer(trader, { nonce: await nonceOf(devnet, trader), tip: 1_000_000_000n })
  const high = await signTransfer(keeper, { nonce: await nonceOf(devnet, keeper), tip: 2_000_000_000n })
  await ask(devnet.rpcUrl, 'eth_sendRawTransaction', low)
  await ask(devnet.rpcUrl, 'eth_sendRawTransaction', high)
  expect(await transactionsOf(devnet, await devnet.control.mine())).toEqual([keccak256(high), keccak256(low)])
})

test('a replacement must outbid by a tenth, and then is the only one mined', async () => {
  const { trader } = devnet.accounts
  const nonce = await nonceOf(devnet, trader)
  const send = (raw: string) => call(devnet.rpcUrl, 'eth_sendRawTransaction', raw)
  const first = await signTransfer(trader, { nonce, tip: 1_000_000_000n, maximumFee: 10_000_000_000n })
  await send(first)
  expect((await send(first)).error).toMatchObject({ code: -32000, message: 'already known' })
  const timid = await signTransfer(trader, { nonce, tip: 1_099_999_999n, maximumFee: 11_000_000_000n })
  expect((await send(timid)).error?.message).toBe('replacement transaction underpriced')
  const bold = await signTransfer(trader, { nonce, tip: 1_100_000_000n, maximumFee: 11_000_000_000n })
  expect((await send(bold)).result).toBe(keccak256(bold))
  expect(await transactionsOf(devnet, await devnet.control.mine())).toEqual([keccak256(bold)])
})

test.each([
  ['a used nonce', { nonce: 0 }, /^nonce too low: next nonce \d+, tx nonce 0$/],
  ['another chain', { chainId: 1 }, /^invalid chain id for signer: have 1 want 424242$/],
  ['too little gas', { gas: 20_000n }, /^intrinsic gas too low: gas 20000, minimum needed 21000$/],
  [
    'less gas than its data costs',
    { data: `0x${'ff'.repeat(100)}` as const, gas: 24_999n },
    /gas 24999, minimum needed 25000$/,
  ],
  ['more gas than a block holds', { gas: 60_000_001n }, /^exceeds block gas limit$/],
  ['no tip', { tip: 0n }, /^transaction underpriced: gas tip cap 0, minimum needed 1$/],
  ['more than the balance', { value: 10n ** 30n }, /^insufficient funds for gas \* price \+ value: balance \d+/],
])('refuses %s as geth does', async (_, options, message) => {
  const { trader } = devnet.accounts
  const nonce = await nonceOf(devnet, trader)
  expect(nonce).toBeGreaterThan(0)
  const raw = await signTransfer(trader, { nonce, ...options })
  const { error } = await call(devnet.rpcUrl, 'eth_sendRawTransaction', raw)
  expect(error?.code).toBe(-32000)
  expect(error?.message).toMatch(message)
  expect(await ask(devnet.rpcUrl, 'txpool_status')).toEqual({ pending: '0x0', queued: '0x0' })
})

test('a transaction that only the chain itself refuses stops nobody else', async () => {
  const { trader, owner } = devnet.accounts
  // EIP-3860: no node of ours measures creation code, but the chain takes at most 49,152 bytes.
  const poison = await trader.signTransaction({
    type: 'eip1559',
    chainId: 424242,
    nonce: await nonceOf(devnet, trader),
    data: `0x${'00'.repeat(50_000)}`,
    gas: 5_000_000n,
    maxFeePerGas: 20_000_000_000n,
    maxPriorityFeePerGas: 5_000_000_000n,
  })
  const good = await signTransfer(owner, { nonce: await nonceOf(devnet, owner) })
  await ask(devnet.rpcUrl, 'eth_sendRawTransaction', poison)
  await ask(devnet.rpcUrl, 'eth_sendRawTransaction', good)
  expect(await transactionsOf(devnet, await devnet.control.mine())).toEqual([keccak256(good)])
  expect(await ask(devnet.rpcUrl, 'txpool_status')).toEqual({ pending: '0x0', queued: '0x0' })
})

test.each(['0x', '0x02ff', 'nonsense', 7, null])('refuses bytes that are no transaction: %s', async (raw) => {
  expect((await call(devnet.rpcUrl, 'eth_sendRawTransaction', raw)).error).toBeDefined()
})

test.each([
  ...['anvil_setBalance', 'anvil_impersonateAccount', 'evm_mine', 'evm_setNextBlockTimestamp', 'hardhat_setCode'],
  ...['eth_sendTransaction', 'eth_sign', 'eth_signTransaction', 'personal_sign', 'debug_setHead', 'nothing_likeThis'],
])('%s does not exist for clients', async (method) => {
  expect((await call(devnet.rpcUrl, method, '0x0', '0x0')).error).toEqual({
    code: -32601,
    message: `the method ${method} does not exist/is not available`,
  })
})

test("passes on the chain's own refusals, with their code and data", async () => {
  const revert = { data: '0x621122336000526003601dfd' }
  const creation = await call(devnet.rpcUrl, 'eth_call', revert, 'latest')
  expect(creation.error).toMatchObject({ code: 3, data: '0x112233' })
  const old = await call(devnet.rpcUrl, 'eth_getBalance', devnet.accounts.trader.address, '0xffffff')
  expect(old.error?.message).toMatch(/BlockOutOfRange/)
  expect((await call(devnet.rpcUrl, 'eth_getBalance', 'nobody', 'latest')).error?.code).toBe(-32602)
})

test('answers batches in order, on any path, and refuses what is no JSON-RPC', async () => {
  const batch = [
    { jsonrpc: '2.0', id: 7, method: 'eth_chainId' },
    { jsonrpc: '2.0', id: 8, method: 'evm_mine' },
    { jsonrpc: '2.0', id: 'nine', method: 'eth_accounts', params: [] },
  ]
  expect(await post(`${devnet.rpcUrl}/b`, JSON.stringify(batch))).toMatchObject([
    { id: 7, result: '0x67932' },
    { id: 8, error: { code: -32601 } },
    { id: 'nine', result: [] },
  ])
  expect(await post(devnet.rpcUrl, '{')).toMatchObject({ error: { code: -32700 } })
  expect(await post(devnet.rpcUrl, '[]')).toMatchObject({ error: { code: -32600 } })
  expect(await post(devnet.rpcUrl, '{"id":1}')).toMatchObject({ error: { code: -32600 } })
})

test('operator methods refuse what they cannot mean', async () => {
  const wrong: [string, unknown[]][] = [
    ['devnet_mine', [0]],
    ['devnet_mine', ['many']],
    ['devnet_setPrice', ['DOGE', 1]],
    ['devnet_setPrice', ['WETH', -1]],
    ['devnet_setPrice', ['WETH', 'much']],
    ['devnet_leak', ['perhaps']],
    ['devnet_fund', ['USDC', 'nobody', '1']],
    ['devnet_fund', ['USDC', devnet.accounts.trader.address, '-1']],
    ['devnet_publicSightings', []],
  ]
  for (const [method, params] of wrong) {
    expect((await call(devnet.rpcUrl, method, ...params)).error?.code, `${method} ${params}`).toBe(-32602)
  }
  expect((await call(devnet.rpcUrl, 'devnet_unknown')).error?.code).toBe(-32601)
})

test('the base fee stays near where it began, and never moves by more than an eighth', async () => {
  const before = await devnet.control.mine()
  await devnet.control.mine(40)
  const history = (await ask(devnet.rpcUrl, 'eth_feeHistory', '0x28', 'latest', [])) as { baseFeePerGas: string[] }
  const fees = history.baseFeePerGas.map(Number)
  expect(before).toBeGreaterThan(0)
  for (let index = 1; index < fees.length; index++) {
    const step = (fees[index] ?? 0) / (fees[index - 1] ?? 1)
    expect(Math.abs(step - 1)).toBeLessThanOrEqual(0.125)
  }
  expect(Math.min(...fees)).toBeGreaterThan(3e8)
  expect(Math.max(...fees)).toBeLessThan(3e9)
  const next = (await ask(
    devnet.rpcUrl,
    'eth_getBlockByNumber',
    `0x${(await devnet.control.mine()).toString(16)}`,
    false,
  )) as {
    baseFeePerGas: string
  }
  expect(Number(next.baseFeePerGas)).toBe(fees.at(-1))
})
