import { encodeFunctionData, type Hex, type StateOverride, toHex } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientOf } from '../../scripts/devnet/transactions.ts'
import { vaultState } from '../../scripts/devnet/treasury-reading.ts'
import { openMandate } from '../../scripts/devnet/treasury-signatures.ts'
import { tokenBySymbol } from '../../scripts/devnet/world-pools.ts'
import { vaultAbi } from '../../shared/chain/generated/vault.ts'
import { oneUsd } from '../../shared/chain/units.ts'
import { mandateId } from '../../shared/schema/mandate.ts'
import { ask } from './clients.ts'
import { type Change, MirrorWorld, usdc } from './mirror-world.ts'
import { gateOf, progressSlotOf } from './mirrored-vault.ts'
import { brokenSources } from './price-failures.ts'

// The mirror in shared/policy must refuse what the vault refuses, with the same first reason. Random orders are put to
// both, in every condition that a vault can be in; what the vault says is asked of the chain by eth_call.

let world: MirrorWorld
beforeAll(async () => {
  world = await MirrorWorld.open()
})
afterAll(() => world.devnet.stop())

const only = (...reasons: string[]) => new Set(reasons)

describe('mandates', () => {
  test('unknown, not begun, live and spent', async () => {
    await world.compare(15)
    await openMandate(world.devnet, world.treasury.vault, world.mandate)
    await world.compare(30)
    await world.devnet.control.mine(35)
    await world.compare(200)
    await world.trade(usdc(30_000))
    await world.compare(100)
    await world.devnet.control.mine(26)
    await world.trade(usdc(20_000))
    await world.compare(100)
  })

  test('that have all their executions behind them', async () => {
    await world.devnet.control.mine(26)
    const small: Change = (asked) => ({
      ...asked,
      order: {
        ...asked.order,
        amountIn: usdc(5_000),
        legs: [{ sell: asked.mandate.sell, buy: asked.mandate.buy, amountIn: usdc(5_000) }],
      },
    })
    expect(await world.compare(20, small)).toContain('ExecutionsExhausted')
  })

  test('for a token that the vault does not list', async () => {
    // None can be opened: its progress is put into the state that is asked.
    const { devnet, treasury, mandate, id } = world
    const client = clientOf(devnet)
    const fresh = { ...mandate, salt: 3n }
    const freshId = await openMandate(devnet, treasury.vault, fresh)
    const freshSlot = await progressSlotOf(client, treasury.vault, id, freshId)
    const value = await client.getStorageAt({ address: treasury.vault, slot: freshSlot })
    if (value === undefined) throw new Error('The fresh mandate has no progress.')
    const unlisted = { ...mandate, buy: devnet.accounts.market.address, salt: 9n }
    const unlistedId = mandateId(devnet.chain.id, treasury.vault, unlisted)
    const slot = await progressSlotOf(client, treasury.vault, id, unlistedId)
    const aboutIt: Change = (asked, present) => {
      const { order, ...rest } = world.plain(9_000)(asked, present)
      return { ...rest, mandate: unlisted, mandateId: unlistedId, order: { ...order, executionIndex: 0 } }
    }
    const override = [{ address: treasury.vault, stateDiff: [{ slot, value }] }]
    expect(await world.compare(10, aboutIt, override)).toContain('AssetUnknown')
  })

  test('that latch after a poor fill, until the treasurer enables them', async () => {
    await world.devnet.control.mine(1200)
    await world.checkpoint()
    await world.follow({ salt: 4n, poorFillBps: 1, maximumPoorFills: 1 })
    expect(await world.compare(5, world.plain(1_000))).toEqual(only('None'))
    await world.trade(usdc(1_000))
    expect(await world.compare(5, world.plain(1_000))).toEqual(only('MandateLatched'))
    await world.compare(20)
    const data = encodeFunctionData({ abi: vaultAbi, functionName: 'enableMandate', args: [world.id] })
    await world.call(world.devnet.accounts.treasurer, data, 'enabling a mandate')
    expect(await world.compare(5, world.plain(1_000))).toEqual(only('None'))
  })

  test('of an earlier treasurer', async () => {
    // A new one is announced for days: the gate is asked about with the next number.
    expect(await world.compare(10, world.plain(1_000), await gateWith((gate) => gate + (1n << 240n)))).toEqual(
      only('MandateLatched'),
    )
  })

  test('that stand, and refill', async () => {
    await world.follow({ salt: 5n, maximumSlice: usdc(2_500), refillAmount: usdc(3_000), refillPeriod: 3600 })
    expect(await world.compare(5, world.plain(2_000))).toEqual(only('None'))
    await world.trade(usdc(2_000))
    // 1,000 are left, and every six minutes 300 come back.
    expect(await world.compare(10, world.plain(1_400))).toEqual(only('RefillExceeded'))
    expect(await world.compare(20, world.plain(1_125))).toEqual(only('RefillExceeded', 'None'))
  })

  test('that a guardian closed', async () => {
    await world.follow({ salt: 10n, refillAmount: 0n, refillPeriod: 0 })
    const data = encodeFunctionData({ abi: vaultAbi, functionName: 'closeMandate', args: [world.id] })
    await world.call(world.devnet.accounts.guardian, data, 'closing a mandate')
    expect(await world.compare(10, world.plain(2_000))).toEqual(only('MandateClosed'))
  })
})

