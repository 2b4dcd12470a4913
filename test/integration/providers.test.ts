import { type Hex, numberToHex } from 'viem'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { missedSlices } from '../../workers/database/schema.ts'
import { cron, database, drain, liveUntilFilled, openWorld, readLog, readTrades } from './agent-world.ts'
import { intercept } from './intercept.ts'
import { chainTime, mine, reach, rpc } from './local-chain.ts'

afterEach(() => vi.restoreAllMocks())

const second = (url: string) => url.endsWith('/b')

describe('providers', () => {
  it('that differ about the same block stop the slice, and the log says so', async () => {
    const world = await openWorld({ slices: 1 })
    await cron(world)
    intercept(({ url, method }, forward) => {
      if (!second(url) || method !== 'eth_call') return undefined
      return forward().then(({ result }) => ({ result: `${String(result).slice(0, -1)}1` }))
    })
    await drain(world)
    const [record] = await readLog(world)
    expect(record).toMatchObject({ verdict: 'wait', reason: 'ProvidersDisagree' })
    expect(JSON.parse(record?.record ?? '')).toMatchObject({ input: null })
    vi.restoreAllMocks()
    await liveUntilFilled(world)
    expect(await readTrades(world)).toHaveLength(1)
  })

  it('that are more than three blocks apart stop it', async () => {
    const world = await openWorld({ slices: 1 })
    await cron(world)
    const head = await mine()
    const behind = await rpc('eth_getBlockByNumber', [`0x${(head - 4).toString(16)}`, false])
    intercept(({ url, method }) =>
      second(url) && method === 'eth_getBlockByNumber' ? Promise.resolve({ result: behind }) : undefined,
    )
    await drain(world)
    expect(await readLog(world)).toMatchObject([{ verdict: 'wait', reason: 'ProvidersDisagree' }])
    expect(await readTrades(world)).toEqual([])
  })

  it('that are a block apart are read at the lower head', async () => {
    const world = await openWorld({ slices: 1 })
    await cron(world)
    const head = await mine()
    const behind = await rpc('eth_getBlockByNumber', [`0x${(head - 1).toString(16)}`, false])
    intercept(({ url, method, params }) =>
      second(url) && method === 'eth_getBlockByNumber' && params[0] === 'latest'
        ? Promise.resolve({ result: behind })
        : undefined,
    )
    await drain(world)
    const [record] = await readLog(world)
    const { input } = JSON.parse(record?.record ?? '')
    expect(input.snapshot.blockNumber).toBe(String(head - 1))
  })
})

describe('the snapshot', () => {
  it('is the state at the pinned block, in full', async () => {
    const world = await openWorld({ slices: 1 })
    await cron(world)
    await drain(world)
    const [record] = await readLog(world)
    const { input, decision } = JSON.parse(record?.record ?? '')
    const { snapshot } = input
    expect(snapshot).toMatchObject({
      chainId: reach.chain.id,
      timestamp: await chainTime(),
      vaultAddress: world.vault,
      vault: { executor: world.executor, epoch: 1, isSealed: true, checkpointFresh: true },
      mandate: { open: true, closed: false, executionCount: 0 },
      executor: { nonce: 0 },
    })
    expect(snapshot.assets).toHaveLength(reach.chain.tokens.length)
    expect(snapshot.pools.length).toBeGreaterThan(2)
    const { sell, buy } = world.mandate
    type SeenPool = { venue: string; pool: string; token0: string; token1: string; liquidity?: string }
    const [deepest] = (snapshot.pools as SeenPool[])
      .filter(
        ({ venue, token0, token1 }) =>
          venue === 'UniswapV3' && [token0, token1].sort().join() === [sell, buy].sort().join(),
      )
      .sort((a, b) => (BigInt(a.liquidity ?? 0) < BigInt(b.liquidity ?? 0) ? 1 : -1))
    expect(snapshot.history.pool).toBe(deepest?.pool)
    expect(snapshot.history.secondsAgo.at(-1)).toBe(snapshot.timestamp % 300)
    expect(snapshot.history.tickCumulatives).toHaveLength(snapshot.history.secondsAgo.length)
    const { fees } = snapshot
    expect(BigInt(fees.priorityFeePerGas)).toBeGreaterThan(0n)
    expect(fees.recentBlocks).toHaveLength(10)
    expect(fees.recentBlocks.at(-1).baseFeePerGas).toBe(fees.baseFeePerGas)
    await mine()
    const block = (await rpc('eth_getBlockByNumber', [numberToHex(BigInt(snapshot.blockNumber) + 1n), false])) as {
      baseFeePerGas: Hex
    }
    expect(fees.nextBaseFeePerGas).toBe(BigInt(block.baseFeePerGas).toString())
    expect(BigInt(decision.forecasts.gas.endOfLife.quantile99)).toBeGreaterThan(BigInt(fees.nextBaseFeePerGas))
  })
})

describe('a slice', () => {
  it('that comes after its window has passed is left to the next one, and written down', async () => {
    const world = await openWorld({ slices: 2 })
    await cron(world)
    await mine(6)
    await drain(world)
    expect(await readLog(world)).toMatchObject([{ verdict: 'wait', reason: 'NotDue', slot: 0 }])
    expect(await database.select().from(missedSlices)).toMatchObject([{ slot: 0, reason: 'its window passed' }])
    await liveUntilFilled(world)
    expect((await readTrades(world)).reduce((sum, { amountIn }) => sum + amountIn, 0n)).toBe(world.mandate.total)
  })
})

// Last: a provider that failed is left alone for a moment.
describe('a provider', () => {
  it('that does not answer stops the slice', async () => {
    const world = await openWorld({ slices: 1 })
    await cron(world)
    intercept(({ url }) => (second(url) ? Promise.reject(new TypeError('connection refused')) : undefined))
    await drain(world)
    expect(await readLog(world)).toMatchObject([{ verdict: 'wait', reason: 'ProviderUnavailable' }])
    expect(await readTrades(world)).toEqual([])
  })
})
