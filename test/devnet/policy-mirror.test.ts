import { type Address, encodeFunctionData, type Hex, type StateOverride, toHex } from 'viem'
import type { HDAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { modelInUseId } from '../../models/model-in-use.ts'
import { type Devnet, startDevnet } from '../../scripts/devnet/devnet.ts'
import { clientOf, sendAll } from '../../scripts/devnet/transactions.ts'
import { deployTreasury, type Treasury, type TreasuryLimits, takeCheckpoint } from '../../scripts/devnet/treasury.ts'
import { vaultState } from '../../scripts/devnet/treasury-reading.ts'
import { openMandate } from '../../scripts/devnet/treasury-signatures.ts'
import { tokenBySymbol } from '../../scripts/devnet/world-pools.ts'
import { vaultAbi } from '../../shared/chain/generated/vault.ts'
import { poolCandidates } from '../../shared/chain/pool-address.ts'
import { maximum, oneUsd } from '../../shared/chain/units.ts'
import { type Mandate, mandateId } from '../../shared/schema/mandate.ts'
import { Random } from '../unit/random.ts'
import { ask } from './clients.ts'
import { type Asked, encodeExecute, gateOf, MirroredVault, type Pair, progressSlotOf } from './mirrored-vault.ts'

// The mirror in shared/policy must refuse what the vault refuses, with the same first reason. Random orders are put to
// both, in every condition that a vault can be in; what the vault says is asked of the chain by eth_call.

const usdc = (amount: number) => BigInt(amount) * 10n ** 6n
const random = new Random(20_261_121)
/** How often the vault answered what. */
const tally = new Map<string, number>()

let devnet: Devnet
let treasury: Treasury
let mirror: MirroredVault
let pair: Pair
let mandate: Mandate
let id: Hex

beforeAll(async () => {
  devnet = await startDevnet({ port: 0, automine: false, market: false })
  treasury = await deployTreasury(devnet, {
    executor: devnet.accounts.trader.address,
    executorExpiry: (await devnet.chainTime()) + 27_000,
    holdings: { USDC: usdc(150_000), WETH: 20n * 10n ** 18n },
    limits: {
      automaticLimitUsd: 30_000n * oneUsd,
      volumeCapacityUsd: 55_000n * oneUsd,
      maximumSlippageBps: 200,
      maximumCheckpointAge: 7200,
    },
  })
  const [sell, buy] = [tokenBySymbol(devnet.chain, 'USDC').address, tokenBySymbol(devnet.chain, 'WETH').address]
  const found = poolCandidates(devnet.chain, sell, buy).find(({ venue }) => venue === 'UniswapV2')
  if (found === undefined) throw new Error('The local chain has no pair of USDC and WETH.')
  pair = found
  mirror = new MirroredVault(clientOf(devnet), treasury.vault, pair)
  const start = (await devnet.chainTime()) + 400
  mandate = {
    ...{ strategy: `0x${'11'.repeat(32)}`, sell, buy, total: usdc(75_000), maximumSlice: usdc(40_000) },
    ...{ refillAmount: 0n, refillPeriod: 0, poorFillBps: 150, maximumPoorFills: 3 },
    ...{ start, end: start + 20_000, minimumInterval: 300, maximumExecutions: 2 },
    // A price of 3,100 USD: a little more than the slippage bound would allow.
    ...{ worstPrice: 10n ** 48n / 3100n, slippageBps: 150, configurationHash: `0x${'22'.repeat(32)}`, salt: 1n },
  }
  id = mandateId(devnet.chain.id, treasury.vault, mandate)
})
afterAll(() => devnet.stop())

const pick = <Value>(...values: [Value, ...Value[]]): Value => values[random.integer(0, values.length - 1)] ?? values[0]

/** An order near every bound; `index` is the mandate's execution count, `now` the newest block's time. */
function randomOrder(now: number, index: number, epoch: number): Asked {
  const at = now + (random.unit() < 0.8 ? random.integer(1, 600) : random.integer(1, 25_000))
  const whole = usdc(20_000)
  const amountIn = pick(whole, whole, whole, usdc(30_000), usdc(30_000) + 1n, usdc(40_000), usdc(40_000) + 1n, 0n, 1n)
  const worth = (amountIn * 10n ** 12n) / 3000n
  const least = (worth * 985n + 999n) / 1000n
  const minimumOut = pick(
    least,
    least,
    least,
    maximum(least - 1n, 0n),
    least + 1n,
    (worth * 97n) / 100n,
    (worth * 96n) / 100n,
  )
  const legs = pick([amountIn], [amountIn], [amountIn], [amountIn / 2n, amountIn - amountIn / 2n], [amountIn / 2n], [])
  const { trader, owner } = devnet.accounts
  return {
    caller: pick(trader, trader, trader, trader, trader, owner).address,
    mandateId: id,
    mandate: pick(mandate, mandate, mandate, mandate, mandate, mandate, { ...mandate, salt: 2n }),
    modelId: random.unit() < 0.95 ? modelInUseId : mandate.strategy,
    at,
    order: {
      amountIn,
      minimumOut,
      deadline: at + pick(36, 36, 36, 36, 0, 300, -1, 301),
      executionIndex: pick(index, index, index, index, index, index + 1),
      epoch: pick(epoch, epoch, epoch, epoch, epoch, epoch + 1),
      legs,
    },
  }
}

/** Puts random orders to both; `change` bends each of them. */
async function compare(count: number, change: (asked: Asked) => Asked = (asked) => asked, override?: StateOverride) {
  const now = await devnet.chainTime()
  const { epoch } = await vaultState(devnet, treasury.vault)
  const executionCount = await executionsOf(id)
  for (let round = 0; round < count; round++) {
    const asked = change(randomOrder(now, executionCount, epoch))
    const { mirrored: expected, real: actual } = await mirror.both(asked, override)
    tally.set(actual, (tally.get(actual) ?? 0) + 1)
    // What the pools give for a minimum output is for the router's plan to know; the meters are charged after it.
    if (actual === 'OutputTooLow' && ['None', 'VolumeExceeded', 'LossExceeded'].includes(expected)) continue
    expect(
      expected,
      JSON.stringify(asked, (_, value) => (typeof value === 'bigint' ? `${value}` : value)),
    ).toBe(actual)
  }
}

async function executionsOf(mandateOf: Hex): Promise<number> {
  const read = { address: treasury.vault, abi: vaultAbi, functionName: 'mandateProgress', args: [mandateOf] } as const
  return (await clientOf(devnet).readContract(read)).executionCount
}

/** Trades for real, so that meters, progress and interval have something to say. */
async function trade(amountIn: bigint): Promise<void> {
  const minimumOut = (amountIn * 10n ** 12n * 986n) / 3_000_000n
  const now = await devnet.chainTime()
  const executionIndex = await executionsOf(id)
  const order = { amountIn, minimumOut, deadline: now + 60, executionIndex, epoch: 1, legs: [amountIn] }
  const { trader } = devnet.accounts
  const asked = { caller: trader.address, mandateId: id, mandate, modelId: modelInUseId, order, at: now }
  const data = encodeExecute(asked, await mirror.hints(asked, now), pair)
  await sendAll(devnet, [{ from: trader, to: treasury.vault, data, purpose: 'executing a slice' }])
}

/** Opens another mandate, due now, which the orders are about from then on. */
async function follow(changes: Partial<Mandate>): Promise<void> {
  const start = await devnet.chainTime()
  const terms = { end: start + 20_000, minimumInterval: 0, maximumExecutions: 9, poorFillBps: 150, ...changes }
  mandate = { ...mandate, start, ...terms }
  id = await openMandate(devnet, treasury.vault, mandate)
}

async function call(from: HDAccount, data: Hex, purpose: string): Promise<void> {
  await sendAll(devnet, [{ from, to: treasury.vault, data, purpose }])
}

async function withdraw(token: Address, amount: bigint): Promise<void> {
  const { owner } = devnet.accounts
  const args = [token, amount, owner.address] as const
  await call(owner, encodeFunctionData({ abi: vaultAbi, functionName: 'withdraw', args }), 'withdrawing')
}

async function lowerLimits(change: Partial<TreasuryLimits>): Promise<void> {
  const { limits } = await vaultState(devnet, treasury.vault)
  const args = [{ ...limits, ...change }] as const
  const { guardian } = devnet.accounts
  await call(guardian, encodeFunctionData({ abi: vaultAbi, functionName: 'lowerLimits', args }), 'lowering limits')
}

/** An order with nothing wrong but what the vault's own condition makes wrong. */
const plainOf =
  (amount: number) =>
  (asked: Asked): Asked => {
    const amountIn = usdc(amount)
    const minimumOut = (amountIn * 10n ** 12n * 986n) / 3_000_000n
    const { executionIndex, epoch } = asked.order
    const order = { amountIn, minimumOut, deadline: asked.at + 36, executionIndex, epoch, legs: [amountIn] }
    return { ...asked, mandate, modelId: modelInUseId, caller: devnet.accounts.trader.address, order }
  }
const plain = plainOf(9_000)

test('a mandate that is unknown, not begun, live, spent and closed', async () => {
  await compare(15)
  await openMandate(devnet, treasury.vault, mandate)
  await compare(30)
  await devnet.control.mine(35)
  await compare(200)
  await trade(usdc(30_000))
  await compare(100)
  await devnet.control.mine(26)
  await trade(usdc(20_000))
  await compare(100)
})

test('a mandate that has all its executions behind it', async () => {
  await devnet.control.mine(26)
  await compare(10, (asked) => ({ ...asked, order: { ...asked.order, amountIn: usdc(5_000), legs: [usdc(5_000)] } }))
})

test('a mandate for a token that the vault does not list', async () => {
  // None can be opened: its progress is put into the state that is asked.
  const unlisted = { ...mandate, buy: devnet.accounts.market.address, salt: 9n }
  const unlistedId = mandateId(devnet.chain.id, treasury.vault, unlisted)
  const client = clientOf(devnet)
  const fresh = { ...mandate, salt: 3n }
  await openMandate(devnet, treasury.vault, fresh)
  const freshId = mandateId(devnet.chain.id, treasury.vault, fresh)
  const freshSlot = await progressSlotOf(client, treasury.vault, id, freshId)
  const value = await client.getStorageAt({ address: treasury.vault, slot: freshSlot })
  if (value === undefined) throw new Error('The fresh mandate has no progress.')
  const slot = await progressSlotOf(client, treasury.vault, id, unlistedId)
  const override = [{ address: treasury.vault, stateDiff: [{ slot, value }] }]
  const aboutIt = (asked: Asked): Asked => ({ ...asked, mandate: unlisted, mandateId: unlistedId })
  await compare(
    10,
    (asked) => {
      const { order, ...rest } = plain(asked)
      return aboutIt({ ...rest, order: { ...order, executionIndex: 0 } })
    },
    override,
  )
  mandate = fresh
  id = freshId
})

test('a mandate that latches after a poor fill, until the treasurer enables it', async () => {
  await devnet.control.mine(1200)
  await takeCheckpoint(devnet, treasury.vault)
  const latching = { salt: 4n, poorFillBps: 1, maximumPoorFills: 1 }
  await follow(latching)
  await compare(5, plain)
  await trade(usdc(1_000))
  await compare(20)
  await compare(5, plain)
  const { treasurer } = devnet.accounts
  const data = encodeFunctionData({ abi: vaultAbi, functionName: 'enableMandate', args: [id] })
  await call(treasurer, data, 'enabling a mandate')
  await compare(10, plain)
})

test('a standing mandate that refills', async () => {
  await follow({ salt: 5n, maximumSlice: usdc(2_500), refillAmount: usdc(3_000), refillPeriod: 3600 })
  await compare(5, plainOf(2_000))
  await trade(usdc(2_000))
  await compare(40, plainOf(2_000))
})

test('an asset in quarantine, before and after the next checkpoint', async () => {
  const usdcForWeth = { mandate, id }
  const dai = tokenBySymbol(devnet.chain, 'DAI').address
  await follow({ salt: 6n, buy: dai, worstPrice: 1n, refillAmount: 0n, refillPeriod: 0 })
  const data = encodeFunctionData({ abi: vaultAbi, functionName: 'quarantine', args: [dai] })
  await call(devnet.accounts.guardian, data, 'quarantining')
  await compare(5, plainOf(2_000))
  await takeCheckpoint(devnet, treasury.vault)
  await compare(15, plainOf(2_000))
  mandate = usdcForWeth.mandate
  id = usdcForWeth.id
})

test('a vault whose books were emptied, before and after the next checkpoint', async () => {
  await follow({ salt: 7n, maximumSlice: usdc(40_000), refillAmount: 0n, refillPeriod: 0 })
  await withdraw(mandate.sell, usdc(90_000))
  await compare(10, plain)
  await takeCheckpoint(devnet, treasury.vault)
  await compare(10, plain)
  await compare(100)
})

test('a guardian’s pause', async () => {
  const { guardian, owner } = devnet.accounts
  await call(guardian, encodeFunctionData({ abi: vaultAbi, functionName: 'pause' }), 'pausing')
  await compare(10)
  await call(owner, encodeFunctionData({ abi: vaultAbi, functionName: 'unpause' }), 'unpausing')
})

test('a feed that nobody keeps', async () => {
  await ask(devnet.rpcUrl, 'devnet_feedKeeper', false)
  await takeCheckpoint(devnet, treasury.vault)
  await devnet.control.mine(310)
  await compare(20, plain)
  await ask(devnet.rpcUrl, 'devnet_feedKeeper', true)
  await devnet.control.mine()
})

test('lower limits: the size of an order, then what may be lost', async () => {
  await takeCheckpoint(devnet, treasury.vault)
  await follow({ salt: 8n })
  await lowerLimits({ sizeCapUsd: 3_000n * oneUsd })
  await compare(10, plainOf(3_001))
  await compare(10, plainOf(2_500))
  const { lossUsedUsd } = await vaultState(devnet, treasury.vault)
  await lowerLimits({ lossCapacityUsd: lossUsedUsd })
  await compare(20, plainOf(2_500))
})

test('a sentinel, whom the agent does not speak for', async () => {
  // Setting one waits for days: its bit is put into the state that is asked.
  const sentinelBit = 1n << 254n
  const { slot, value } = await gateOf(clientOf(devnet), treasury.vault)
  const stateDiff = [{ slot, value: toHex(value | sentinelBit, { size: 32 }) }]
  await compare(15, plainOf(2_500), [{ address: treasury.vault, stateDiff }])
})

test('a fall: the sources disagree, then it suspends, then it trips', async () => {
  devnet.control.setPrice('WETH', 1500)
  await devnet.control.mine()
  await compare(10, plainOf(2_500))
  // The average follows within half an hour.
  await devnet.control.mine(155)
  await takeCheckpoint(devnet, treasury.vault)
  await compare(15)
  await devnet.control.mine(60)
  await takeCheckpoint(devnet, treasury.vault)
  await compare(15)
})

test('every refusal that can be reached was reached, in more than 300 orders', () => {
  const orders = [...tally.values()].reduce((sum, count) => sum + count, 0)
  console.error(tally, orders)
  expect(orders).toBeGreaterThanOrEqual(300)
  const reached = [
    ...['None', 'Paused', 'Suspended', 'Tripped', 'NotExecutor', 'WrongEpoch', 'DeadlinePassed', 'DeadlineTooFar'],
    ...['WrongExecutionIndex', 'LegsMismatch', 'MandateUnknown', 'MandateNotStarted', 'MandateEnded', 'SliceTooLarge'],
    ...['TooSoon', 'MandateExceeded', 'ExecutionsExhausted', 'WorstPrice', 'AssetUnknown', 'PriceStale'],
    ...['MandateLatched', 'RefillExceeded', 'ModelInactive', 'AssetQuarantined', 'SizeCapExceeded', 'LossExceeded'],
    ...['PriceDisagreement', 'SentinelRequired'],
    ...[
      'BelowOracleBound',
      'VolumeExceeded',
      'ReviewRequired',
      'CheckpointStale',
      'InsufficientBalance',
      'ExecutorExpired',
    ],
  ]
  expect([...tally.keys()].toSorted()).toEqual(expect.arrayContaining(reached))
  // Guards behind many others must not be met by one lucky order alone.
  for (const reason of reached) expect(tally.get(reason), reason).toBeGreaterThanOrEqual(2)
})