describe('prices', () => {
  test('that the sources cannot give', async () => {
    const { sell, buy } = world.mandate
    const dai = tokenBySymbol(world.devnet.chain, 'DAI').address
    await world.checkpoint()
    // Ether is priced by a feed and by an average in USDC, which is neither sold nor bought here.
    await world.follow({ salt: 11n, sell: buy, buy: dai, maximumSlice: 10n ** 18n, worstPrice: 1n, total: 10n ** 19n })
    for (const [reason, override] of await brokenSources(world.devnet, world.treasury.oracle)) {
      expect(await world.compare(3, world.plain(1_000), override), reason).toEqual(only(reason))
    }
    world.mandate = { ...world.mandate, sell, buy }
  })

  test('of an asset in quarantine, before and after the next checkpoint', async () => {
    const dai = tokenBySymbol(world.devnet.chain, 'DAI').address
    const { buy } = world.mandate
    await world.follow({ salt: 6n, buy: dai, worstPrice: 1n, total: usdc(75_000), maximumSlice: usdc(40_000) })
    const data = encodeFunctionData({ abi: vaultAbi, functionName: 'quarantine', args: [dai] })
    await world.call(world.devnet.accounts.guardian, data, 'quarantining')
    expect(await world.compare(5, world.plain(2_000))).toEqual(only('CheckpointStale'))
    await world.checkpoint()
    expect(await world.compare(5, world.plain(2_000))).toEqual(only('AssetQuarantined'))
    world.mandate = { ...world.mandate, buy, worstPrice: 10n ** 48n / 3100n }
  })

  test('that nobody keeps', async () => {
    await world.follow({ salt: 12n })
    await ask(world.devnet.rpcUrl, 'devnet_feedKeeper', false)
    await world.checkpoint()
    await world.devnet.control.mine(310)
    expect(await world.compare(10, world.plain(2_000))).toContain('PriceStale')
    await ask(world.devnet.rpcUrl, 'devnet_feedKeeper', true)
    await world.devnet.control.mine()
  })
})

describe('limits', () => {
  test('of the books, before and after the next checkpoint', async () => {
    await world.follow({ salt: 7n })
    await world.withdraw(world.mandate.sell, usdc(90_000))
    expect(await world.compare(5, world.plain(9_000))).toEqual(only('CheckpointStale'))
    await world.checkpoint()
    expect(await world.compare(5, world.plain(9_000))).toEqual(only('InsufficientBalance'))
    await world.compare(100)
  })

  test('of what the pools give', async () => {
    const greedy: Change = (asked, present) => {
      const plain = world.plain(2_000)(asked, present)
      return { ...plain, order: { ...plain.order, minimumOut: (plain.order.amountIn * 10n ** 12n) / 2_900n } }
    }
    expect(await world.compare(5, greedy)).toEqual(only('OutputTooLow'))
  })

  test('of size, which volatility shrinks', async () => {
    await world.lowerLimits({ sizeCapUsd: 3_000n * oneUsd })
    expect(await world.compare(5, world.plain(2_900))).toEqual(only('None'))
    expect(await world.compare(5, world.plain(3_001))).toEqual(only('SizeCapExceeded'))
    // The market is quiet here; what counts as calm is less from now on.
    await world.lowerLimits({ referenceVolatilityBps: 200 })
    for (const price of [3030, 3000]) {
      world.devnet.control.setPrice('WETH', price)
      await world.devnet.control.mine(26)
      await world.checkpoint()
    }
    expect(await world.compare(5, world.plain(2_900))).toEqual(only('SizeCapExceeded'))
    expect(await world.compare(5, world.plain(900))).toEqual(only('None'))
  })

  test('of volume', async () => {
    await world.trade(usdc(900))
    const { volumeUsedUsd } = await vaultState(world.devnet, world.treasury.vault)
    await world.lowerLimits({ volumeCapacityUsd: (volumeUsedUsd / oneUsd + 600n) * oneUsd })
    expect(await world.compare(10, world.plain(900))).toEqual(only('VolumeExceeded'))
    expect(await world.compare(10, world.plain(500))).toEqual(only('None'))
  })

  test('of loss', async () => {
    const { lossUsedUsd } = await vaultState(world.devnet, world.treasury.vault)
    await world.lowerLimits({ lossCapacityUsd: (lossUsedUsd / oneUsd) * oneUsd })
    expect(await world.compare(10, world.plain(500))).toContain('LossExceeded')
  })
})

