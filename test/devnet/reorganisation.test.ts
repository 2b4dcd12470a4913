import { encodeFunctionData, keccak256, parseAbi } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Devnet, startDevnet } from '../../scripts/devnet/devnet.ts'
import { clientOf, sendAll } from '../../scripts/devnet/transactions.ts'
import { tokenBySymbol } from '../../scripts/devnet/world-pools.ts'
import { ask, call, nonceOf, relayClient, signTransfer } from './clients.ts'

const erc20 = parseAbi(['function balanceOf(address) view returns (uint256)', 'function transfer(address, uint256)'])

let devnet: Devnet

beforeAll(async () => {
  devnet = await startDevnet({ port: 0, automine: false, market: false })
})
afterAll(() => devnet.stop())

const latest = async () =>
  (await ask(devnet.rpcUrl, 'eth_getBlockByNumber', 'latest', false)) as Record<string, unknown>
const receipt = (hash: string) => ask(devnet.rpcUrl, 'eth_getTransactionReceipt', hash)

test('replaces blocks by others of the same number and time, and includes everything again', async () => {
  const { trader, owner } = devnet.accounts
  await devnet.control.mine()
  const open = await signTransfer(trader, { nonce: await nonceOf(devnet, trader) })
  const secret = await signTransfer(owner, { nonce: await nonceOf(devnet, owner) })
  const sightings = () => ask(devnet.rpcUrl, 'devnet_publicSightings', owner.address)
  const before = await sightings()
  await ask(devnet.rpcUrl, 'eth_sendRawTransaction', open)
  const number = Number((await latest()).number)
  const maxBlockNumber = `0x${(number + 5).toString(16)}`
  await relayClient(devnet)('eth_sendPrivateTransaction', { tx: secret, maxBlockNumber })
  await devnet.control.mine(2)
  const head = await latest()
  expect(await receipt(keccak256(open))).not.toBeNull()
  expect(await receipt(keccak256(secret))).not.toBeNull()

  await ask(devnet.rpcUrl, 'devnet_reorg', 2)
  const other = await latest()
  expect(other).toMatchObject({ number: head.number, timestamp: head.timestamp, transactions: [] })
  expect(other.hash).not.toBe(head.hash)
  expect(await receipt(keccak256(open))).toBeNull()
  expect(await receipt(keccak256(secret))).toBeNull()
  expect(await ask(devnet.rpcUrl, 'txpool_status')).toEqual({ pending: '0x1', queued: '0x0' })

  await devnet.control.mine()
  expect(await receipt(keccak256(open))).not.toBeNull()
  expect(await receipt(keccak256(secret))).not.toBeNull()
  expect(await sightings()).toBe(before)
  expect(Number((await latest()).timestamp)).toBe(Number(head.timestamp) + 12)
})

test('takes back what the replaced blocks wrote, also what nobody had looked at before', async () => {
  const { trader, market } = devnet.accounts
  const usdc = tokenBySymbol(devnet.chain, 'USDC').address
  const unseen = '0x00000000000000000000000000000000000a11ce'
  const state = async () => ({
    storage: await clientOf(devnet).readContract({
      address: usdc,
      abi: erc20,
      functionName: 'balanceOf',
      args: [unseen],
    }),
    wei: await clientOf(devnet).getBalance({ address: unseen }),
    nonce: await nonceOf(devnet, trader),
  })
  await devnet.control.fund('USDC', trader.address, 5n)
  const nonce = await nonceOf(devnet, trader)
  const data = encodeFunctionData({ abi: erc20, functionName: 'transfer', args: [unseen, 5n] })
  const purpose = 'a transfer'
  await sendAll(devnet, [
    { from: trader, to: usdc, data, purpose },
    { from: market, to: unseen, data: '0x', value: 7n, purpose },
  ])
  expect(await state()).toEqual({ storage: 5n, wei: 7n, nonce: nonce + 1 })
  await ask(devnet.rpcUrl, 'devnet_reorg', 1)
  expect(await state()).toEqual({ storage: 0n, wei: 0n, nonce })
  await devnet.control.mine()
  expect(await state()).toEqual({ storage: 5n, wei: 7n, nonce: nonce + 1 })
})

test.each([[0], [4], ['deep']])('refuses a depth of %s', async (depth) => {
  expect((await call(devnet.rpcUrl, 'devnet_reorg', depth)).error).toBeDefined()
})

test('leaves the blocks alone that were not made here', async () => {
  const fresh = await startDevnet({ port: 0, automine: false, market: false })
  try {
    const head = await ask(fresh.rpcUrl, 'eth_blockNumber')
    const answer = await call(fresh.rpcUrl, 'devnet_reorg', 2)
    expect(answer.error).toMatchObject({ message: expect.stringContaining('only 1 blocks were made here') })
    expect(await ask(fresh.rpcUrl, 'eth_blockNumber')).toBe(head)
  } finally {
    await fresh.stop()
  }
})
