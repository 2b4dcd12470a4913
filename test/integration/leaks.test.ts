import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  cron,
  drain,
  env,
  ledgerOfWorld,
  live,
  liveUntilFilled,
  openWorld,
  readAlerts,
  readExecutions,
  readLog,
  readTrades,
  track,
  type World,
  type WorldOptions,
} from './agent-world.ts'
import { intercept, receiptFor } from './intercept.ts'
import { mine, nonceOf, publicSightings, relayUrls, rpc } from './local-chain.ts'

afterEach(async () => {
  vi.restoreAllMocks()
  await rpc('devnet_leak', [false])
})

/** A world whose agent has relays at three addresses; two names for the first of them. */
async function openWorldWithThree(options: WorldOptions): Promise<World> {
  const names = ['flashbots-private', 'flashbots-bundle', 'titan', 'mev-blocker'] as const
  const world = await openWorld(options)
  return { ...world, env: { ...world.env, RELAY_LADDER: names.map((name) => `${name}=${relayUrls[name]}`).join(',') } }
}

const sends = new Set(['eth_sendPrivateTransaction', 'eth_sendBundle'])

/** Every relay says yes and passes nothing on; gives the list of what they were handed, by method. */
function swallow(): string[] {
  const swallowed: string[] = []
  intercept((request) => {
    if (!sends.has(request.method)) return undefined
    swallowed.push(request.method)
    return Promise.resolve(receiptFor(request))
  })
  return swallowed
}

describe('a relay that leaks', () => {
  it('is found out, dropped and told of; the order trades all the same, and the next one goes elsewhere', async () => {
    const world = await openWorldWithThree({ slices: 3 })
    await rpc('devnet_leak', [true])
    await cron(world)
    await drain(world)
    expect((await ledgerOfWorld(world).tracked())[0]).toMatchObject({ state: 'leaked' })
    await mine()
    await track(world)
    expect(await readTrades(world)).toHaveLength(1)
    const told = (await readAlerts(world)).map(({ kind, subject }) => [kind, subject])
    expect(told).toEqual([
      ['order-leaked', `${world.strategyId}:0:1`],
      ['relay-dropped', 'flashbots-private'],
    ])
    await liveUntilFilled(world)
    // Not through its other name, either: it leaks on, and nothing of ours is there to leak.
    const [first, ...others] = (await readExecutions(world)).map(({ relay }) => relay)
    expect(first).toBe('flashbots-private')
    expect(others).toHaveLength(2)
    for (const relay of others) expect(['titan', 'mev-blocker']).toContain(relay)
    expect(await publicSightings(world.executor)).toBe(1)
  })

  it.each(['flashbots-bundle', 'titan', 'mev-blocker', 'mev-share'] as const)(
    'is found out before the next block holds the order, also %s, which does not tell',
    async (name) => {
      const world = await openWorld({ slices: 1 })
      const env = { ...world.env, RELAY_LADDER: `${name}=${relayUrls[name]}` }
      const endpoint = new URL(relayUrls[name]).pathname.slice(1)
      await rpc('devnet_relayFault', [endpoint, 'leak', 1])
      await cron({ ...world, env })
      await drain({ ...world, env })
      await rpc('devnet_relayFault', [endpoint, 'none'])
      expect(await ledgerOfWorld(world).relays()).toMatchObject([{ name, suspicion: 1 }])
      await mine()
      await track({ ...world, env })
      expect(await readTrades(world)).toHaveLength(1)
    },
  )

  it('is found out while everything is paused, too', async () => {
    const world = await openWorldWithThree({ slices: 1, intervalSeconds: 600, relays: ['flashbots-bundle'] })
    swallow()
    await cron(world)
    await drain(world)
    const ledger = ledgerOfWorld(world)
    await ledger.setPause({ scope: 'vault', subject: world.vault, paused: true })
    const [order] = await ledger.tracked()
    await rpc('eth_sendRawTransaction', [order?.bytes])
    await track(world)
    expect((await ledger.tracked())[0]).toMatchObject({ state: 'leaked' })
    expect(await ledger.relays()).toMatchObject([{ name: 'flashbots-bundle', suspicion: 1 }])
  })

  it('is found out by what it says itself, when no node has shown the order', async () => {
    const world = await openWorld({ slices: 1 })
    await rpc('devnet_leak', [true])
    intercept(({ method }) => (method === 'eth_getTransactionByHash' ? Promise.resolve({ result: null }) : undefined))
    await cron(world)
    await drain(world)
    await mine()
    await track(world)
    expect((await ledgerOfWorld(world).relays())[0]).toMatchObject({ name: 'flashbots-private', suspicion: 1 })
    expect((await ledgerOfWorld(world).tracked())[0]).toMatchObject({ state: 'included' })
  })

  it('is not blamed for what a reorg has shown to everybody', async () => {
    const world = await openWorld({ slices: 1 })
    await cron(world)
    await drain(world)
    await mine()
    await track(world)
    const [order] = await ledgerOfWorld(world).tracked()
    await rpc('devnet_reorg', [1])
    // Whoever saw the block has the transaction, and may publish it.
    await rpc('eth_sendRawTransaction', [order?.bytes])
    await track(world)
    await track(world)
    expect(await ledgerOfWorld(world).relays()).toEqual([])
    await liveUntilFilled(world)
    expect(await readAlerts(world)).toEqual([])
  })

  it('leaves nobody to send to where the strategy trusts no other: the order expires, and no other is signed', async () => {
    const world = await openWorld({ slices: 1, relays: ['flashbots-private'], intervalSeconds: 600 })
    const swallowed = swallow()
    await cron(world)
    await drain(world)
    await ledgerOfWorld(world).noteLeak(`${world.strategyId}:0:1`, 1)
    const before = swallowed.length
    for (let block = 0; block < 12; block++) await live(world)
    expect(swallowed).toHaveLength(before)
    expect(await readTrades(world)).toEqual([])
    expect((await readExecutions(world)).map(({ state }) => state)).toEqual(['expired'])
    expect((await readLog(world)).at(-1)).toMatchObject({ verdict: 'refuse', reason: 'NoRelay' })
  })
})

