import { type Address, getAddress, zeroAddress } from 'viem'
import type { Bar } from '../../../models/market/bar.ts'
import { ethereum } from '../../../shared/chain/chains/1.ts'
import { oneToken } from '../../../shared/chain/units.ts'
import { q96 } from '../../../shared/routing/tick-math.ts'
import { configurationHash } from '../../../shared/schema/configuration-hash.ts'
import type { DecisionInput } from '../../../shared/schema/decision.ts'
import { type Mandate, mandateId } from '../../../shared/schema/mandate.ts'
import type { ConcentratedPool, Pool } from '../../../shared/schema/pool.ts'
import type { AssetState, Snapshot } from '../../../shared/schema/snapshot.ts'
import type { StrategyConfiguration } from '../../../shared/schema/strategy.ts'
import { generatedDirectSet, generatedNetwork } from '../../bench/routing/generated-sets.ts'
import { type BenchToken, type PoolSet, stableSymbols } from '../../bench/routing/pool-set.ts'
import type { Random } from '../../devnet/random.ts'
import { calibrationOf, feesOf, historyOf } from './histories.ts'

const vaultAddress = getAddress('0x00000000000000000000000000000000000a11ce')
const strategyId = `0x${'5'.repeat(64)}` as const
const interval = 600
/** Ticks that a snapshot has on either side of a pool's price. */
const ticksEitherSide = 30

/** A vault that is to trade some pair of a made-up exchange, in a market that was; now and then something is in the way. */
export function decisionInput(index: number, bars: readonly Bar[], random: Random): DecisionInput {
  const { history, from } = historyOf(bars, random)
  const set = random.uniform() < 0.3 ? generatedNetwork(1 + index) : generatedDirectSet(index)
  const [one, other] = set.pairs[Math.floor(random.uniform() * set.pairs.length)] ?? set.pairs[0] ?? []
  if (one === undefined || other === undefined) throw new RangeError(`The set "${set.name}" has no pair.`)
  const [sell, buy] = random.uniform() < 0.5 ? [one, other] : [other, one]
  const slot = Math.floor(random.uniform() * 12)
  const start = from - slot * interval - Math.floor(random.uniform() * interval)
  const total = dollarsOf(set, sell, magnitude(random, 1_000, 3_000_000))
  const configuration = configurationOf({ sell, buy, total, start }, random)
  const mandate = mandateOf(configuration)
  const snapshot = snapshotOf({ set, sell, total, at: from }, random)
  return {
    strategy: {
      id: strategyId,
      vault: vaultAddress,
      chainId: ethereum.id,
      configuration,
      configurationHash: configurationHash(configuration),
      status: random.uniform() < 0.01 ? 'latched' : 'active',
      paused: random.uniform() < 0.01,
    },
    mandate,
    mandateId: mandateId(ethereum.id, vaultAddress, mandate),
    slot,
    scheduledAt: start + slot * interval,
    snapshot,
    market: { base: random.uniform() < 0.5 ? sell.address : buy.address, ...history },
    calibration: calibrationOf(random),
    demoted: [
      ...(random.uniform() < 0.1 ? (['volatility'] as const) : []),
      ...(random.uniform() < 0.1 ? (['slippage'] as const) : []),
    ],
    reserved: 0n,
    expiredAttempts: Math.floor(random.uniform() * 2),
  }
}

interface Terms {
  sell: BenchToken
  buy: BenchToken
  total: bigint
  start: number
}

function configurationOf({ sell, buy, total, start }: Terms, random: Random): StrategyConfiguration {
  const common = {
    sell: sell.address,
    buy: buy.address,
    total,
    maximumSlice: total,
    start,
    intervalSeconds: interval,
    slippageBps: 20 + Math.floor(random.uniform() * 180),
    worstPrice: 1n,
    orderflow: random.uniform() < 0.7 ? ('never-public' as const) : { publicLastStep: { slippageBps: 15 } },
  }
  const slices = 12
  const hourWeights = Array.from({ length: 24 }, (_, hour) => 100 + hour)
  const kinds: StrategyConfiguration[] = [
    { kind: 'twap', ...common, slices },
    { kind: 'dca', ...common, amountPerSlice: total / BigInt(slices) + 1n },
    { kind: 'vwap', ...common, slices, hourWeights },
    { kind: 'pov', ...common, slices, participationBps: 1 + Math.floor(random.uniform() * 500) },
    { kind: 'almgren-chriss', ...common, slices, urgencyMillionths: Math.floor(random.uniform() * 20_000_000) },
  ]
  const [fallback] = kinds
  const chosen = kinds[Math.floor(random.uniform() * kinds.length)] ?? fallback
  if (chosen === undefined) throw new RangeError('There is no kind of strategy.')
  return chosen
}

function mandateOf(configuration: StrategyConfiguration): Mandate {
  const { sell, buy, total, maximumSlice, start, slippageBps, worstPrice } = configuration
  return {
    ...{ strategy: strategyId, sell, buy, total, maximumSlice, start, slippageBps, worstPrice },
    ...{ refillAmount: 0n, refillPeriod: 0, end: start + 100_000, minimumInterval: 300, maximumExecutions: 50 },
    ...{ poorFillBps: slippageBps, maximumPoorFills: 3, salt: 7n },
    configurationHash: configurationHash(configuration),
  }
}

interface Scene {
  set: PoolSet
  sell: BenchToken
  total: bigint
  at: number
}

