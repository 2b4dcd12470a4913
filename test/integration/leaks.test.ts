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
} from './agent-world.ts'
import { intercept, receiptFor } from './intercept.ts'
import { mine, nonceOf, publicSightings, rpc } from './local-chain.ts'

afterEach(async () => {
  vi.restoreAllMocks()
  await rpc('devnet_leak', [false])
})

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
    const world = await openWorld({ slices: 2 })
    await rpc('devnet_leak', [true])
    await cron(world)
    await drain(world)
    await track(world)
    expect((await ledgerOfWorld(world).tracked())[0]).toMatchObject({ state: 'leaked' })
    await rpc('devnet_leak', [false])
    await mine()
    await track(world)
    expect(await readTrades(world)).toHaveLength(1)
    const told = (await readAlerts(world)).map(({ kind, subject }) => [kind, subject])
    expect(told).toEqual([
      ['order-leaked', `${world.strategyId}:0:1`],
      ['relay-dropped', 'flashbots-private'],
    ])
    await liveUntilFilled(world)
    expect((await readExecutions(world)).map(({ relay }) => relay)).toEqual(['flashbots-private', 'flashbots-bundle'])
    expect(await publicSightings(world.executor)).toBe(1)
  })

  it('is found out by what it says itself, when the block came before we looked', async () => {
    const world = await openWorld({ slices: 1 })
    await rpc('devnet_leak', [true])
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

  it('leaves nobody to send to where the strategy trusts no other: the order expires, unseen', async () => {
    const world = await openWorld({ slices: 1, relays: ['flashbots-private'], intervalSeconds: 600 })
    await rpc('devnet_leak', [true])
    const swallowed = swallow()
    await cron(world)
    await drain(world)
    await ledgerOfWorld(world).noteLeak(`${world.strategyId}:0:1`, 1)
    const before = swallowed.length
    for (let block = 0; block < 8; block++) {
      await mine()
      await track(world)
    }
    expect(swallowed).toHaveLength(before)
    expect(await readTrades(world)).toEqual([])
    expect((await readLog(world)).map(({ verdict }) => verdict)).toContain('expired')
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
