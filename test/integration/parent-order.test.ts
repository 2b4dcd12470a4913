import { describe, expect, it } from 'vitest'
import { verifyLog } from '../../shared/audit/verify-log.ts'
import {
  cron,
  drain,
  ledgerOfWorld,
  liveUntilFilled,
  openWorld,
  readExecutions,
  readLog,
  readProgress,
  readTrades,
  statusOf,
  track,
} from './agent-world.ts'
import { mine, nonceOf, publicSightings, reach } from './local-chain.ts'

describe('a parent order', () => {
  it('is executed slice by slice, privately, and every step can be proved', async () => {
    const world = await openWorld({ slices: 3, total: 30_000 })
    await liveUntilFilled(world)

    const trades = await readTrades(world)
    expect(trades.map(({ executionIndex }) => executionIndex)).toEqual([0, 1, 2])
    expect(trades.map(({ amountIn }) => amountIn)).toEqual([10_000_000_000n, 10_000_000_000n, 10_000_000_000n])
    expect((await readProgress(world)).filled).toBe(world.mandate.total)
    expect(await nonceOf(world.executor)).toBe(3)
    expect(await publicSightings(world.executor)).toBe(0)

    // The log is whole, and each trade carries the head of the decision that made it.
    const log = await readLog(world)
    const { head, length } = await ledgerOfWorld(world).status()
    const verdict = verifyLog(
      { chainId: reach.chain.id, vault: world.vault },
      log.map(({ record }) => JSON.parse(record)),
      log.map(({ head: kept }) => kept as `0x${string}`),
      { length, head },
    )
    expect(verdict).toEqual({ intact: true, length, head })
    const executions = await readExecutions(world)
    expect(executions.map(({ decisionHead }) => decisionHead)).toEqual(trades.map(({ decisionHead }) => decisionHead))
    expect(executions.map(({ transactionHash }) => transactionHash)).toEqual(
      trades.map(({ transactionHash }) => transactionHash),
    )
    expect(executions.map(({ amountOut }) => BigInt(amountOut))).toEqual(trades.map(({ amountOut }) => amountOut))
    for (const { slippageBps } of executions) expect(Number(slippageBps)).toBeLessThan(100)
  })

  it('waits as a draft until the mandate is on chain', async () => {
    const world = await openWorld({ open: false })
    await cron(world)
    expect(world.queue).toEqual([])
    expect(await statusOf(world)).toBe('draft')
  })

  it('says why nothing trades when there is nothing to do', async () => {
    const world = await openWorld({ slices: 3 })
    await cron(world)
    const [tick] = world.queue
    await drain(world)
    await mine(3)
    await track(world)
    // The same slice asked for once more, after it is done.
    if (tick !== undefined) world.queue.push(tick)
    await drain(world)
    const log = await readLog(world)
    expect(log.at(-1)).toMatchObject({ type: 'decision', verdict: 'wait', reason: 'AlreadyClaimed' })
    expect(await readTrades(world)).toHaveLength(1)
  })
})
