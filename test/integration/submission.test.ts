import { type Address, type Hex, parseTransaction } from 'viem'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { TrackedOrder } from '../../workers/agent/ledger-types.ts'
import type { Env } from '../../workers/environment.ts'
import { flashbotsPrivate } from '../../workers/relays/flashbots-private.ts'
import { relayClient } from '../../workers/relays/json-rpc.ts'
import type { PrivateOrder } from '../../workers/relays/relay.ts'
import {
  cron,
  drain,
  env,
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
import { intercept, receiptFor } from './intercept.ts'
import { mine, nonceOf, publicSightings, relayUrl, rpc } from './local-chain.ts'

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

/** The relay as the agent reaches it, under the agent's key. */
function agentRelay() {
  const key = env.RELAY_AUTHENTICATION_KEY as Hex
  return flashbotsPrivate(relayClient('flashbots-private', relayUrl, key), relayUrl)
}

/** A tracked order as a relay is handed it; its window does not matter for cancelling. */
function orderOf(vault: Address, order: TrackedOrder | undefined): PrivateOrder {
  if (order?.bytes == null || order.transactionHash === null) throw new Error('The order has no bytes.')
  const { bytes, transactionHash: hash, deadline } = order
  return { bytes, hash, deadline, vault, firstBlock: 0n, lastBlock: 0n }
}

/** What a tracked order's bytes bid, wei per gas. */
function feesOf(order: TrackedOrder | undefined) {
  const { maxFeePerGas = 0n, maxPriorityFeePerGas = 0n } = parseTransaction(order?.bytes ?? '0x')
  return { maxFeePerGas, maxPriorityFeePerGas }
}

describe('sending', () => {
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
    // Both were asked; a block later both have them, the second for each of the three blocks that are left.
    expect(bytes).toHaveLength(1 + 1 + 1 + 3)
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
    intercept((request) => (sends.has(request.method) ? Promise.resolve(receiptFor(request)) : undefined))
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
    for (const fee of ['maxFeePerGas', 'maxPriorityFeePerGas'] as const) {
      expect(feesOf(second)[fee] * 1000n).toBeGreaterThanOrEqual(feesOf(first)[fee] * 1125n)
    }
    vi.restoreAllMocks()
    await liveUntilFilled(world)
    await expectTotalOnce(world)
    expect(await nonceOf(world.executor)).toBe(1)
  })

  it('can be leaked late and burns its nonce without trading twice', async () => {
    const world = await openWorld({ slices: 2, intervalSeconds: 600 })
    intercept((request) => (sends.has(request.method) ? Promise.resolve(receiptFor(request)) : undefined))
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
    const [filled] = await ledgerOfWorld(world).tracked()
    await rpc('devnet_reorg', [1])
    expect(await readTrades(world)).toEqual([])
    expect(await nonceOf(world.executor)).toBe(0)
    await track(world)
    expect(await outcomesOf(world)).toEqual(['filled', 'unsettled'])
    const [again] = await ledgerOfWorld(world).tracked()
    expect(again).toMatchObject({ state: 'sent', bytes: filled?.bytes, nonce: 0, executionIndex: 0, blockHash: null })
    await liveUntilFilled(world)
    expect(await outcomesOf(world)).toEqual(['filled', 'unsettled', 'filled'])
    await expectTotalOnce(world)
    expect(await nonceOf(world.executor)).toBe(1)
    expect(await publicSightings(world.executor)).toBe(0)
  })

  it('that moves a fill into another block settles it there', async () => {
    const world = await openWorld({ slices: 1 })
    await cron(world)
    await drain(world)
    await mine()
    await track(world)
    const [first] = await ledgerOfWorld(world).tracked()
    await rpc('devnet_reorg', [1])
    await mine()
    await track(world)
    const [second] = await ledgerOfWorld(world).tracked()
    expect(await outcomesOf(world)).toEqual(['filled', 'unsettled', 'filled'])
    expect(second?.transactionHash).toBe(first?.transactionHash)
    expect(second?.blockHash).not.toBe(first?.blockHash)
    await liveUntilFilled(world)
    await expectTotalOnce(world)
  })

  it('that outlasts the order’s deadline ends in another attempt at the same nonce and index', async () => {
    const world = await openWorld({ slices: 1, intervalSeconds: 600 })
    await cron(world)
    await drain(world)
    await mine()
    await track(world)
    const [first] = await ledgerOfWorld(world).tracked()
    // The relay forgets it with the block, and takes it from nobody until the deadline has passed.
    intercept((request) => (sends.has(request.method) ? Promise.resolve(receiptFor(request)) : undefined))
    await rpc('devnet_reorg', [1])
    const cancelled = await agentRelay().cancel(orderOf(world.vault, first))
    expect(cancelled).toBe(true)
    for (let block = 0; block < 7; block++) {
      await mine()
      await track(world)
    }
    expect(await outcomesOf(world)).toEqual(['filled', 'unsettled', 'expired'])
    await drain(world)
    const [second] = await ledgerOfWorld(world).tracked()
    expect(second).toMatchObject({ attempt: 2, slot: 0, nonce: first?.nonce, executionIndex: first?.executionIndex })
    vi.restoreAllMocks()
    await liveUntilFilled(world)
    await expectTotalOnce(world)
    expect(await nonceOf(world.executor)).toBe(1)
  })
})