function snapshotOf({ set, sell, total, at }: Scene, random: Random): Snapshot {
  const isOff = () => random.uniform() < 0.01
  return {
    chainId: ethereum.id,
    blockNumber: 20_000_000n,
    blockHash: `0x${'b'.repeat(64)}`,
    timestamp: at,
    vaultAddress,
    vault: vaultOf(at, isOff),
    assets: set.tokens.map((token) => assetOf(set, token, { at, balance: token === sell ? 2n * total : 0n }, random)),
    mandate: {
      ...{ filled: (total * BigInt(Math.floor(random.uniform() * 40))) / 1000n, lastExecution: 0, executionCount: 1 },
      ...{ poorFills: 0, treasurerEpoch: 0, open: true, closed: isOff(), latched: false },
    },
    refill: { used: 0n, updatedAt: 0 },
    modelActive: !isOff(),
    pools: set.pools.flatMap((pool) => (pool.venue === 'StableSwap' ? [] : [seen(pool)])),
    history: { pool: zeroAddress, secondsAgo: [], tickCumulatives: [] },
    fees: feesOf(random),
    executor: { balance: isOff() ? 0n : 10n ** 20n, nonce: 3 },
  }
}

function vaultOf(at: number, isOff: () => boolean): Snapshot['vault'] {
  const usd = (dollars: number) => BigInt(dollars) * 10n ** 18n
  return {
    ...{ paused: isOff(), suspended: isOff(), tripped: isOff(), isSealed: true, sentinelRequired: false },
    ...{ incident: 0, epoch: 1, executor: getAddress('0x00000000000000000000000000000000000e0ec0') },
    ...{ executorExpiry: at + 1_000_000, checkpointAt: at - 60, checkpointFresh: !isOff(), suspendedAt: 0 },
    ...{ peakUsd: usd(9_000_000), netAssetValueUsd: usd(9_000_000), volumeUsedUsd: 0n, lossUsedUsd: 0n },
    ...{ refundUsedUsd: 0n, reviewThreshold: 2, treasurerEpoch: 0, policyHash: `0x${'c'.repeat(64)}` },
    limits: {
      ...{ automaticLimitUsd: usd(250_000), sizeCapUsd: usd(600_000), volumeCapacityUsd: usd(4_000_000) },
      ...{ lossCapacityUsd: usd(4_000), refundCapacityUsd: usd(500), maximumSlippageBps: 150, drawdownBps: 1_000 },
      ...{ referenceVolatilityBps: 500, maximumCheckpointAge: 86_400 },
    },
  }
}

function assetOf(
  set: PoolSet,
  token: BenchToken,
  { at, balance }: { at: number; balance: bigint },
  random: Random,
): AssetState {
  const price = priceOf(set, token)
  // The oracle is off the pools by some basis points.
  const off = 1 + 0.0005 * random.normal()
  const low = BigInt(Math.round(price * off * 1e8)) * 10n ** 10n
  const twapPool = set.pools.find((pool) => pool.venue === 'UniswapV3' && random.uniform() < 0.3)?.pool
  return {
    ...{ token: token.address, listing: 'Feed', decimals: token.decimals ?? 18, booked: balance, balance },
    ...{ sizeFactorBps: 10_000, hint: 0, twapPool: getAddress(twapPool ?? zeroAddress) },
    verdict: {
      reason: random.uniform() < 0.005 ? 'PriceStale' : 'None',
      low,
      high: low,
      feed: low,
      updatedAt: at - 30,
    },
  }
}

/** Dollars per whole token, as a pool with a dollar token shows it. */
function priceOf({ pools, tokens }: PoolSet, { symbol, address, decimals }: BenchToken): number {
  if (stableSymbols.includes(symbol)) return 1
  for (const pool of pools) {
    if (pool.venue === 'StableSwap') continue
    const isFirst = pool.token0 === address
    const dollar = tokens.find((token) => stableSymbols.includes(token.symbol) && isIn(pool, token.address))
    if (dollar === undefined || !isIn(pool, address)) continue
    const unitPrice = isFirst ? rawPrice(pool) : 1 / rawPrice(pool)
    return (unitPrice * Number(oneToken(decimals ?? 18))) / Number(oneToken(dollar.decimals ?? 18))
  }
  throw new RangeError(`No pool says what ${symbol} is worth.`)
}

function isIn({ token0, token1 }: Pool, token: Address): boolean {
  return token0 === token || token1 === token
}

/** Base units of token1 for one of token0. */
function rawPrice(pool: Pool): number {
  if (pool.venue === 'UniswapV2') return Number(pool.reserve1) / Number(pool.reserve0)
  const root = Number(pool.sqrtPriceX96) / q96
  return root * root
}

/** As much of a pool as a snapshot reads. */
function seen(pool: Pool): Pool {
  const named = { ...pool, pool: getAddress(pool.pool) }
  return named.venue === 'UniswapV2' ? named : withTicksNear(named)
}

function withTicksNear<Kind extends ConcentratedPool>(pool: Kind): Kind {
  const above = pool.ticks.findIndex(({ index }) => index > pool.tick)
  const middle = above < 0 ? pool.ticks.length : above
  const ticks = pool.ticks.slice(Math.max(0, middle - ticksEitherSide), middle + ticksEitherSide)
  const [first, last] = [ticks[0], ticks.at(-1)]
  const tickLower = first === undefined || first.index > pool.tick ? pool.tickLower : first.index
  const tickUpper = last === undefined || last.index <= pool.tick ? pool.tickUpper : last.index
  return { ...pool, ticks, tickLower, tickUpper }
}

function dollarsOf(set: PoolSet, token: BenchToken, dollars: number): bigint {
  const whole = dollars / priceOf(set, token)
  return (BigInt(Math.round(whole * 1e6)) * oneToken(token.decimals ?? 18)) / 1_000_000n
}

/** Evenly in the logarithm. */
function magnitude(random: Random, least: number, most: number): number {
  return least * Math.exp(random.uniform() * Math.log(most / least))
}
