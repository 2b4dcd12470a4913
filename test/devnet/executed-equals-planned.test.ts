import { type Address, decodeFunctionResult, encodeFunctionData, parseAbi, toHex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Devnet, startDevnet } from '../../scripts/devnet/devnet.ts'
import { deployTreasury, type Treasury } from '../../scripts/devnet/treasury.ts'
import { tokenBySymbol } from '../../scripts/devnet/world-pools.ts'
import { routerAbi } from '../../shared/chain/generated/router.ts'
import { sortTokens } from '../../shared/chain/pool-address.ts'
import { planRoute } from '../../shared/routing/route.ts'
import { type Venue, venuesOf } from '../../shared/routing/venue.ts'
import type { PlannedLeg } from '../../shared/schema/decision.ts'
import type { Pool } from '../../shared/schema/pool.ts'
import { planOf } from '../../workers/agent/decide/plan.ts'
import { encodedLegs } from '../../workers/agent/execute-call.ts'
import { newMeter } from '../../workers/agent/meter.ts'
import { observe } from '../../workers/agent/observe.ts'
import { openProviders, openQuorum } from '../../workers/agent/providers.ts'
import { Random } from '../unit/random.ts'
import { ask } from './clients.ts'
import { deployManagedPool } from './managed-pools.ts'

// What the agent plans from one observation is what the router's swaps give on the chain, leg by leg and to the wei, when
// nothing trades in between.

const tokenAbi = parseAbi([
  'function transfer(address to, uint256 amount) returns (bool)',
  'function balanceOf(address account) view returns (uint256)',
])
/** What each side of a pair holds for the trades, in whole tokens. */
const purse = { USDC: 3_000_000, WETH: 1_000, WBTC: 40, DAI: 3_000_000 }
type Symbol = keyof typeof purse

let devnet: Devnet
let treasury: Treasury
beforeAll(async () => {
  devnet = await startDevnet({ port: 0, automine: false })
  treasury = await deployTreasury(devnet, { executor: '0x1111111111111111111111111111111111111111' })
  // A market that has moved: pools off their first prices and off each other.
  await devnet.control.mine(20)
  const { trader } = devnet.accounts
  for (const [symbol, whole] of Object.entries(purse)) {
    const { decimals } = tokenBySymbol(devnet.chain, symbol)
    await devnet.control.fund(symbol, trader.address, BigInt(whole) * 10n ** BigInt(decimals))
  }
})
afterAll(() => devnet.stop())

const random = new Random(4711)
let severalLegs = 0
let beyondFirstStop = 0

const pairs: [Symbol, Symbol][] = [
  ['USDC', 'WETH'],
  ['WETH', 'USDC'],
  ['WBTC', 'WETH'],
  ['WETH', 'WBTC'],
  ['DAI', 'USDC'],
  ['USDC', 'DAI'],
]
test.each(pairs)('%s for %s', async (sold, bought) => {
  const [sell, buy] = [tokenBySymbol(devnet.chain, sold), tokenBySymbol(devnet.chain, bought)]
  const most = BigInt(purse[sold]) * 10n ** BigInt(sell.decimals)
  const pools = await poolsNow(sell.address, buy.address, most)
  const venues = venuesOf(pools, sell.address, buy.address)
  expect(venues.length).toBeGreaterThan(0)
  for (let round = 0; round < 24; round++) {
    // From a millionth of the purse to all of it.
    const amountIn = (most * BigInt(Math.round(10 ** (random.unit() * 6) * 1e6))) / 10n ** 12n - BigInt(round)
    const amount = { kind: 'exactInput', amountIn } as const
    const routed = planRoute({ pools, sell: sell.address, buy: buy.address, amount })
    if (routed === null) throw new Error(`There is no plan for ${amountIn} ${sold}.`)
    const { legs, expectedOut } = planOf(routed)
    if (legs.length > 1) severalLegs += 1
    if (legs.some((leg) => stepsOf(venues, leg) > 1)) beyondFirstStop += 1
    const received = await executeLegs(sell.address, buy.address, legs)
    expect(received, `${amountIn} ${sold}`).toEqual(legs.map((leg) => leg.expectedOut))
    expect(received.reduce((sum, amount) => sum + amount, 0n)).toBe(expectedOut)
    // All legs in one call, as the vault makes it, give the same in all.
    expect(await executeTogether(sell.address, buy.address, legs)).toBe(expectedOut)
  }
})

