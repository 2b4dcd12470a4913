import { createPublicClient, http, type PublicClient } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Devnet, startDevnet } from '../../scripts/devnet/devnet.ts'
import { deployTreasury, type Treasury, takeCheckpoint } from '../../scripts/devnet/treasury.ts'
import { openMandate, resetBreaker, signMandate } from '../../scripts/devnet/treasury-signatures.ts'
import { tokenBySymbol } from '../../scripts/devnet/world-pools.ts'
import { vaultAbi } from '../../shared/chain/generated/vault.ts'
import { type Mandate, mandateId } from '../../shared/schema/mandate.ts'

const executor = '0x1111111111111111111111111111111111111111'
const newExecutor = '0x2222222222222222222222222222222222222222'

let devnet: Devnet
let treasury: Treasury
let client: PublicClient

beforeAll(async () => {
  devnet = await startDevnet({ port: 0, automine: false, market: false })
  treasury = await deployTreasury(devnet, { executor })
  client = createPublicClient({ transport: http(devnet.rpcUrl) })
})
afterAll(() => devnet.stop())

const state = () => client.readContract({ address: treasury.vault, abi: vaultAbi, functionName: 'state' })

test('the vault is funded, sealed, priced, and its executor can pay for gas', async () => {
  const { isSealed, checkpointFresh, netAssetValueUsd, peakUsd, executor: key } = await state()
  expect({ isSealed, checkpointFresh, key }).toEqual({ isSealed: true, checkpointFresh: true, key: executor })
  // 400,000 USDC, 50 WETH at 3,000 and 3 WBTC at 90,000.
  expect(netAssetValueUsd).toBe(820_000n * 10n ** 18n)
  expect(peakUsd).toBe(netAssetValueUsd)
  expect(await client.getBalance({ address: executor })).toBe(10n ** 19n)
  const assets = await client.readContract({ address: treasury.vault, abi: vaultAbi, functionName: 'assets' })
  expect(assets.map(({ token }) => token)).toEqual(devnet.chain.tokens.map(({ address }) => address))
  for (const { booked, balance } of assets) expect(booked).toBe(balance)
  expect(await client.getCode({ address: treasury.router })).toBeDefined()
  expect(await client.getCode({ address: treasury.oracle })).toBeDefined()
})

test('a mandate signed by the treasurer opens, once', async () => {
  const mandate = await someMandate()
  const id = await openMandate(devnet, treasury.vault, mandate)
  expect(id).toBe(mandateId(devnet.chain.id, treasury.vault, mandate))
  const progress = await client.readContract({
    address: treasury.vault,
    abi: vaultAbi,
    functionName: 'mandateProgress',
    args: [id],
  })
  expect(progress).toMatchObject({ open: true, closed: false, filled: 0n, executionCount: 0 })
  await expect(openMandate(devnet, treasury.vault, mandate)).rejects.toThrow('opening a mandate failed')
  expect(await signMandate(devnet, treasury.vault, mandate)).toMatch(/^0x[0-9a-f]{130}$/)
})

test('a fall trips the breaker, and two reviewers re-arm it with a new key', async () => {
  devnet.control.setPrice('WETH', 1500)
  devnet.control.setPrice('WBTC', 60_000)
  await devnet.control.mine()
  await takeCheckpoint(devnet, treasury.vault)
  await devnet.control.mine(60)
  await takeCheckpoint(devnet, treasury.vault)
  const { tripped, incident } = await state()
  expect(tripped).toBe(true)
  const now = await devnet.chainTime()
  const reset = { incident, newExecutor, executorExpiry: now + 86_400, deadline: now + 3600 } as const
  await expect(resetBreaker(devnet, treasury.vault, { ...reset, incident: incident + 1 })).rejects.toThrow()
  await resetBreaker(devnet, treasury.vault, reset)
  expect(await state()).toMatchObject({ tripped: false, executor: newExecutor, epoch: 2 })
})

async function someMandate(): Promise<Mandate> {
  const start = await devnet.chainTime()
  return {
    strategy: `0x${'11'.repeat(32)}`,
    sell: tokenBySymbol(devnet.chain, 'USDC').address,
    buy: tokenBySymbol(devnet.chain, 'WETH').address,
    total: 100_000n * 10n ** 6n,
    maximumSlice: 10_000n * 10n ** 6n,
    start,
    end: start + 86_400,
    minimumInterval: 60,
    maximumExecutions: 20,
    worstPrice: 1n,
    slippageBps: 50,
    configurationHash: `0x${'22'.repeat(32)}`,
    salt: 1n,
  }
}
