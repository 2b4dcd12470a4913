import { type Address, zeroAddress, zeroHash } from 'viem'
import { uncalibrated } from '../../models/calibration.ts'
import type { TokenDefinition } from '../../shared/chain/chains/chain.ts'
import { oneUsd } from '../../shared/chain/units.ts'
import { configurationHash } from '../../shared/schema/configuration-hash.ts'
import type { DecisionInput } from '../../shared/schema/decision.ts'
import { type Mandate, mandateId } from '../../shared/schema/mandate.ts'
import type { Pool } from '../../shared/schema/pool.ts'
import type { PairMarket } from '../../shared/schema/price-history.ts'
import type { AssetState, Snapshot } from '../../shared/schema/snapshot.ts'
import type { StrategyConfiguration } from '../../shared/schema/strategy.ts'
import { marketFrom } from '../../workers/agent/market-history.ts'
import { historyAges } from '../../workers/agent/snapshot-from-view.ts'
import { mandateFor } from '../../workers/api/mandate-terms.ts'
import type { Feed, FeedAnswer } from './feed.ts'
import { twapSeconds, type WindowMarket } from './market.ts'
import type { MarketPath } from './market-path.ts'
import type { Pair } from './pair.ts'
import { type SimulatedVault, vaultAddress } from './simulated-vault.ts'

const strategyId = `0x${'5'.repeat(64)}` as const
/** Feed and average may differ by this much, basis points: the local treasury's band. */
const bandBps = 150
/** ln 1.0001: a tick is this much log price. */
const logPerTick = 9.999500033330834e-5
const executorWei = 10n ** 19n

/** A parent order of one window, by one strategy. */
export interface ParentOrder {
  pair: Pair
  configuration: StrategyConfiguration
  mandate: Mandate
  strategy: DecisionInput['strategy']
  mandateId: DecisionInput['mandateId']
}

/** The mandate that the API would have its treasurer sign for this configuration. */
export function parentOrderOf(pair: Pair, configuration: StrategyConfiguration): ParentOrder {
  const { chain } = pair
  const mandate = mandateFor(strategyId, configuration, chain, 7n)
  const about = { id: strategyId, vault: vaultAddress, chainId: chain.id, configuration }
  const strategy = {
    ...about,
    configurationHash: configurationHash(configuration),
    status: 'active' as const,
    paused: false,
  }
  return { pair, configuration, mandate, strategy, mandateId: mandateId(chain.id, vaultAddress, mandate) }
}

/** Where a parent order stands. */
export interface Moment {
  at: number
  slot: number
  scheduledAt: number
  expiredAttempts: number
  vault: SimulatedVault
  market: WindowMarket
  pools: Pool[]
  /** The v3 pool whose average guards the vault; the zero address where there is none. */
  twapPool: Address
}

/** What the agent would be given to decide on: of the market no more than anybody could see at that moment. */
export function decisionInputAt(order: ParentOrder, moment: Moment): DecisionInput {
  const { strategy, mandate, mandateId } = order
  const { slot, scheduledAt, expiredAttempts } = moment
  const snapshot = snapshotAt(order, moment)
  // No outcome teaches a backtest's quantiles, and no champion is demoted: the worker does neither yet.
  const lessons = { calibration: uncalibrated(), demoted: [] }
  const about = { strategy, mandate, mandateId, slot, scheduledAt, snapshot, ...lessons }
  return { ...about, market: pairMarketAt(order, moment, snapshot), reserved: 0n, expiredAttempts }
}

/** What forecasts are made from: closed candles, or what the worker reads off the deepest pool. */
function pairMarketAt({ pair, mandate }: ParentOrder, { market, at }: Moment, snapshot: Snapshot): PairMarket {
  if (market.forecastFrom === 'pool') return marketFrom(snapshot, mandate)
  return { base: pair.base.address, ...market.history(at) }
}

function snapshotAt({ pair }: ParentOrder, { at, vault, market, pools, twapPool }: Moment): Snapshot {
  return {
    chainId: pair.chain.id,
    blockNumber: BigInt(Math.floor(at / pair.chain.blockSeconds)),
    blockHash: zeroHash,
    timestamp: at,
    vaultAddress,
    vault: vault.state(at),
    assets: assetsAt(pair, vault, market, twapPool, at),
    mandate: vault.progress,
    refill: { used: 0n, updatedAt: 0 },
    modelActive: true,
    pools,
    history: ticksOf(pair, market.path, twapPool, at),
    fees: market.gas.fees(at),
    executor: { balance: executorWei, nonce: vault.progress.executionCount },
  }
}

