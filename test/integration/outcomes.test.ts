import { afterEach, describe, expect, it, vi } from 'vitest'
import { type DecisionRecord, decisionRecordSchema } from '../../shared/schema/decision.ts'
import { shadowBlocks } from '../../workers/agent/shadow-quote.ts'
import {
  cron,
  deliver,
  drain,
  ledgerOfWorld,
  openWorld,
  readLog,
  readTrades,
  track,
  type World,
} from './agent-world.ts'
import { intercept, receiptFor } from './intercept.ts'
import { mine, rpc } from './local-chain.ts'

afterEach(() => vi.restoreAllMocks())

const sends = new Set(['eth_sendPrivateTransaction', 'eth_sendBundle'])

/** Relays take every order and pass none on: nothing of ours trades. */
function withoutTrades(): void {
  intercept((request) => (sends.has(request.method) ? Promise.resolve(receiptFor(request)) : undefined))
}

/** Delivers what waits to be learned; what that enqueues waits for the next call. */
async function learn(world: World): Promise<void> {
  for (const { body } of world.lessons.splice(0)) {
    expect(await deliver(world, body)).toEqual({ acknowledged: true, retried: false })
  }
}

async function decisionsOf(world: World) {
  return (await readLog(world))
    .filter(({ type }) => type === 'decision')
    .map(({ record }): { input: Pick<NonNullable<DecisionRecord['input']>, 'calibration'> } => JSON.parse(record))
}

/** Dollars for a WETH by the oracle of the last decision. */
async function wethPrice(world: World): Promise<number> {
  const [record] = (await readLog(world)).slice(-1)
  const { snapshot } = decisionRecordSchema.parse(JSON.parse(record?.record ?? '')).input ?? {}
  const weth = snapshot?.assets.find(({ token }) => token === world.mandate.buy)
  return Number(weth?.verdict.feed ?? 0n) / 1e18
}

describe('a shadow quote', () => {
  it('is quoted again at the end of an order’s life, and what it teaches stands in the next decision', async () => {
    const world = await openWorld({ slices: 3, intervalSeconds: 120 })
    withoutTrades()
    await cron(world)
    await drain(world)
    const [left] = world.lessons
    expect(left?.body).toMatchObject({ type: 'requote', tries: 0 })
    const shadowId = left?.body.type === 'requote' ? left.body.shadowId : ''
    const shadow = await ledgerOfWorld(world).shadowQuote(shadowId)
    expect(shadow).toMatchObject({ drift: { seconds: shadowBlocks * 12 } })
    // Its block has not come: it is tried again, a little later.
    await learn(world)
    expect(world.lessons).toMatchObject([{ body: { type: 'requote', shadowId, tries: 1 } }])

    // Pools stand still, and the order’s deadline passes.
    await mine(shadowBlocks + 4)
    await track(world)
    const asked = world.lessons[0]
    await learn(world)
    const { calibrations, scores } = await ledgerOfWorld(world).models()
    expect(calibrations).toMatchObject([{ seconds: 48, state: { outcomes: 1, misses: [0, 0, 0] } }])
    expect(scores.find(({ kind }) => kind === 'slippage')).toMatchObject({ outcomes: 1 })
    // Told twice, it teaches once.
    if (asked !== undefined) await deliver(world, asked.body)
    expect((await ledgerOfWorld(world).models()).calibrations).toEqual(calibrations)

    await mine(3)
    await cron(world)
    await drain(world)
    const [first, ...later] = await decisionsOf(world)
    expect(first?.input.calibration.outcomes).toBe(0)
    expect(later.at(-1)?.input.calibration).toEqual(calibrations[0]?.state)
  })

  it('measures what the pools’ price has drifted', async () => {
    const world = await openWorld({ slices: 1, intervalSeconds: 600 })
    withoutTrades()
    await cron(world)
    await drain(world)
    const [left] = world.lessons
    const shadowId = left?.body.type === 'requote' ? left.body.shadowId : ''
    const shadow = await ledgerOfWorld(world).shadowQuote(shadowId)
    const usd = await wethPrice(world)
    // WETH becomes dearer by half a per cent, which is against whoever buys it.
    await rpc('devnet_setPrice', ['WETH', usd * 1.005])
    await mine(shadowBlocks)
    await rpc('devnet_setPrice', ['WETH', usd])
    await mine(4)
    await track(world)
    await learn(world)
    const { calibrations, scores } = await ledgerOfWorld(world).models()
    const loss = scores.find(({ kind }) => kind === 'slippage')?.champion ?? 0
    const quantile = shadow?.drift.champion[2] ?? 0
    // The pinball loss tells how far from the quantile the drift was.
    const driftBps = calibrations[0]?.state.misses[2] === 1 ? quantile + loss / 0.99 : quantile - loss / 0.01
    // Pools follow within their fee.
    expect(driftBps).toBeGreaterThan(30)
    expect(driftBps).toBeLessThan(60)
    expect(calibrations).toMatchObject([{ state: { outcomes: 1 } }])
    expect(calibrations[0]?.state.misses.slice(0, 2)).toEqual([1, 1])
  })

  it('is left out where our own order traded in the same pools', async () => {
    const world = await openWorld({ slices: 1 })
    await cron(world)
    await drain(world)
    await mine(shadowBlocks)
    await track(world)
    expect(await readTrades(world)).toHaveLength(1)
    await learn(world)
    const { calibrations, fills } = await ledgerOfWorld(world).models()
    expect(calibrations).toEqual([])
    expect(world.lessons.filter(({ body }) => body.type === 'requote')).toEqual([])
    // The fill itself is compared with its quote: nothing came between, so it got what was quoted.
    expect(fills).toMatchObject([{ seconds: 48, fills: 1, misses: [0, 0, 0], meanDriftBps: 0 }])
  })

  it('is given up where nobody serves the state of its block any more', async () => {
    const world = await openWorld({ slices: 1, intervalSeconds: 600 })
    withoutTrades()
    await cron(world)
    await drain(world)
    await mine(shadowBlocks + 4)
    await track(world)
    vi.restoreAllMocks()
    intercept(({ method }) =>
      method === 'eth_call' ? Promise.resolve({ error: { code: -32_000, message: 'missing trie node' } }) : undefined,
    )
    let deliveries = 0
    for (; world.lessons.length > 0; deliveries++) await learn(world)
    expect(deliveries).toBe(8)
    expect((await ledgerOfWorld(world).models()).calibrations).toEqual([])
  })
})

describe('a market between slices', () => {
  it('is visited every half hour: its bars are kept, and a quote is left that nobody trades on', async () => {
    const world = await openWorld({ slices: 2, intervalSeconds: 3_600 })
    await cron(world)
    await drain(world)
    await mine(3)
    await track(world)
    world.lessons.splice(0)
    for (let minute = 0; minute < 3; minute++) {
      await mine(5)
      await cron(world)
    }
    expect(world.lessons).toMatchObject([{ body: { type: 'visit', strategyId: world.strategyId } }])
    const { length } = await ledgerOfWorld(world).status()
    await learn(world)
    expect(world.lessons).toMatchObject([{ body: { type: 'requote', tries: 0 } }])
    await mine(shadowBlocks)
    await learn(world)
    expect((await ledgerOfWorld(world).models()).calibrations).toMatchObject([{ state: { outcomes: 1 } }])
    // Nothing was decided, and nothing traded.
    expect((await ledgerOfWorld(world).status()).length).toBe(length)
    expect(await readTrades(world)).toHaveLength(1)
  })
})