describe('a relay whose simulation finds what ours does not', () => {
  it('keeps the order from the others for one block only', async () => {
    const world = await openWorld({ slices: 1, intervalSeconds: 600 })
    const refusal = {
      ...{ bundleGasPrice: '0', bundleHash: '0x', coinbaseDiff: '0', ethSentToCoinbase: '0', gasFees: '0' },
      ...{ stateBlockNumber: 1, totalGasUsed: 50_000, results: [{ gasUsed: 50_000, error: 'execution reverted' }] },
    }
    intercept(({ method }) => (method === 'eth_callBundle' ? Promise.resolve({ result: refusal }) : undefined))
    await cron(world)
    await drain(world)
    await mine()
    expect(await readTrades(world)).toEqual([])
    await track(world)
    await mine()
    expect(await readTrades(world)).toHaveLength(1)
  })
})

describe('an order that no block holds', () => {
  it('is known to one relay more with each block', async () => {
    const world = await openWorld({ slices: 1, intervalSeconds: 600 })
    swallow()
    const holders = async () => (await ledgerOfWorld(world).tracked())[0]?.handovers.map(({ relay }) => relay)
    await cron(world)
    await drain(world)
    expect(await holders()).toEqual(['flashbots-private'])
    await mine()
    await track(world)
    expect(await holders()).toEqual(['flashbots-private', 'flashbots-bundle'])
  })

  it('never goes out in public unless the mandate says so', async () => {
    const world = await openWorld({ slices: 1, intervalSeconds: 600 })
    swallow()
    for (let block = 0; block < 20; block++) await live(world)
    expect(await publicSightings(world.executor)).toBe(0)
    expect(await readTrades(world)).toEqual([])
  })

  it('goes out in public as the last step where the mandate says so, by the tighter bound, and the log says it', async () => {
    const orderflow = { publicLastStep: { slippageBps: 80 } }
    const world = await openWorld({ slices: 1, intervalSeconds: 600, orderflow })
    swallow()
    await liveUntilFilled(world)
    const [trade] = await readTrades(world)
    expect(await publicSightings(world.executor)).toBe(1)
    expect(await nonceOf(world.executor)).toBe(1)
    const executions = await readExecutions(world)
    expect(executions.map(({ state, relay }) => [state, relay])).toEqual([
      ['expired', 'flashbots-bundle'],
      ['included', 'public'],
    ])
    const log = await readLog(world)
    const decided = log.filter(({ verdict }) => verdict === 'allow').map(({ sentence }) => sentence)
    expect(decided[0]).not.toContain('In public')
    expect(decided[1]).toContain('In public, as the last step')
    if (trade === undefined) throw new Error('Nothing traded.')
    const orders = log.flatMap(({ record }) => JSON.parse(record).decision?.order ?? [])
    expect(orders.map(({ step }) => step)).toEqual(['private', 'public'])
    expect(BigInt(orders[1].minimumOut) * 10_000n).toBeGreaterThanOrEqual(BigInt(orders[1].oracleOut) * 9_920n)
    // Nobody leaked, and nobody is blamed.
    expect((await ledgerOfWorld(world).relays()).map(({ suspicion }) => suspicion)).toEqual([0, 0])
    expect(env.RPC_URLS.split(',')).toHaveLength(2)
  })
})