describe('a reorganisation deeper than the confirmations', () => {
  it('doubles nothing, and the whole order is filled in the end', async () => {
    const world = await openWorld({ slices: 3, intervalSeconds: 120 })
    await cron(world)
    await drain(world)
    await mine(3)
    await track(world)
    expect(await ledgerOfWorld(world).tracked()).toEqual([])
    expect(await readTrades(world)).toHaveLength(1)
    // The ledger calls it final, and yet it is gone; even the relay has lost it.
    const hash = (await readTrades(world))[0]?.transactionHash
    await rpc('devnet_reorg', [3])
    expect(await readTrades(world)).toEqual([])
    const window = { firstBlock: 0n, lastBlock: 0n, deadline: 0 }
    await agentRelay().cancel({ bytes: '0x', hash: hash ?? '0x', vault: world.vault, ...window })
    await liveUntilFilled(world)
    await expectTotalOnce(world)
    const trades = await readTrades(world)
    expect(trades.map(({ transactionHash }) => transactionHash)).not.toContain(hash)
    expect(await nonceOf(world.executor)).toBe(trades.length)
  })
})

describe('a fill whose receipt no provider has', () => {
  it('is not traded again: the slice stays taken', async () => {
    const world = await openWorld({ slices: 2, intervalSeconds: 600 })
    await cron(world)
    const [message] = world.queue
    await drain(world)
    intercept(({ method }) => (method === 'eth_getTransactionReceipt' ? Promise.resolve({ result: null }) : undefined))
    await mine(3)
    await track(world)
    expect(await outcomesOf(world)).toEqual(['index-moved'])
    expect(world.queue.filter(({ body }) => body.type === 'tick')).toEqual([])
    vi.restoreAllMocks()
    if (message !== undefined) world.queue.push(message)
    await drain(world)
    expect((await readLog(world)).at(-1)).toMatchObject({ type: 'decision', reason: 'AlreadyClaimed' })
    await mine()
    expect(await readTrades(world)).toHaveLength(1)
    await liveUntilFilled(world)
    await expectTotalOnce(world)
  })
})

describe('an order whose newest block nobody tells', () => {
  it('is given up before anything leaves, and tried again', async () => {
    const world = await openWorld({ slices: 1, intervalSeconds: 600 })
    let simulated = false
    intercept(({ method }) => {
      if (method === 'eth_simulateV1') simulated = true
      if (method !== 'eth_getBlockByNumber' || !simulated) return undefined
      return Promise.resolve({ error: { code: -32_000, message: 'header not found' } })
    })
    await cron(world)
    const [delivered] = await drain(world)
    expect(delivered).toEqual({ acknowledged: true, retried: false })
    expect(await outcomesOf(world)).toEqual(['released'])
    expect(world.queue).toMatchObject([{ body: { type: 'tick' } }])
    vi.restoreAllMocks()
    await liveUntilFilled(world)
    await expectTotalOnce(world)
  })
})

describe('an executor key that two vaults name', () => {
  it('trades for the vault it belongs to alone', async () => {
    const first = await openWorld({ slices: 1 })
    await liveUntilFilled(first)
    const second = await openWorld({ slices: 1, executor: first.executor })
    await live(second)
    expect((await readLog(second)).at(-1)).toMatchObject({
      type: 'decision',
      verdict: 'refuse',
      reason: 'SignerMismatch',
    })
    expect(await ledgerOfWorld(second).tracked()).toEqual([])
    expect(await readTrades(second)).toEqual([])
    expect(await nonceOf(first.executor)).toBe(1)
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
