import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Env } from '../../workers/environment.ts'
import {
  cron,
  drain,
  ledgerOfWorld,
  live,
  liveUntilFilled,
  openWorld,
  readExecutions,
  readLog,
  readTrades,
  track,
  type World,
} from './agent-world.ts'
import { intercept } from './intercept.ts'
import { mine, nonceOf, publicSightings, rpc } from './local-chain.ts'

afterEach(async () => {
  vi.restoreAllMocks()
  await rpc('devnet_leak', [false])
})

const sends = new Set(['eth_sendPrivateTransaction', 'eth_sendBundle'])

async function expectTotalOnce(world: World): Promise<void> {
  const trades = await readTrades(world)
  expect(trades.map(({ executionIndex }) => executionIndex)).toEqual(trades.map((_, position) => position))
  expect(trades.reduce((sum, { amountIn }) => sum + amountIn, 0n)).toBe(world.mandate.total)
}

async function outcomesOf(world: World): Promise<string[]> {
  return (await readLog(world)).filter(({ type }) => type === 'outcome').map(({ verdict }) => verdict)
}

describe('sending', () => {
  it('works through Flashbots’ own client as well', async () => {
    const world = await openWorld({ slices: 2 })
    const bundles: Env = { ...world.env, RELAY_LADDER: 'flashbots-bundle' }
    await liveUntilFilled({ ...world, env: bundles })
    await expectTotalOnce(world)
    expect((await readExecutions(world)).map(({ relay }) => relay)).toEqual(['flashbots-bundle', 'flashbots-bundle'])
    expect(await publicSightings(world.executor)).toBe(0)
  })

  it('treats a lost answer as sent, and trades once', async () => {
    const world = await openWorld({ slices: 1 })
    const sent: unknown[] = []
    intercept(({ method, params }, forward) => {
      if (!sends.has(method)) return undefined
      sent.push(params[0])
      return forward().then(() => {
        throw new DOMException('no answer', 'TimeoutError')
      })
    })
    await cron(world)
    await drain(world)
    expect(sent).toHaveLength(1)
    expect((await ledgerOfWorld(world).tracked())[0]).toMatchObject({ state: 'sent', relayAnswer: 'Unknown' })
    await liveUntilFilled(world)
    await expectTotalOnce(world)
    expect(await nonceOf(world.executor)).toBe(1)
  })

  it('hands the same bytes over again after relays were down', async () => {
    const world = await openWorld({ slices: 1 })
    const bytes: unknown[] = []
    let down = true
    intercept(({ method, params }) => {
      if (!sends.has(method)) return undefined
      const [order] = params as [{ tx?: unknown; txs?: unknown[] }]
      bytes.push(order.tx ?? order.txs?.[0])
      return down ? Promise.resolve({ error: { code: -32_000, message: 'internal error' } }) : undefined
    })
    await cron(world)
    await drain(world)
    expect((await ledgerOfWorld(world).tracked())[0]).toMatchObject({ state: 'signed', relayAnswer: 'Unavailable' })
    down = false
    await mine()
    await track(world)
    await mine()
    expect(await readTrades(world)).toHaveLength(1)
    // Both relays of the ladder were asked, then the first one again: one transaction in all.
    expect(bytes).toHaveLength(3)
    expect(new Set(bytes).size).toBe(1)
  })

  it('counts what the public pool shows when a relay leaks, and the vault holds all the same', async () => {
    const world = await openWorld({ slices: 1 })
    await rpc('devnet_leak', [true])
    await liveUntilFilled(world)
    await expectTotalOnce(world)
    expect(await publicSightings(world.executor)).toBeGreaterThan(0)
  })
})

describe('an order that was not included', () => {
  it('is dead only after its deadline at confirmation depth; then the same nonce is used again, outbid', async () => {
    const world = await openWorld({ slices: 1, intervalSeconds: 600 })
    intercept(({ method }) => (sends.has(method) ? Promise.resolve({ result: `0x${'00'.repeat(32)}` }) : undefined))
    await cron(world)
    await drain(world)
    const [first] = await ledgerOfWorld(world).tracked()
    await mine(5)
    await track(world)
    expect(await outcomesOf(world)).toEqual([])
    await mine(3)
    await track(world)
    expect(await outcomesOf(world)).toEqual(['expired'])
    await drain(world)
    const [second] = await ledgerOfWorld(world).tracked()
    expect(second).toMatchObject({ attempt: 2, nonce: first?.nonce, slot: first?.slot })
    expect(second?.transactionHash).not.toBe(first?.transactionHash)
    vi.restoreAllMocks()
    await liveUntilFilled(world)
    await expectTotalOnce(world)
    expect(await nonceOf(world.executor)).toBe(1)
  })

  it('can be leaked late and burns its nonce without trading twice', async () => {
    const world = await openWorld({ slices: 2, intervalSeconds: 600 })
    intercept(({ method }) => (sends.has(method) ? Promise.resolve({ result: `0x${'00'.repeat(32)}` }) : undefined))
    await cron(world)
    await drain(world)
    const [first] = await ledgerOfWorld(world).tracked()
    await mine(8)
    await track(world)
    await drain(world)
    const [second] = await ledgerOfWorld(world).tracked()
    expect(second?.attempt).toBe(2)
    // The relay kept both to itself; now the first one appears in public, after its deadline.
    await rpc('eth_sendRawTransaction', [first?.bytes])
    vi.restoreAllMocks()
    await mine(3)
    await track(world)
    expect(await outcomesOf(world)).toEqual(['expired', 'replaced'])
    await liveUntilFilled(world)
    await expectTotalOnce(world)
    // The burnt nonce is the only transaction beside the trades.
    expect(await nonceOf(world.executor)).toBe((await readTrades(world)).length + 1)
  })
})

describe('a reorganisation', () => {
  it('takes a fill back until the order is in a block again', async () => {
    const world = await openWorld({ slices: 1 })
    await cron(world)
    await drain(world)
    await mine()
    await track(world)
    expect(await outcomesOf(world)).toEqual(['filled'])
    intercept(({ method }) => (method === 'eth_getTransactionReceipt' ? Promise.resolve({ result: null }) : undefined))
    await track(world)
    expect(await outcomesOf(world)).toEqual(['filled', 'unsettled'])
    expect((await ledgerOfWorld(world).status()).live).toMatchObject({ state: 'sent' })
    vi.restoreAllMocks()
    await liveUntilFilled(world)
    expect(await outcomesOf(world)).toEqual(['filled', 'unsettled', 'filled'])
    await expectTotalOnce(world)
  })
})

describe('a projection that failed', () => {
  it('is made up later, whole and in order', async () => {
    const world = await openWorld({ slices: 1 })
    await cron(world)
    const [tick] = world.queue
    const broken: Env = {
      ...world.env,
      DATABASE: new Proxy(world.env.DATABASE, {
        get: (target, name) => {
          if (name === 'batch') return () => Promise.reject(new Error('the database is down'))
          const member: unknown = Reflect.get(target, name)
          return typeof member === 'function' ? member.bind(target) : member
        },
      }),
    }
    const [delivered] = await drain(world, broken)
    expect(delivered).toEqual({ acknowledged: false, retried: true })
    expect(await readLog(world)).toEqual([])
    expect((await ledgerOfWorld(world).status()).live).toMatchObject({ state: 'sent' })
    expect(tick).toBeDefined()
    await live(world)
    const { length } = await ledgerOfWorld(world).status()
    expect((await readLog(world)).map(({ sequence }) => sequence)).toEqual(Array.from({ length }, (_, index) => index))
    expect(await readExecutions(world)).toHaveLength(1)
  })
})
