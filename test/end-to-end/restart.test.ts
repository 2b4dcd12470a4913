import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Address, createWalletClient, http, parseEventLogs } from 'viem'
import type { HDAccount } from 'viem/accounts'
import { expect, it } from 'vitest'
import { type Devnet, startDevnet } from '../../scripts/devnet/devnet.ts'
import { clientOf } from '../../scripts/devnet/transactions.ts'
import { deployTreasury } from '../../scripts/devnet/treasury.ts'
import { type ApiClient, apiClient } from '../../scripts/local/api-client.ts'
import { workerBindings } from '../../scripts/local/bindings.ts'
import { Closing } from '../../scripts/local/closing.ts'
import { startCron } from '../../scripts/local/cron.ts'
import { demonstrationOf } from '../../scripts/local/demonstration.ts'
import { openParentOrder } from '../../scripts/local/parent-order.ts'
import { bundleWorker, startLocalWorker } from '../../scripts/local/worker.ts'
import { devnet as chain } from '../../shared/chain/chains/424242.ts'
import { vaultAbi } from '../../shared/chain/generated/vault.ts'
import { executorAddress } from '../../workers/agent/signers/local.ts'

const executorSeed = `0x${'41'.repeat(32)}` as const
const adminKey = 'pk_restart'
const patience = { timeout: 120_000, interval: 250 }

interface World {
  devnet: Devnet
  vault: Address
  folder: string
  script: string
}

/** A worker over the storage that earlier ones left, with its cron. */
async function startAgent({ devnet, folder, script }: World) {
  const worker = await startLocalWorker(script, {
    port: 0,
    persistencePath: join(folder, 'storage'),
    bindings: await workerBindings(devnet, { executorSeed, adminKey }),
    onLog: () => {},
  })
  const cron = startCron(worker, devnet.chainTime, devnet.speed)
  const stop = async () => {
    await cron.stop()
    await worker.stop()
  }
  return { api: apiClient(worker.url, adminKey), stop }
}

async function call(devnet: Devnet, account: HDAccount, vault: Address, functionName: 'pause' | 'unpause') {
  const wallet = createWalletClient({ account, transport: http(devnet.rpcUrl) })
  const hash = await wallet.writeContract({ chain: null, address: vault, abi: vaultAbi, functionName })
  const client = clientOf(devnet)
  const receipt = await client.waitForTransactionReceipt({ hash, pollingInterval: 100 })
  expect(receipt.status).toBe('success')
}

/** Every execution the chain knows: what the vault itself says was traded. */
async function executed(devnet: Devnet, vault: Address) {
  const client = clientOf(devnet)
  const logs = await client.getLogs({ address: vault, fromBlock: 0n, toBlock: 'latest' })
  return parseEventLogs({ abi: vaultAbi, eventName: 'Executed', logs }).map(({ args }) => args)
}

async function reasons(api: ApiClient, vault: Address): Promise<string[]> {
  const { items } = await api.get<{ items: { type: string; reason: string }[] }>(
    `/v1/decisions?vault=${vault}&limit=100`,
  )
  return items.filter(({ type }) => type === 'decision').map(({ reason }) => reason)
}

it('a guardian pauses with the worker stopped; the restarted worker waits, says why, and finishes the parent', async () => {
  const closing = new Closing()
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-restart-'))
  try {
    const devnet = await startDevnet({ port: 0, speed: 24 })
    closing.keep(devnet)
    const executor = (vault: Address) => executorAddress(executorSeed, 1, chain.id, vault, 1)
    const { vault } = await deployTreasury(devnet, { executor })
    const world = { devnet, vault, folder, script: await bundleWorker(join(folder, 'bundle')) }

    const first = await startAgent(world)
    closing.keep(first)
    await first.api.post('/v1/vaults', { address: vault, name: 'Restart' })
    const { guardian, owner } = devnet.accounts
    const terms = { ...demonstrationOf(chain, true), slices: 5, intervalSeconds: 60, slippageBps: 50 }
    const order = await openParentOrder(first.api, devnet, vault, terms)
    await expect.poll(async () => (await executed(devnet, vault)).length, patience).toBe(2)
    await first.stop()

    await call(devnet, guardian, vault, 'pause')
    const tradedAtPause = await executed(devnet, vault)

    const second = await startAgent(world)
    closing.keep(second)
    await expect.poll(() => reasons(second.api, vault), patience).toContain('Paused')
    expect(await executed(devnet, vault)).toEqual(tradedAtPause)

    await call(devnet, owner, vault, 'unpause')
    const path = `/v1/strategies/${order.strategyId}`
    await expect.poll(async () => (await second.api.get<{ status: string }>(path)).status, patience).toBe('filled')
    const trades = await executed(devnet, vault)
    expect(trades.reduce((sum, { amountIn }) => sum + amountIn, 0n)).toBe(terms.total)
    expect(trades.map(({ executionIndex }) => executionIndex)).toEqual(trades.map((_, index) => index))
    const { items } = await second.api.get<{ items: { slot: number; state: string }[] }>(
      `/v1/executions?strategy=${order.strategyId}&limit=100`,
    )
    const filledSlots = items.filter(({ state }) => state === 'included').map(({ slot }) => slot)
    expect(filledSlots).toHaveLength(trades.length)
    expect(new Set(filledSlots).size).toBe(filledSlots.length)
  } finally {
    await closing.stop()
    rmSync(folder, { recursive: true, force: true })
  }
})
