import { type Address, getAddress, zeroAddress } from 'viem'
import { uncalibrated } from '../../../models/calibration.ts'
import { devnet } from '../../../shared/chain/chains/424242.ts'
import type { Refusal } from '../../../shared/chain/generated/refusals.ts'
import { sqrtPriceAtTick } from '../../../shared/routing/tick-math.ts'
import { windowBars } from '../../../shared/schema/bars.ts'
import { configurationHash } from '../../../shared/schema/configuration-hash.ts'
import type { DecisionInput } from '../../../shared/schema/decision.ts'
import { type Mandate, mandateId } from '../../../shared/schema/mandate.ts'
import type { Pool, V3Pool } from '../../../shared/schema/pool.ts'
import type { Snapshot } from '../../../shared/schema/snapshot.ts'
import type { StrategyConfiguration } from '../../../shared/schema/strategy.ts'

// A small world in which everything is in order: a vault with USDC and WETH, two pools near 3,000 USD and a TWAP.

export const chain = devnet
export const vaultAddress: Address = getAddress('0x00000000000000000000000000000000000a11ce')
export const strategyId = `0x${'5'.repeat(64)}` as const
export const usd = (dollars: number) => BigInt(dollars) * 10n ** 18n
export const usdc = (amount: number) => BigInt(Math.round(amount * 1e6))
export const start = 1_800_000_000
export const interval = 600

function tokenOf(symbol: string) {
  const token = chain.tokens.find((candidate) => candidate.symbol === symbol)
  if (token === undefined) throw new Error(`The local chain has no ${symbol}.`)
  return token
}
export const usdcToken = tokenOf('USDC').address
export const wethToken = tokenOf('WETH').address

/** USDC is token0 here: its address is the smaller one. Tick at which one WETH costs about 3,000 USDC. */
const tick = 196_256
const poolFacts = { token0: usdcToken, token1: wethToken }

export function deepPool(liquidity = 4n * 10n ** 18n): V3Pool {
  return {
    venue: 'UniswapV3',
    pool: '0x0000000000000000000000000000000000000500',
    ...poolFacts,
    feePips: 500,
    tickSpacing: 10,
    sqrtPriceX96: sqrtPriceAtTick(tick),
    tick,
    liquidity,
    tickLower: 194_560,
    tickUpper: 199_670,
    ticks: [
      { index: 195_000, liquidityNet: liquidity },
      { index: 197_500, liquidityNet: -liquidity },
    ],
  }
}

export function pairPool(dollars = 8_000_000): Pool {
  return {
    venue: 'UniswapV2',
    pool: '0x0000000000000000000000000000000000000200',
    ...poolFacts,
    feePips: 3000,
    reserve0: usdc(dollars),
    reserve1: (BigInt(dollars) * 10n ** 18n) / 3000n,
  }
}

export const twapConfiguration: StrategyConfiguration = {
  kind: 'twap',
  sell: usdcToken,
  buy: wethToken,
  total: usdc(200_000),
  maximumSlice: usdc(100_000),
  start,
  intervalSeconds: interval,
  slippageBps: 60,
  worstPrice: (10n ** 36n * 10n ** 12n) / 4000n,
  orderflow: 'never-public',
  slices: 5,
}

export function mandateFor(configuration: StrategyConfiguration): Mandate {
  return {
    strategy: strategyId,
    sell: configuration.sell,
    buy: configuration.buy,
    total: configuration.total,
    maximumSlice: configuration.maximumSlice,
    refillAmount: 0n,
    refillPeriod: 0,
    start: configuration.start,
    end: start + 100_000,
    minimumInterval: 300,
    maximumExecutions: 50,
    worstPrice: configuration.worstPrice,
    slippageBps: configuration.slippageBps,
    poorFillBps: configuration.slippageBps,
    maximumPoorFills: 3,
    configurationHash: configurationHash(configuration),
    salt: 7n,
  }
}

const price = (dollars: number) => ({
  reason: 'None' as const,
  low: usd(dollars),
  high: usd(dollars),
  feed: usd(dollars),
  updatedAt: start,
})

/** What an asset has where its price is refused. */
export const noPrice = (reason: Refusal) => ({ reason, low: 0n, high: 0n, feed: 0n, updatedAt: 0 })

/** Two hours of a pool's history that moved with this annualised volatility: the floor forecasts just that. */
export function marketWith(volatility: number): DecisionInput['market'] {
  const realised = (volatility * volatility) / 8_760
  const windows = windowBars.map((bars) => {
    const present = Math.min(bars, 24)
    const unknown = { range: null, turnover: null }
    return { bars, present, moved: present, realised, absolute: 0, downside: 0.5, logReturn: 0, ...unknown }
  })
  return { base: chain.wrappedNative, source: 'pool', until: start, windows, weighted: realised, discarded: 0 }
}

