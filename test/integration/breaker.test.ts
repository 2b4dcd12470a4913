import { encodeFunctionData, type Hex } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { afterAll, describe, expect, it } from 'vitest'
import { sendAll } from '../../scripts/devnet/transactions.ts'
import { vaultState } from '../../scripts/devnet/treasury-reading.ts'
import { resetBreaker } from '../../scripts/devnet/treasury-signatures.ts'
import { vaultAbi } from '../../shared/chain/generated/vault.ts'
import { executorAddress } from '../../workers/agent/signers/local.ts'
import { cron, env, live, openWorld, readLog, readTrades, type World } from './agent-world.ts'
import { chainTime, mine, reach, rpc } from './local-chain.ts'

// A fall of a hundredth against a limit of a five-hundredth: enough to trip, too little to call the market volatile.
const prices = { WETH: 3_000, WBTC: 90_000 }
async function setPrices(factor: number): Promise<void> {
  for (const [symbol, usd] of Object.entries(prices)) await rpc('devnet_setPrice', [symbol, usd * factor])
}
afterAll(() => setPrices(1))

function stateOf(world: World) {
  return vaultState(reach, world.vault)
}

describe('the keeper', () => {
  it('takes a checkpoint when a deposit or withdrawal made the last one stale', async () => {
    const world = await openWorld({ slices: 1 })
    await fundKeeper()
    await cron(world)
    expect((await stateOf(world)).checkpointFresh).toBe(true)
    const before = (await stateOf(world)).checkpointAt
    await withdraw(world)
    expect((await stateOf(world)).checkpointFresh).toBe(false)
    await cron(world)
    await mine()
    const after = await stateOf(world)
    expect(after.checkpointFresh).toBe(true)
    expect(after.checkpointAt).toBeGreaterThan(before)
  })

  it('and nobody else trips the breaker on a fall; nothing trades until reviewers name a new executor', async () => {
    const world = await openWorld({ slices: 60, limits: { drawdownBps: 20 } })
    await fundKeeper()
    for (let block = 0; block < 4; block++) await live(world)
    expect(await readTrades(world)).toHaveLength(1)

    await setPrices(0.99)
    await mine()
    // The vault counts the higher of feed and half-hour average, which has to follow first; until then slices trade.
    for (let block = 0; block < 150 && !(await stateOf(world)).suspended; block++) await live(world)
    expect(await stateOf(world)).toMatchObject({ suspended: true, tripped: false })
    const before = (await readTrades(world)).length
    const lastSlot = Math.max(...(await readLog(world)).map(({ slot }) => slot))
    // The second look is due after ten minutes.
    for (let block = 0; block < 60 && !(await stateOf(world)).tripped; block++) await live(world)
    expect(await stateOf(world)).toMatchObject({ tripped: true, incident: 1 })
    for (let block = 0; block < 6; block++) await live(world)
    expect(await readTrades(world)).toHaveLength(before)
    const reasons = new Set((await readLog(world)).filter(({ slot }) => slot > lastSlot).map(({ reason }) => reason))
    expect([...reasons].sort()).toEqual(['Suspended', 'Tripped'])

    const newExecutor = executorAddress(env.EXECUTOR_SEED as Hex, 1, reach.chain.id, world.vault, 2)
    const now = await chainTime()
    const reset = { incident: 1, newExecutor, executorExpiry: now + 86_400, deadline: now + 3_600 }
    await resetBreaker(reach, world.vault, reset)
    await reach.control.fund('ETH', newExecutor, 10n ** 18n)
    for (let block = 0; block < 12; block++) await live(world)
    const trades = await readTrades(world)
    expect(trades.length).toBeGreaterThan(before)
    expect(trades.map(({ executor }) => executor)).toEqual(
      trades.map((_, position) => (position < before ? world.executor : newExecutor)),
    )
    expect(trades.map(({ executionIndex }) => executionIndex)).toEqual(trades.map((_, position) => position))
  })
})

async function fundKeeper(): Promise<void> {
  await reach.control.fund('ETH', privateKeyToAddress(env.KEEPER_KEY as Hex), 10n ** 18n)
}

async function withdraw(world: World): Promise<void> {
  const { owner } = reach.accounts
  const args = [world.mandate.sell, 1_000_000n, owner.address] as const
  const data = encodeFunctionData({ abi: vaultAbi, functionName: 'withdraw', args })
  await sendAll(reach, [{ from: owner, to: world.vault, data, purpose: 'withdrawing' }])
}