test('the sizes reached several legs, and pools beyond the first stop of their walk', () => {
  expect(severalLegs).toBeGreaterThan(20)
  expect(beyondFirstStop).toBeGreaterThan(20)
})

const journeys: [Symbol, Symbol][] = [
  ['WBTC', 'USDC'],
  ['USDC', 'WBTC'],
  ['DAI', 'WETH'],
  ['WETH', 'DAI'],
  ['WBTC', 'DAI'],
  ['DAI', 'WBTC'],
]
let throughOthers = 0
let splitOnTheWay = 0
test.each(journeys)('%s for %s, through other tokens as well', async (sold, bought) => {
  const [sell, buy] = [tokenBySymbol(devnet.chain, sold), tokenBySymbol(devnet.chain, bought)]
  const most = BigInt(purse[sold]) * 10n ** BigInt(sell.decimals)
  const pools = await poolsNow(sell.address, buy.address, most)
  for (let round = 0; round < 16; round++) {
    const amountIn = (most * BigInt(Math.round(10 ** (random.unit() * 5) * 1e6))) / 10n ** 12n
    const amount = { kind: 'exactInput', amountIn } as const
    const { intermediates } = devnet.chain
    const request = { pools, sell: sell.address, buy: buy.address, amount, intermediates, maximumLegs: 8 }
    const routed = planRoute(request)
    if (routed === null) throw new Error(`There is no plan for ${amountIn} ${sold}.`)
    const { legs, expectedOut } = planOf(routed)
    const onTheWay = legs.filter((leg) => leg.sell !== sell.address)
    if (onTheWay.length > 0) throughOthers += 1
    if (new Set(onTheWay.map((leg) => leg.sell)).size < onTheWay.length) splitOnTheWay += 1
    expect(await executeTogether(sell.address, buy.address, legs), `${amountIn} ${sold}`).toBe(expectedOut)
  }
})

test('the journeys went through other tokens, and were split there', () => {
  expect(throughOthers).toBeGreaterThan(40)
  expect(splitOnTheWay).toBeGreaterThan(10)
})

test('a v4 pool beside the others, with a protocol fee', async () => {
  const [token0, token1] = sortTokens(
    tokenBySymbol(devnet.chain, 'DAI').address,
    tokenBySymbol(devnet.chain, 'USDC').address,
  )
  const twin = (await poolsNow(token0, token1, 10n ** 20n)).find((pool) => pool.venue === 'UniswapV3')
  if (twin?.venue !== 'UniswapV3') throw new Error('There is no v3 pool of DAI and USDC.')
  const { tick } = twin
  const positions = [1, 2, 3, 400].map((reach) => {
    return { tickLower: tick - reach, tickUpper: tick + reach, liquidity: twin.liquidity / 40n }
  })
  const { sqrtPriceX96 } = twin
  const protocolFeePips = { zeroForOne: 50, oneForZero: 20 }
  const managed = { token0, token1, feePips: 100, tickSpacing: 1, sqrtPriceX96, positions, protocolFeePips }
  const chain = await deployManagedPool(devnet, managed)
  let throughManager = 0
  let ticksCrossed = 0
  for (const [sell, buy, decimals] of [
    [token0, token1, decimalsOf(token0)],
    [token1, token0, decimalsOf(token1)],
  ] as const) {
    const pools = await poolsNow(sell, buy, 10n ** BigInt(decimals + 7), chain)
    for (let round = 0; round < 16; round++) {
      const amountIn = BigInt(Math.round(10 ** (1 + random.unit() * 5) * 1e6)) * 10n ** BigInt(decimals - 6)
      const routed = planRoute({ pools, sell, buy, amount: { kind: 'exactInput', amountIn } })
      if (routed === null) throw new Error(`There is no plan for ${amountIn}.`)
      const { legs, expectedOut } = planOf(routed)
      if (legs.some(({ venue }) => venue === 'UniswapV4')) throughManager += 1
      ticksCrossed += routed.legs.reduce((sum, leg) => sum + (leg.pool.venue === 'UniswapV4' ? leg.crossings : 0), 0)
      expect(await executeLegs(sell, buy, legs), `${amountIn}`).toEqual(legs.map((leg) => leg.expectedOut))
      expect(await executeTogether(sell, buy, legs)).toBe(expectedOut)
    }
  }
  expect(throughManager).toBeGreaterThan(8)
  expect(ticksCrossed).toBeGreaterThan(3)
})

