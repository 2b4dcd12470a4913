import { createPublicClient, http, type PublicClient } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Devnet, startDevnet } from '../../scripts/devnet/devnet.ts'
import { deployTreasury, type Treasury, takeCheckpoint } from '../../scripts/devnet/treasury.ts'
import { vaultAssets, vaultState } from '../../scripts/devnet/treasury-reading.ts'
import { openMandate, resetBreaker, signMandate } from '../../scripts/devnet/treasury-signatures.ts'
import { tokenBySymbol } from '../../scripts/devnet/world-pools.ts'
import { refusals } from '../../shared/chain/generated/refusals.ts'
import { vaultAbi } from '../../shared/chain/generated/vault.ts'
import { type Mandate, mandateId } from '../../shared/schema/mandate.ts'
import { listings } from '../../shared/schema/snapshot.ts'

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

const state = () => vaultState(devnet, treasury.vault)

test('the vault is funded, sealed, priced, and its executor can pay for gas', async () => {
  const { isSealed, checkpointFresh, netAssetValueUsd, peakUsd, executor: key } = await state()
  expect({ isSealed, checkpointFresh, key }).toEqual({ isSealed: true, checkpointFresh: true, key: executor })
  // 400,000 USDC, 50 WETH at 3,000 and 3 WBTC at 90,000, at the lowest of feed and average: within a hundredth.
  expect(netAssetValueUsd).toBeLessThanOrEqual(820_000n * 10n ** 18n)
  expect(netAssetValueUsd).toBeGreaterThan(815_000n * 10n ** 18n)
  expect(peakUsd).toBe(netAssetValueUsd)
  expect(await client.getBalance({ address: executor })).toBe(10n ** 19n)
  const assets = await vaultAssets(devnet, treasury.vault)
  expect(assets.map(({ token }) => token).toSorted()).toEqual(
    devnet.chain.tokens.map(({ address }) => address).toSorted(),
  )
  for (const { booked, balance } of assets) expect(booked).toBe(balance)
  // USDC has its feed alone; everything else also a pool's average, and all of them agree.
  const [first, ...others] = assets.map(({ listing }) => listings[listing])
  expect([first, ...new Set(others)]).toEqual(['Feed', 'FeedAndTwap'])
  for (const { verdict } of assets) expect(refusals[verdict.reason]).toBe('None')
  expect(await client.getCode({ address: treasury.approvals })).toBeDefined()
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
  await expect(takeCheckpoint(devnet, treasury.vault)).rejects.toThrow('taking a checkpoint failed')
  // Feed and average agree again after half an hour.
  await devnet.control.mine(155)
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
    refillAmount: 0n,
    refillPeriod: 0,
    start,
    end: start + 86_400,
    minimumInterval: 60,
    maximumExecutions: 20,
    worstPrice: 1n,
    slippageBps: 50,
    poorFillBps: 50,
    maximumPoorFills: 3,
    configurationHash: `0x${'22'.repeat(32)}`,
    salt: 1n,
  }
}
