import { describe, expect, it } from 'vitest'
import {
  cron,
  deliver,
  drain,
  live,
  liveUntilFilled,
  openWorld,
  readLog,
  readProgress,
  readTrades,
  track,
  type World,
} from './agent-world.ts'
import { crashingAt, type Moment, withLedgerCalls } from './crash.ts'
import { mine, nonceOf } from './local-chain.ts'

/** Each index once, the whole total, and not one transaction more than trades: nothing was doubled, nothing was lost. */
async function expectEachSliceOnce(world: World): Promise<void> {
  const trades = await readTrades(world)
  expect(trades.map(({ executionIndex }) => executionIndex)).toEqual(trades.map((_, position) => position))
  expect(trades.reduce((sum, { amountIn }) => sum + amountIn, 0n)).toBe(world.mandate.total)
  expect((await readProgress(world)).filled).toBe(world.mandate.total)
  expect(await nonceOf(world.executor)).toBe(trades.length)
}

describe('delivered twice', () => {
  it('the same cron minute trades once', async () => {
    const world = await openWorld({ slices: 2 })
    await Promise.all([cron(world), cron(world)])
    await cron(world)
    const ticks = world.queue.filter(({ body }) => body.type === 'tick')
    expect(ticks.length).toBeGreaterThan(0)
    await drain(world)
    await mine()
    expect(await readTrades(world)).toHaveLength(1)
    await liveUntilFilled(world)
    await expectEachSliceOnce(world)
  })

  it('a queue message trades once, in sequence or at the same time', async () => {
    const world = await openWorld({ slices: 2 })
    await cron(world)
    const tick = world.queue.splice(0).find(({ body }) => body.type === 'tick')
    if (tick === undefined) throw new Error('Nothing was due.')
    const results = await Promise.all([deliver(world, tick.body), deliver(world, tick.body)])
    expect(results.every(({ acknowledged }) => acknowledged)).toBe(true)
    await deliver(world, tick.body)
    await mine()
    await track(world)
    await deliver(world, tick.body)
    expect(await readTrades(world)).toHaveLength(1)
    await liveUntilFilled(world)
    await expectEachSliceOnce(world)
  })
})

describe('a crash', () => {
  const moments: Moment[] = ['before', 'during', 'after']
  const methods = ['standing', 'reserve', 'commit', 'markSent', 'outbox', 'acknowledge'] as const
  it.each(methods.flatMap((method) => moments.map((moment) => [moment, method] as const)))(
    '%s %s neither doubles nor loses a slice',
    async (moment, method) => {
      const world = await openWorld({ slices: 2 })
      await cron(world)
      const tick = world.queue.splice(0).find(({ body }) => body.type === 'tick')
      if (tick === undefined) throw new Error('Nothing was due.')
      const crashing = crashingAt(world.env, method, moment)
      const delivered = await deliver(world, tick.body, crashing.env)
      expect(crashing.crashed()).toBe(true)
      expect(delivered).toEqual({ acknowledged: false, retried: true })
      await deliver(world, tick.body)
      await liveUntilFilled(world)
      await expectEachSliceOnce(world)
    },
  )

  it.each(
    moments.flatMap((moment) =>
      (['settle', 'tracked', 'acknowledge'] as const).map((method) => [moment, method] as const),
    ),
  )('%s %s while tracking neither doubles nor loses a slice', async (moment, method) => {
    const world = await openWorld({ slices: 2 })
    await cron(world)
    await drain(world)
    await mine(3)
    const crashing = crashingAt(world.env, method, moment)
    expect(await track(world, crashing.env)).toEqual({ acknowledged: false, retried: true })
    expect(crashing.crashed()).toBe(true)
    await liveUntilFilled(world)
    await expectEachSliceOnce(world)
  })

  it('in the middle of the cron loses no slice', async () => {
    const world = await openWorld({ slices: 2 })
    const crashing = crashingAt(world.env, 'sweep', 'after')
    await cron(world, crashing.env)
    expect(crashing.crashed()).toBe(true)
    await liveUntilFilled(world)
    await expectEachSliceOnce(world)
  })
})

describe('a stale decision', () => {
  /** Somebody pauses and resumes another strategy just before each of the first `times` reservations. */
  function disturbed(world: World, times: number) {
    let reservations = 0
    const env = withLedgerCalls(world.env, async (method, call) => {
      if (method === 'reserve') {
        reservations += 1
        if (reservations <= times) {
          const ledger = world.env.VAULT_LEDGER.get(world.env.VAULT_LEDGER.idFromName(`424242:${world.vault}`))
          await ledger.setPause({ scope: 'strategy', subject: `0x${'77'.repeat(32)}`, paused: false })
        }
      }
      return call()
    })
    return { env, reservations: () => reservations }
  }

  it('is decided anew', async () => {
    const world = await openWorld({ slices: 1 })
    const { env, reservations } = disturbed(world, 2)
    await cron(world)
    await drain(world, env)
    await mine()
    expect(reservations()).toBe(3)
    expect(await readTrades(world)).toHaveLength(1)
  })

  it('is left for later after three times, and says so', async () => {
    const world = await openWorld({ slices: 1 })
    const { env, reservations } = disturbed(world, 100)
    await cron(world)
    await drain(world, env)
    expect(reservations()).toBe(4)
    expect((await readLog(world)).map(({ reason }) => reason)).toEqual(Array(4).fill('StaleDecision'))
    expect(world.queue).toMatchObject([{ body: { type: 'tick' } }])
    await live(world)
    await liveUntilFilled(world)
    await expectEachSliceOnce(world)
  })
})