describe('the gate', () => {
  test('of a vault that is not sealed, and of one with a sentinel, whom the agent does not speak for', async () => {
    // Both are put into the state that is asked: the vault was sealed for good, and a sentinel is announced for days.
    const unsealed = await gateWith((gate) => gate ^ (1n << 251n))
    expect(await world.compare(10, world.plain(500), unsealed)).toEqual(only('NotSealed'))
    const guarded = await gateWith((gate) => gate | (1n << 254n))
    expect(await world.compare(10, world.plain(500), guarded)).toEqual(only('SentinelRequired'))
  })

  test('that a guardian drops', async () => {
    const { guardian, owner } = world.devnet.accounts
    await world.call(guardian, encodeFunctionData({ abi: vaultAbi, functionName: 'pause' }), 'pausing')
    expect(await world.compare(10)).toEqual(only('Paused'))
    await world.call(owner, encodeFunctionData({ abi: vaultAbi, functionName: 'unpause' }), 'unpausing')
  })

  test('after a fall: the sources disagree, then it suspends, then it trips', async () => {
    await world.checkpoint()
    world.devnet.control.setPrice('WETH', 1500)
    await world.devnet.control.mine()
    expect(await world.compare(10, world.plain(500))).toEqual(only('PriceDisagreement'))
    // The average follows within half an hour.
    await world.devnet.control.mine(155)
    await world.checkpoint()
    expect(await world.compare(15)).toEqual(only('Suspended'))
    await world.devnet.control.mine(60)
    await world.checkpoint()
    expect(await world.compare(15)).toEqual(only('Tripped'))
  })
})

test('every refusal that an order can meet was met, and more than 500 orders were put', () => {
  const orders = [...world.tally.values()].reduce((sum, count) => sum + count, 0)
  expect(orders).toBeGreaterThan(500)
  // Not here: Locked, Overspent, TransferFailed and VenueRefused, which take a hostile token, pool or router.
  const reasons = [
    ...['None', 'NotSealed', 'Paused', 'Suspended', 'Tripped', 'NotExecutor', 'ExecutorExpired', 'WrongEpoch'],
    ...['DeadlinePassed', 'DeadlineTooFar', 'WrongExecutionIndex', 'LegsMismatch', 'ModelInactive', 'SentinelRequired'],
    ...['MandateUnknown', 'MandateClosed', 'MandateNotStarted', 'MandateEnded', 'MandateLatched', 'SliceTooLarge'],
    ...['TooSoon', 'MandateExceeded', 'ExecutionsExhausted', 'RefillExceeded', 'WorstPrice', 'AssetUnknown'],
    ...['AssetQuarantined', 'PriceUnavailable', 'PriceStale', 'PriceInvalid', 'PriceOutOfBounds', 'PriceDisagreement'],
    ...['QuoteDepegged', 'TwapUnavailable', 'SequencerDown', 'BelowOracleBound', 'VolumeExceeded', 'LossExceeded'],
    ...['SizeCapExceeded', 'ReviewRequired', 'CheckpointStale', 'InsufficientBalance', 'OutputTooLow'],
  ]
  expect([...world.tally.keys()].toSorted()).toEqual(reasons.toSorted())
  // Guards behind many others must not be met by one lucky order alone.
  for (const reason of reasons) expect(world.tally.get(reason), reason).toBeGreaterThanOrEqual(2)
})

/** The vault's state with another gate. */
async function gateWith(change: (gate: bigint) => bigint): Promise<StateOverride> {
  const { devnet, treasury } = world
  const { slot, value } = await gateOf(clientOf(devnet), treasury.vault)
  const changed: Hex = toHex(change(value), { size: 32 })
  return [{ address: treasury.vault, stateDiff: [{ slot, value: changed }] }]
}