/** What the vault says of its assets at `at`; also what it would judge an order by in that block. */
export function assetsAt(
  pair: Pair,
  vault: SimulatedVault,
  market: WindowMarket,
  twapPool: Address,
  at: number,
): AssetState[] {
  const held = (token: TokenDefinition) => (token === pair.sell ? vault.sold : token === pair.buy ? vault.bought : 0n)
  const plain = { sizeFactorBps: 10_000, hint: 0 }
  const stateOf = (token: TokenDefinition, rest: Pick<AssetState, 'listing' | 'twapPool' | 'verdict'>): AssetState => {
    const { address, decimals } = token
    return { token: address, decimals, booked: held(token), balance: held(token), ...plain, ...rest }
  }
  const dollar = { reason: 'None' as const, low: oneUsd, high: oneUsd, feed: oneUsd, updatedAt: at }
  const base =
    twapPool === zeroAddress
      ? { listing: 'Feed' as const, twapPool, verdict: feedVerdict(market.feed.at(at)) }
      : { listing: 'FeedAndTwap' as const, twapPool, verdict: agreedVerdict(market.feed, market.path, at) }
  const assets = [
    stateOf(pair.base, base),
    stateOf(pair.quote, { listing: 'Feed', twapPool: zeroAddress, verdict: dollar }),
  ]
  const native = pair.chain.tokens.find(({ address }) => address === pair.chain.wrappedNative)
  if (native === undefined || native === pair.base) return assets
  const verdict = feedVerdict(market.nativeFeed.at(at))
  return [...assets, stateOf(native, { listing: 'Feed', twapPool: zeroAddress, verdict })]
}

function feedVerdict({ usd, updatedAt }: FeedAnswer): AssetState['verdict'] {
  const price = usdOf(usd)
  return { reason: 'None', low: price, high: price, feed: price, updatedAt }
}

/** As the vault's oracle: the range of feed and average, unless they are too far apart. */
function agreedVerdict(feed: Feed, path: MarketPath, at: number): AssetState['verdict'] {
  const said = feedVerdict(feed.at(at))
  const average = usdOf(Math.exp((path.cumulative(at) - path.cumulative(at - twapSeconds)) / twapSeconds))
  const [low, high] = average < said.feed ? [average, said.feed] : [said.feed, average]
  const isApart = high * 10_000n > low * BigInt(10_000 + bandBps)
  return isApart ? { ...said, reason: 'PriceDisagreement', low: 0n, high: 0n, feed: 0n } : { ...said, low, high }
}

/** USD with 18 decimals, to the millionth of a cent. */
function usdOf(usd: number): bigint {
  return BigInt(Math.round(usd * 1e8)) * 10n ** 10n
}

/** The v3 pool with the most liquidity: the one whose average guards the vault. The zero address where there is none. */
export function deepestPool(pools: readonly Pool[]): Address {
  let [deepest, most]: [Address, bigint] = [zeroAddress, 0n]
  for (const pool of pools) {
    if (pool.venue !== 'UniswapV3' || pool.liquidity <= most) continue
    deepest = pool.pool
    most = pool.liquidity
  }
  return deepest
}

/** What that pool's oracle would tell. Its ticks count token1 per token0 in base units. */
function ticksOf({ base, quote }: Pair, path: MarketPath, pool: Address, at: number): Snapshot['history'] {
  if (pool === zeroAddress) return { pool, secondsAgo: [], tickCumulatives: [] }
  const sign = BigInt(base.address) < BigInt(quote.address) ? 1 : -1
  const unitLog = Math.log(10) * (quote.decimals - base.decimals)
  const secondsAgo = historyAges(at)
  const tickCumulatives = secondsAgo.map((ago) => {
    const seconds = at - ago - path.from
    return BigInt(Math.round((sign * (path.cumulative(at - ago) + seconds * unitLog)) / logPerTick))
  })
  return { pool, secondsAgo, tickCumulatives }
}
