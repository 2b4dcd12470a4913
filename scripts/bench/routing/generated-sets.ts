import { keccak256, stringToHex, zeroAddress } from 'viem'
import { maximumTick, minimumTick, sqrtPriceAtTick } from '../../../shared/routing/tick-math.ts'
import type { RoutablePool, StablePool, V2Pool } from '../../../shared/schema/pool.ts'
import { type Random, seededRandom } from '../../devnet/random.ts'
import { liquidityBell } from './liquidity-bell.ts'
import { addressOfPool, type BenchToken, type PoolSet, tokenOf } from './pool-set.ts'

// Sets for when no file is given: the same seed, the same sets. All pools of a pair stand near one price, as arbitrage
// leaves them, each off by less than its fee, so that going round in circles earns nothing.

const seed = 'routing'
/** How far a pool's price is off: one standard deviation, and at most this share of its fee. */
const misalignment = { deviation: 0.0003, ofFee: 0.4 }
/** The singleton of all v4 pools. */
const poolManager = '0x000000000004444c5dc75cB358380D2e3dE08A90'

const directPairs: readonly (readonly [string, string])[] = [
  ['USDC', 'WETH'],
  ['WETH', 'USDT'],
  ['WBTC', 'USDC'],
  ['DAI', 'WETH'],
  ['USDC', 'USDT'],
]

/** Spacing per tier, and how wide liquidity lies around the price in ticks: of a moving pair, and of two dollars. */
const tiers = [
  { feePips: 100, tickSpacing: 1, width: 250, stableWidth: 8 },
  { feePips: 500, tickSpacing: 10, width: 900, stableWidth: 40 },
  { feePips: 3000, tickSpacing: 60, width: 3500, stableWidth: 300 },
  { feePips: 10_000, tickSpacing: 200, width: 9000, stableWidth: 900 },
] as const
type Tier = (typeof tiers)[number]

interface Market {
  /** Dollars per whole token. */
  prices: ReadonlyMap<string, number>
  random: Random
}

function openMarket(name: string): Market {
  const random = seededRandom(`${seed} ${name}`)
  const near = (price: number) => price * (0.8 + 0.4 * random.uniform())
  const prices = new Map([
    ['WETH', near(3000)],
    ['WBTC', near(90_000)],
  ])
  return { prices, random }
}

/** Two to six v2, v3 and v4 pools of one pair. */
export function generatedDirectSet(index: number): PoolSet {
  const [one, other] = (directPairs[index % directPairs.length] ?? ['USDC', 'WETH']).map(tokenOf) as [
    BenchToken,
    BenchToken,
  ]
  const name = `generated ${one.symbol}/${other.symbol} ${index + 1}`
  const market = openMarket(name)
  const count = 2 + Math.floor(market.random.uniform() * 5)
  const pools = Array.from({ length: count }, (_, number) => poolOf(market, one, other, number))
  return { name, pools, tokens: [one, other], pairs: [[one, other]] }
}

const networkPairs: readonly (readonly [string, string])[] = [
  ['USDC', 'WETH'],
  ['WETH', 'USDT'],
  ['WBTC', 'USDC'],
]
const networkPools: readonly (readonly [string, string])[] = [
  ...networkPairs,
  ['USDC', 'WETH'],
  ['WBTC', 'WETH'],
  ['WBTC', 'WETH'],
  ['WBTC', 'USDT'],
]

/** Four tokens joined by eight or nine pools; in the first network USDC and USDT meet in a StableSwap pool. */
export function generatedNetwork(index: number): PoolSet {
  const name = `generated network ${index + 1}`
  const market = openMarket(name)
  const joined: [string, string][] = networkPools.map(([one, other]) => [one, other])
  if (market.random.uniform() < 0.5) joined.push(['WETH', 'USDT'])
  if (index > 0) joined.push(['USDC', 'USDT'])
  const pools = joined.map(([one, other], number) => poolOf(market, tokenOf(one), tokenOf(other), number))
  if (index === 0) pools.push(stableSwapPool(market.random, pools.length))
  const pairOf = ([one, other]: readonly [string, string]): [BenchToken, BenchToken] => [tokenOf(one), tokenOf(other)]
  return { name, pools, tokens: ['USDC', 'USDT', 'WETH', 'WBTC'].map(tokenOf), pairs: networkPairs.map(pairOf) }
}

/** Twenty pairs and five networks. */
export function generatedSets(): PoolSet[] {
  return [
    ...Array.from({ length: 20 }, (_, index) => generatedDirectSet(index)),
    ...Array.from({ length: 5 }, (_, index) => generatedNetwork(index)),
  ]
}

/** Dollars per base unit. */
function unitPrice({ prices }: Market, { symbol, decimals }: BenchToken): number {
  return (prices.get(symbol) ?? 1) / 10 ** (decimals ?? 18)
}