function decimalsOf(address: Address): number {
  return devnet.chain.tokens.find((token) => token.address === address)?.decimals ?? 18
}

/** Stretches of constant liquidity, or of one bitmap word, that a leg trades through. */
function stepsOf(venues: readonly Venue[], leg: PlannedLeg): number {
  const venue = venues.find(({ pool }) => pool.pool === leg.pool)
  return venue?.quotes.ofInput(leg.amountIn).steps ?? 0
}

/** The second look knows what tokens on the way are worth, and so how far their pools may be used. */
async function poolsNow(sell: Address, buy: Address, largestInput: bigint, chain = devnet.chain): Promise<Pool[]> {
  const settings = { RPC_URLS: [`${devnet.rpcUrl}/a`, `${devnet.rpcUrl}/b`], PROVIDER_REQUESTS_PER_SECOND: 1000 }
  const mandateId = `0x${'0'.repeat(64)}` as const
  const subject = { vault: treasury.vault, mandateId, sell, buy, largestInput, modelId: mandateId }
  const quorum = await openQuorum(openProviders(settings, newMeter()))
  const { keep } = await observe(quorum, chain, subject, async () => [])
  return (await observe(quorum, chain, subject, async () => keep)).snapshot.pools
}

/** Output of each leg, all in one block and one after the other, each measured by the recipient's balance. */
async function executeLegs(sell: Address, buy: Address, legs: readonly PlannedLeg[]): Promise<bigint[]> {
  const answers = await simulate([
    balanceCall(buy),
    ...legs.flatMap((leg) => [...swapCalls(sell, buy, [leg]), balanceCall(buy)]),
  ])
  const balances = answers.filter((_, index) => index % 3 === 0).map(balanceIn)
  return balances.slice(1).map((balance, index) => balance - (balances[index] ?? 0n))
}

async function executeTogether(sell: Address, buy: Address, legs: readonly PlannedLeg[]): Promise<bigint> {
  const answers = await simulate([balanceCall(buy), ...swapCalls(sell, buy, legs), balanceCall(buy)])
  const [before, after] = [answers[0], answers.at(-1)]
  if (before === undefined || after === undefined) throw new Error('The chain answered nothing.')
  return balanceIn(after) - balanceIn(before)
}

/** The trader sends the router the legs' inputs and has it swap, as the vault does. */
function swapCalls(sell: Address, buy: Address, legs: readonly PlannedLeg[]) {
  const total = legs.reduce((sum, leg) => (leg.sell === sell ? sum + leg.amountIn : sum), 0n)
  const path = encodedLegs(legs, sell, buy)
  const { address } = devnet.accounts.trader
  return [
    { to: sell, data: encodeFunctionData({ abi: tokenAbi, functionName: 'transfer', args: [treasury.router, total] }) },
    {
      to: treasury.router,
      data: encodeFunctionData({ abi: routerAbi, functionName: 'swap', args: [sell, buy, address, path] }),
    },
  ]
}

function balanceCall(token: Address) {
  const args = [devnet.accounts.trader.address] as const
  return { to: token, data: encodeFunctionData({ abi: tokenAbi, functionName: 'balanceOf', args }) }
}

function balanceIn(data: `0x${string}`): bigint {
  return decodeFunctionResult({ abi: tokenAbi, functionName: 'balanceOf', data })
}

const hex = z.custom<`0x${string}`>((value) => typeof value === 'string' && value.startsWith('0x'))
const simulatedSchema = z.tuple([z.object({ calls: z.array(z.object({ status: hex, returnData: hex })) })])

/** The calls in order, in one imagined block on top of the newest; each must succeed. Their answers. */
async function simulate(calls: readonly { to: Address; data: `0x${string}` }[]): Promise<`0x${string}`[]> {
  const from = devnet.accounts.trader.address
  const request = { blockStateCalls: [{ calls: calls.map((call) => ({ from, gas: toHex(8_000_000), ...call })) }] }
  const [block] = simulatedSchema.parse(await ask(devnet.rpcUrl, 'eth_simulateV1', request, 'latest'))
  expect(block.calls.map(({ status }) => status)).toEqual(calls.map(() => '0x1'))
  return block.calls.map(({ returnData }) => returnData)
}