export const calmSnapshot: Snapshot = {
  chainId: chain.id,
  blockNumber: 1_000n,
  blockHash: `0x${'b'.repeat(64)}`,
  timestamp: start + 5,
  vaultAddress,
  vault: {
    paused: false,
    suspended: false,
    tripped: false,
    isSealed: true,
    sentinelRequired: false,
    incident: 0,
    epoch: 1,
    executor: getAddress('0x00000000000000000000000000000000000e0ec0'),
    executorExpiry: start + 1_000_000,
    checkpointAt: start - 60,
    checkpointFresh: true,
    suspendedAt: 0,
    peakUsd: usd(1_000_000),
    netAssetValueUsd: usd(1_000_000),
    volumeUsedUsd: 0n,
    lossUsedUsd: 0n,
    refundUsedUsd: 0n,
    limits: {
      automaticLimitUsd: usd(100_000),
      sizeCapUsd: usd(150_000),
      volumeCapacityUsd: usd(400_000),
      lossCapacityUsd: usd(4_000),
      refundCapacityUsd: usd(500),
      maximumSlippageBps: 100,
      drawdownBps: 1_000,
      referenceVolatilityBps: 500,
      maximumCheckpointAge: 86_400,
    },
    reviewThreshold: 2,
    treasurerEpoch: 0,
    policyHash: `0x${'c'.repeat(64)}`,
  },
  assets: [
    {
      ...{ token: usdcToken, listing: 'Feed', decimals: 6, booked: usdc(500_000), balance: usdc(500_000) },
      ...{ sizeFactorBps: 10_000, hint: 0, twapPool: zeroAddress, verdict: price(1) },
    },
    {
      ...{ token: wethToken, listing: 'FeedAndTwap', decimals: 18, booked: 0n, balance: 0n },
      ...{ sizeFactorBps: 10_000, hint: 17, twapPool: deepPool().pool, verdict: price(3000) },
    },
  ],
  mandate: {
    ...{ filled: 0n, lastExecution: 0, executionCount: 0, poorFills: 0, treasurerEpoch: 0 },
    ...{ open: true, closed: false, latched: false },
  },
  refill: { used: 0n, updatedAt: 0 },
  modelActive: true,
  pools: [deepPool(), pairPool()],
  history: { pool: '0x0000000000000000000000000000000000000500', secondsAgo: [], tickCumulatives: [] },
  fees: {
    ...{ baseFeePerGas: 1_000_000_000n, priorityFeePerGas: 100_000_000n, nextBaseFeePerGas: 1_000_000_000n },
    recentBlocks: Array.from({ length: 10 }, () => ({ baseFeePerGas: 1_000_000_000n, gasUsedRatio: 0.5 })),
  },
  executor: { balance: 10n ** 18n, nonce: 3 },
}

/** What differs from the calm world. */
export interface Changes {
  configuration?: StrategyConfiguration
  mandate?: Partial<Mandate>
  strategy?: Partial<DecisionInput['strategy']>
  snapshot?: Partial<Snapshot>
  market?: DecisionInput['market']
  calibration?: DecisionInput['calibration']
  demoted?: DecisionInput['demoted']
  vault?: Partial<Snapshot['vault']>
  limits?: Partial<Snapshot['vault']['limits']>
  progress?: Partial<Snapshot['mandate']>
  slot?: number
  reserved?: bigint
  expiredAttempts?: number
}

/** The calm world with some things changed. The mandate's id follows from its terms. */
export function inputWith(changes: Changes = {}): DecisionInput {
  const configuration = changes.configuration ?? twapConfiguration
  const mandate = { ...mandateFor(configuration), ...changes.mandate }
  const snapshot = { ...calmSnapshot, ...changes.snapshot }
  const limits = { ...calmSnapshot.vault.limits, ...changes.limits }
  return {
    strategy: {
      id: strategyId,
      vault: vaultAddress,
      chainId: chain.id,
      configuration,
      configurationHash: configurationHash(configuration),
      status: 'active',
      paused: false,
      ...changes.strategy,
    },
    mandate,
    mandateId: mandateId(chain.id, vaultAddress, mandate),
    slot: changes.slot ?? 0,
    scheduledAt: start + (changes.slot ?? 0) * interval,
    snapshot: {
      ...snapshot,
      vault: { ...calmSnapshot.vault, ...changes.vault, limits },
      mandate: { ...calmSnapshot.mandate, ...changes.progress },
    },
    market: changes.market ?? marketWith(0.4),
    calibration: changes.calibration ?? uncalibrated(),
    demoted: changes.demoted ?? [],
    reserved: changes.reserved ?? 0n,
    expiredAttempts: changes.expiredAttempts ?? 0,
  }
}