/** Evenly in the logarithm. */
function between(random: Random, least: number, most: number): number {
  return least * Math.exp(random.uniform() * Math.log(most / least))
}

function poolOf(market: Market, one: BenchToken, other: BenchToken, number: number): RoutablePool {
  const [token0, token1] = BigInt(one.address) < BigInt(other.address) ? [one, other] : [other, one]
  const { random } = market
  const [price0, price1] = [unitPrice(market, token0), unitPrice(market, token1)]
  const fairPrice = price0 / price1
  const common = { pool: addressOfPool(number), token0: token0.address, token1: token1.address }
  // Constant product is rare among two dollars, and has the least to give there.
  if (random.uniform() < 0.2) return pairPool(common, between(random, 5e5, 4e7) / 2 / price0, fairPrice, random)
  const isStable = !market.prices.has(one.symbol) && !market.prices.has(other.symbol)
  const tier = tierOf(isStable, random)
  const width = (isStable ? tier.stableWidth : tier.width) * (0.7 + 0.6 * random.uniform())
  // What moves the price by two percent, in dollars: L·√P·0.01 of token1. The mainnet pools of ether have one or two million.
  const depth = isStable ? between(random, 3e6, 3e8) : between(random, 1e5, 4e6)
  const height = depth / (0.01 * Math.sqrt(fairPrice) * price1)
  const price = misaligned(fairPrice, tier.feePips, random)
  return concentratedPool(common, { price, tier, width, height }, random)
}

function tierOf(isStable: boolean, random: Random): Tier {
  const [first, second, third, fourth] = tiers
  const choice = random.uniform()
  if (isStable) return choice < 0.6 ? first : second
  if (choice < 0.15) return first
  if (choice < 0.55) return second
  return choice < 0.9 ? third : fourth
}

function misaligned(price: number, feePips: number, random: Random): number {
  const most = (misalignment.ofFee * feePips) / 1e6
  return price * Math.exp(Math.max(-most, Math.min(most, misalignment.deviation * random.normal())))
}

type Common = Pick<V2Pool, 'pool' | 'token0' | 'token1'>

/** @param fairPrice base units of token1 for one of token0 */
function pairPool(common: Common, reserve0: number, fairPrice: number, random: Random): V2Pool {
  const feePips = random.uniform() < 0.7 ? 3000 : 2500
  const reserve1 = reserve0 * misaligned(fairPrice, feePips, random)
  const reserves = { reserve0: BigInt(Math.round(reserve0)), reserve1: BigInt(Math.round(reserve1)) }
  return { venue: 'UniswapV2', ...common, feePips, ...reserves }
}

function concentratedPool(
  common: Common,
  { price, tier, width, height }: { price: number; tier: Tier; width: number; height: number },
  random: Random,
): RoutablePool {
  const ticksFromOne = Math.log(price) / Math.log(1.0001)
  const tick = Math.floor(ticksFromOne)
  const [below, above] = [sqrtPriceAtTick(tick), sqrtPriceAtTick(tick + 1)]
  const sqrtPriceX96 = below + ((above - below) * BigInt(Math.floor((ticksFromOne - tick) * 1000))) / 1000n
  const count = 120 + Math.floor(random.uniform() * 280)
  const bell = { tick, tickSpacing: tier.tickSpacing, width, height, ticks: count, fullRange: random.uniform() < 0.9 }
  const { ticks, liquidity } = liquidityBell(bell, random)
  const { feePips, tickSpacing } = tier
  const state = {
    feePips,
    tickSpacing,
    sqrtPriceX96,
    tick,
    liquidity,
    tickLower: minimumTick,
    tickUpper: maximumTick,
    ticks,
  }
  if (random.uniform() < 0.75) return { venue: 'UniswapV3', ...common, ...state }
  const protocolFee = random.uniform() < 0.3 ? Math.floor(feePips / 10) : 0
  const protocolFeePips = { zeroForOne: protocolFee, oneForZero: protocolFee }
  const id = keccak256(stringToHex(`${common.pool} ${sqrtPriceX96}`))
  return { venue: 'UniswapV4', ...common, pool: poolManager, id, hooks: zeroAddress, protocolFeePips, ...state }
}

function stableSwapPool(random: Random, number: number): StablePool {
  const dollars = between(random, 2e7, 2e8)
  const balanced = 0.4 + 0.2 * random.uniform()
  return {
    venue: 'StableSwap',
    pool: addressOfPool(number),
    tokens: [tokenOf('USDC').address, tokenOf('USDT').address],
    balances: [BigInt(Math.round(dollars * balanced * 1e6)), BigInt(Math.round(dollars * (1 - balanced) * 1e6))],
    rates: [10n ** 30n, 10n ** 30n],
    amplification: 2000n,
    amplificationPrecision: 1n,
    fee: 1_000_000n,
    adminFee: 5_000_000_000n,
  }
}
