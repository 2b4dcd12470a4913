import { createExecutionContext } from 'cloudflare:test'
import { encodeFunctionData } from 'viem'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { sendAll } from '../../scripts/devnet/transactions.ts'
import { vaultAbi } from '../../shared/chain/generated/vault.ts'
import { app } from '../../workers/api/app.ts'
import {
  cron,
  drain,
  ledgerOfWorld,
  live,
  liveUntilFilled,
  openWorld,
  readLog,
  readTrades,
  track,
  type World,
} from './agent-world.ts'
import { crashingAt, withLedgerCalls } from './crash.ts'
import { intercept, receiptFor } from './intercept.ts'
import { mine, nonceOf, reach, rpc } from './local-chain.ts'

afterEach(() => vi.restoreAllMocks())

async function gate(
  world: Pick<World, 'env'>,
  path: '/v1/pause' | '/v1/resume',
  scope: string,
  subject: string,
): Promise<unknown> {
  const request = new Request(`https://agent.test${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer test-admin-key' },
    body: JSON.stringify({ scope, subject, reason: 'A drill' }),
  })
  const response = await app.fetch(request, world.env, createExecutionContext())
  expect(response.status).toBe(200)
  return response.json()
}

/** Executes the first slice and waits until it is confirmed. */
async function firstSlice(world: World): Promise<void> {
  for (let block = 0; block < 4; block++) await live(world)
  expect(await readTrades(world)).toHaveLength(1)
}

/** Lives through the next slice's time and beyond. */
async function nextSliceComes(world: World): Promise<void> {
  for (let block = 0; block < 6; block++) await live(world)
}

async function expectFinishedWithoutDoubling(world: World): Promise<void> {
  const trades = await readTrades(world)
  expect(trades.map(({ executionIndex }) => executionIndex)).toEqual(trades.map((_, position) => position))
  expect(trades.reduce((sum, { amountIn }) => sum + amountIn, 0n)).toBe(world.mandate.total)
  expect(await nonceOf(world.executor)).toBe(trades.length)
}

describe('pausing in the middle', () => {
  it.each([
    ['everything', () => ''],
    ['vault', (world: World) => world.vault],
    ['strategy', (world: World) => world.strategyId],
  ] as const)('of %s stops the next slice and says why; resuming finishes the parent', async (scope, subjectOf) => {
    const world = await openWorld({ slices: 3 })
    await firstSlice(world)
    await gate(world, '/v1/pause', scope, subjectOf(world))
    await nextSliceComes(world)
    expect(await readTrades(world)).toHaveLength(1)
    const stopped = (await readLog(world)).filter(({ slot, type }) => slot > 0 && type === 'decision')
    expect(stopped.length).toBeGreaterThan(0)
    expect(stopped.map(({ verdict, reason }) => `${verdict} ${reason}`)).toEqual(
      stopped.map(() => 'wait StrategyPaused'),
    )

    await gate(world, '/v1/resume', scope, subjectOf(world))
    await liveUntilFilled(world)
    await expectFinishedWithoutDoubling(world)
  })

  it('names the order that is on its way', async () => {
    const world = await openWorld({ slices: 2 })
    await cron(world)
    await drain(world)
    const { live: order } = await ledgerOfWorld(world).status()
    const answer = await gate(world, '/v1/pause', 'vault', world.vault)
    expect(answer).toMatchObject({
      ledgers: [{ delivered: true, live: { orderId: order?.orderId, deadline: order?.deadline } }],
    })
  })

  it.each(['before', 'during', 'after'] as const)('holds although the ledger dies %s hearing of it', async (moment) => {
    const world = await openWorld({ slices: 1 })
    await cron(world)
    const crashing = crashingAt(world.env, 'setPause', moment)
    const answer = await gate({ ...world, env: crashing.env }, '/v1/pause', 'everything', '')
    expect(crashing.crashed()).toBe(true)
    expect(answer).toMatchObject({
      sentence: expect.not.stringContaining('did not answer'),
      ledgers: [{ delivered: true }],
    })
    const { pausedScopes } = await ledgerOfWorld(world).status()
    expect(pausedScopes).toEqual([{ scope: 'everything', subject: '', paused: true }])
    await drain(world)
    await mine()
    expect(await readTrades(world)).toEqual([])
    await gate(world, '/v1/resume', 'everything', '')
  })

  it('says so when the ledger stays away, and the cron tells it later', async () => {
    const world = await openWorld({ slices: 1 })
    await cron(world)
    const silent = withLedgerCalls(world.env, (method, call) =>
      method === 'setPause' || method === 'status' ? Promise.reject(new Error('gone')) : call(),
    )
    const answer = await gate({ ...world, env: silent }, '/v1/pause', 'vault', world.vault)
    expect(answer).toMatchObject({
      sentence: expect.stringContaining('One ledger did not answer; the minute sweep will tell it.'),
      ledgers: [{ delivered: false, live: null }],
    })
    // Ticks read the database as well, so nothing trades even before the ledger has heard of it.
    await drain(world)
    expect((await readLog(world)).at(-1)).toMatchObject({ reason: 'StrategyPaused' })
    await cron(world)
    const { pausedScopes } = await ledgerOfWorld(world).status()
    expect(pausedScopes).toEqual([{ scope: 'vault', subject: world.vault, paused: true }])
    await gate(world, '/v1/resume', 'vault', world.vault)
  })

  it('by a raw guardian transaction works without the API; the owner lifts it', async () => {
    const world = await openWorld({ slices: 3 })
    await firstSlice(world)
    const { guardian, owner } = reach.accounts
    const call = (functionName: 'pause' | 'unpause') => encodeFunctionData({ abi: vaultAbi, functionName })
    await sendAll(reach, [{ from: guardian, to: world.vault, data: call('pause'), purpose: 'pausing' }])
    await nextSliceComes(world)
    expect(await readTrades(world)).toHaveLength(1)
    expect((await readLog(world)).at(-1)).toMatchObject({ type: 'decision', verdict: 'wait', reason: 'Paused' })

    await sendAll(reach, [{ from: owner, to: world.vault, data: call('unpause'), purpose: 'unpausing' }])
    await liveUntilFilled(world)
    await expectFinishedWithoutDoubling(world)
  })

  it('between signing and inclusion makes the vault refuse the order, and the slice is tried again after it', async () => {
    const world = await openWorld({ slices: 1, intervalSeconds: 600 })
    intercept((request) =>
      request.method === 'eth_sendPrivateTransaction' ? Promise.resolve(receiptFor(request)) : undefined,
    )
    await cron(world)
    await drain(world)
    const [order] = await ledgerOfWorld(world).tracked()
    vi.restoreAllMocks()
    const { guardian, owner } = reach.accounts
    const call = (functionName: 'pause' | 'unpause') => encodeFunctionData({ abi: vaultAbi, functionName })
    await sendAll(reach, [{ from: guardian, to: world.vault, data: call('pause'), purpose: 'pausing' }])
    await rpc('eth_sendRawTransaction', [order?.bytes])
    await mine(3)
    await track(world)
    expect(await readTrades(world)).toEqual([])
    expect((await readLog(world)).at(-1)).toMatchObject({ type: 'outcome', verdict: 'refused-on-chain' })
    await sendAll(reach, [{ from: owner, to: world.vault, data: call('unpause'), purpose: 'unpausing' }])
    await liveUntilFilled(world)
    expect(await readTrades(world)).toHaveLength(1)
  })
})
