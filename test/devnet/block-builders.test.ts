import { keccak256 } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { blockBuilders } from '../../scripts/devnet/block-builders.ts'
import { type Devnet, startDevnet } from '../../scripts/devnet/devnet.ts'
import { ask, call, nonceOf, relayClient, signTransfer, transactionsOf, winnerOf } from './clients.ts'

let devnet: Devnet

beforeAll(async () => {
  devnet = await startDevnet({ port: 0, automine: false, market: false, seed: 'two builders' })
})
afterAll(() => devnet.stop())

const hex = (value: number) => `0x${value.toString(16)}`

test('one builder wins four blocks in five, the other the rest', async () => {
  const blocks = 400
  const last = await devnet.control.mine(blocks)
  const winners: (string | undefined)[] = []
  for (let block = last - blocks + 1; block <= last; block++) winners.push(await winnerOf(devnet, block))
  const won = (name: string) => winners.filter((winner) => winner === name).length
  expect(won('titan') + won('buildernet')).toBe(blocks)
  // The standard deviation of 400 draws at 80 % is 8; three of them.
  expect(Math.abs(won('titan') - 320)).toBeLessThanOrEqual(24)
})

test('the winners follow from the seed', async () => {
  const twin = await startDevnet({ port: 0, automine: false, market: false, seed: 'two builders' })
  try {
    const first = (await twin.control.mine(30)) - 30
    const miners = async (url: string) =>
      Promise.all(
        Array.from({ length: 30 }, async (_, index) => {
          const block = await ask(url, 'eth_getBlockByNumber', hex(first + 1 + index), false)
          return (block as { miner: string }).miner
        }),
      )
    const expected = await miners(devnet.rpcUrl)
    expect(new Set(expected).size).toBe(2)
    expect(await miners(twin.rpcUrl)).toEqual(expected)
  } finally {
    await twin.stop()
  }
})

test('a builder that takes no private orders still wins its blocks, and leaves them out', async () => {
  const { trader, keeper } = devnet.accounts
  expect(await ask(devnet.rpcUrl, 'devnet_builder', 'buildernet', false)).toBe(false)
  const relay = relayClient(devnet)
  const winners: (string | undefined)[] = []
  for (let round = 0; round < 20; round++) {
    const secret = await signTransfer(trader, { nonce: await nonceOf(devnet, trader) })
    const open = await signTransfer(keeper, { nonce: await nonceOf(devnet, keeper) })
    await relay('eth_sendPrivateTransaction', { tx: secret })
    await ask(devnet.rpcUrl, 'eth_sendRawTransaction', open)
    const block = await devnet.control.mine()
    const winner = await winnerOf(devnet, block)
    winners.push(winner)
    const hashes = await transactionsOf(devnet, block)
    expect(hashes).toEqual(winner === 'titan' ? [keccak256(secret), keccak256(open)] : [keccak256(open)])
  }
  expect(new Set(winners)).toEqual(new Set(['titan', 'buildernet']))
  expect(await ask(devnet.rpcUrl, 'devnet_status')).toMatchObject({
    builders: { titan: { taking: true }, buildernet: { taking: false } },
  })
  expect(await ask(devnet.rpcUrl, 'devnet_builder', 'buildernet', true)).toBe(true)
  expect((await call(devnet.rpcUrl, 'devnet_builder', 'nobody', true)).error?.code).toBe(-32602)
})

test('bundle statistics name the builder that had it and sealed it', async () => {
  const { trader } = devnet.accounts
  const relay = relayClient(devnet)
  const tx = await signTransfer(trader, { nonce: await nonceOf(devnet, trader) })
  const head = Number(await ask(devnet.rpcUrl, 'eth_blockNumber'))
  const { result } = await relay('eth_sendBundle', { txs: [tx], blockNumber: hex(head + 1) })
  const { bundleHash } = result as { bundleHash: string }
  const winner = await winnerOf(devnet, await devnet.control.mine())
  const pubkey = blockBuilders.find(({ name }) => name === winner)?.publicKey
  expect(pubkey).toMatch(/^0x[0-9a-f]{96}$/)
  const statistics = await relay('flashbots_getBundleStatsV2', { bundleHash, blockNumber: hex(head + 1) })
  expect(statistics.result).toMatchObject({ consideredByBuildersAt: [{ pubkey }], sealedByBuildersAt: [{ pubkey }] })
})
