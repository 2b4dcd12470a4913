import { type Address, encodeFunctionData, type Hex, type StateOverride } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Devnet, startDevnet } from '../../scripts/devnet/devnet.ts'
import { clientOf, sendAll } from '../../scripts/devnet/transactions.ts'
import { deployTreasury, type Treasury, takeCheckpoint } from '../../scripts/devnet/treasury.ts'
import { openMandate } from '../../scripts/devnet/treasury-signatures.ts'
import { tokenBySymbol } from '../../scripts/devnet/world-pools.ts'
import { vaultAbi } from '../../shared/chain/generated/vault.ts'
import { poolCandidates } from '../../shared/chain/pool-address.ts'
import { maximum } from '../../shared/chain/units.ts'
import { type Mandate, mandateId } from '../../shared/schema/mandate.ts'
import { Random } from '../unit/random.ts'
import { ask } from './clients.ts'
import { type Asked, encodeExecute, MirroredVault, type Pair, progressSlotOf } from './mirrored-vault.ts'

// The mirror in shared/policy must refuse what the vault refuses, with the same first reason. Random orders are put to
// both, in every condition that a vault can be in; what the vault says is asked of the chain by eth_call.

const usd = 10n ** 18n
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
      automaticLimitUsd: 30_000n * usd,
      volumeCapacityUsd: 60_000n * usd,
      volumeRateUsd: usd,
      maximumSlippageBps: 200,
      maximumCheckpointAge: 7200,
    },
  })
  const [sell, buy] = [tokenBySymbol(devnet.chain, 'USDC').address, tokenBySymbol(devnet.chain, 'WETH').address]
  const found = poolCandidates(devnet.chain, sell, buy).find(({ venue }) => venue === 'UniswapV2')
  if (found === undefined) throw new Error('The local chain has no pair of USDC and WETH.')
  pair = { pool: found.pool, feePips: found.feePips }
  mirror = new MirroredVault(clientOf(devnet), devnet.chain.id, treasury.vault, pair)
  const start = (await devnet.chainTime()) + 400
  mandate = {
    ...{ strategy: `0x${'11'.repeat(32)}`, sell, buy, total: usdc(75_000), maximumSlice: usdc(40_000) },
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
  const client = clientOf(devnet)
  const vault = { address: treasury.vault, abi: vaultAbi } as const
  const { epoch } = await client.readContract({ ...vault, functionName: 'state' })
  const { executionCount } = await client.readContract({ ...vault, functionName: 'mandateProgress', args: [id] })
  for (let round = 0; round < count; round++) {
    const asked = change(randomOrder(now, executionCount, epoch))
    const [expected, actual] = await Promise.all([mirror.mirrored(asked, override), mirror.real(asked, override)])
    tally.set(actual, (tally.get(actual) ?? 0) + 1)
    // What the pools give is not for the mirror to know.
    if (expected === 'None' && actual === 'OutputTooLow') continue
    expect(
      expected,
      JSON.stringify(asked, (_, value) => (typeof value === 'bigint' ? `${value}` : value)),
    ).toBe(actual)
  }
}

/** Trades for real, so that meter, progress and interval have something to say. */
async function trade(amountIn: bigint, executionIndex: number): Promise<void> {
  const minimumOut = (amountIn * 10n ** 12n * 986n) / 3_000_000n
  const deadline = (await devnet.chainTime()) + 60
  const order = { amountIn, minimumOut, deadline, executionIndex, epoch: 1, legs: [amountIn] }
  const data = encodeExecute(mandate, id, order, pair)
  await sendAll(devnet, [{ from: devnet.accounts.trader, to: treasury.vault, data, purpose: 'executing a slice' }])
}

async function owned(functionName: 'pause' | 'unpause'): Promise<void> {
  const from = functionName === 'pause' ? devnet.accounts.guardian : devnet.accounts.owner
  const data = encodeFunctionData({ abi: vaultAbi, functionName })
  await sendAll(devnet, [{ from, to: treasury.vault, data, purpose: functionName }])
}

async function withdraw(token: Address, amount: bigint): Promise<void> {
  const { owner } = devnet.accounts
  const data = encodeFunctionData({ abi: vaultAbi, functionName: 'withdraw', args: [token, amount, owner.address] })
  await sendAll(devnet, [{ from: owner, to: treasury.vault, data, purpose: 'withdrawing' }])
}

/** An order with nothing wrong but what the vault's own condition makes wrong. */
const plain = (asked: Asked): Asked => {
  const amountIn = usdc(20_000)
  const minimumOut = (amountIn * 10n ** 12n * 986n) / 3_000_000n
  const { executionIndex, epoch } = asked.order
  const order = { amountIn, minimumOut, deadline: asked.at + 36, executionIndex, epoch, legs: [amountIn] }
  return { ...asked, mandate, caller: devnet.accounts.trader.address, order }
}

test('a mandate that is unknown, not begun, live, spent and closed', async () => {
  await compare(15)
  await openMandate(devnet, treasury.vault, mandate)
  await compare(30)
  await devnet.control.mine(35)
  await compare(200)
  await trade(usdc(30_000), 0)
  await compare(100)
  await devnet.control.mine(26)
  await trade(usdc(20_000), 1)
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

test('a vault whose books were emptied, before and after the next checkpoint', async () => {
  await devnet.control.mine(1200)
  await takeCheckpoint(devnet, treasury.vault)
  await withdraw(mandate.sell, usdc(90_000))
  await compare(10, plain)
  await takeCheckpoint(devnet, treasury.vault)
  await compare(10, plain)
  await compare(100)
})

test('a guardian’s pause', async () => {
  await owned('pause')
  await compare(10)
  await owned('unpause')
})

test('a feed that nobody keeps', async () => {
  await ask(devnet.rpcUrl, 'devnet_feedKeeper', false)
  await takeCheckpoint(devnet, treasury.vault)
  await devnet.control.mine(310)
  await compare(20, plain)
  await ask(devnet.rpcUrl, 'devnet_feedKeeper', true)
  await devnet.control.mine()
})

test('a fall that suspends, then trips', async () => {
  devnet.control.setPrice('WETH', 1500)
  await devnet.control.mine()
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
