import { type Address, type Hex, zeroAddress } from 'viem'
import { uncalibrated } from '../../../models/calibration.ts'
import { noHistory } from '../../../models/market/measure.ts'
import type { Decision, DecisionInput } from '../../../shared/schema/decision.ts'
import type { Mandate } from '../../../shared/schema/mandate.ts'
import type { Snapshot } from '../../../shared/schema/snapshot.ts'
import type { Strategy } from '../../../shared/schema/strategy.ts'
import type { Reservation, SliceQuestion } from '../../../workers/agent/ledger-types.ts'

/** Plausible values for tests of pieces that do not look inside them. One slice sells 1,000 USDC for WETH. */

export const chainId = 424242
export const executor: Address = '0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf'
export const usdc: Address = '0x10Aeafac83d48E2f9ac4bAAf94311c45fACe1404'
export const weth: Address = '0xfbfbfDdd6e35dA57b7B0F9a2C10E34Be70B3A4E9'
export const bytes32 = (digits: string): Hex => `0x${digits.repeat(64).slice(0, 64)}`
export const strategyId = bytes32('5')
export const mandateId = bytes32('6')

const configuration = {
  kind: 'twap',
  sell: usdc,
  buy: weth,
  total: 5_000_000_000n,
  maximumSlice: 1_000_000_000n,
  start: 1_800_000_000,
  intervalSeconds: 60,
  slippageBps: 50,
  worstPrice: 1n,
  orderflow: 'never-public',
  slices: 5,
} as const

const mandate: Mandate = {
  strategy: strategyId,
  sell: usdc,
  buy: weth,
  total: 5_000_000_000n,
  maximumSlice: 1_000_000_000n,
  refillAmount: 0n,
  refillPeriod: 0,
  start: 1_800_000_000,
  end: 1_800_003_600,
  minimumInterval: 30,
  maximumExecutions: 10,
  worstPrice: 1n,
  slippageBps: 50,
  poorFillBps: 50,
  maximumPoorFills: 3,
  configurationHash: bytes32('7'),
  salt: 1n,
}

const price = (usd: bigint) => ({ reason: 'None', low: usd, high: usd, feed: usd, updatedAt: 1_800_000_000 }) as const

export function sampleSnapshot(vault: Address, changes: Partial<Snapshot> = {}): Snapshot {
  return {
    chainId,
    blockNumber: 100n,
    blockHash: bytes32('a'),
    timestamp: 1_800_000_000,
    vaultAddress: vault,
    vault: {
      paused: false,
      suspended: false,
      tripped: false,
      isSealed: true,
      sentinelRequired: false,
      incident: 0,
      epoch: 1,
      executor,
      executorExpiry: 1_900_000_000,
      checkpointAt: 1_799_999_990,
      checkpointFresh: true,
      suspendedAt: 0,
      peakUsd: 10n ** 24n,
      netAssetValueUsd: 10n ** 24n,
      volumeUsedUsd: 0n,
      lossUsedUsd: 0n,
      refundUsedUsd: 0n,
      limits: {
        automaticLimitUsd: 10n ** 23n,
        sizeCapUsd: 10n ** 23n,
        volumeCapacityUsd: 2_500n * 10n ** 18n,
        lossCapacityUsd: 10n ** 21n,
        refundCapacityUsd: 0n,
        maximumSlippageBps: 100,
        drawdownBps: 2_000,
        referenceVolatilityBps: 500,
        maximumCheckpointAge: 3_600,
      },
      reviewThreshold: 2,
      treasurerEpoch: 0,
      policyHash: bytes32('8'),
    },
    assets: [
      {
        ...{ token: usdc, listing: 'Feed', decimals: 6, booked: 10n ** 12n, balance: 10n ** 12n },
        ...{ sizeFactorBps: 10_000, hint: 0, twapPool: zeroAddress, verdict: price(10n ** 18n) },
      },
      {
        ...{ token: weth, listing: 'Feed', decimals: 18, booked: 0n, balance: 0n },
        ...{ sizeFactorBps: 10_000, hint: 0, twapPool: zeroAddress, verdict: price(2_500n * 10n ** 18n) },
      },
    ],
    mandate: {
      ...{ filled: 0n, lastExecution: 0, executionCount: 0, poorFills: 0, treasurerEpoch: 0 },
      ...{ open: true, closed: false, latched: false },
    },
    refill: { used: 0n, updatedAt: 0 },
    modelActive: true,
    pools: [],
    history: { pool: weth, secondsAgo: [], tickCumulatives: [] },
    fees: {
      ...{ baseFeePerGas: 10n ** 9n, priorityFeePerGas: 10n ** 9n, nextBaseFeePerGas: 10n ** 9n },
      recentBlocks: [{ baseFeePerGas: 10n ** 9n, gasUsedRatio: 0.5 }],
    },
    executor: { balance: 10n ** 18n, nonce: 0 },
    ...changes,
  }
}

export function sampleInput(vault: Address, slot: number, snapshot: Snapshot, reserved = 0n): DecisionInput {
  const strategy: Strategy = {
    id: strategyId,
    vault,
    chainId,
    configuration,
    configurationHash: bytes32('7'),
    status: 'active',
    paused: false,
  }
  const scheduledAt = 1_800_000_000 + 60 * slot
  const market = { base: weth, ...noHistory(scheduledAt) }
  const model = { market, calibration: uncalibrated(), demoted: [] }
  return { strategy, mandate, mandateId, slot, scheduledAt, snapshot, ...model, reserved, expiredAttempts: 0 }
}

export function tradingDecision(snapshot: Snapshot): Decision {
  const amountIn = 1_000_000_000n
  const leg = {
    sell: usdc,
    buy: weth,
    venue: 'UniswapV2',
    pool: weth,
    feePips: 3_000,
    tickSpacing: 0,
    hooks: zeroAddress,
    amountIn,
    expectedOut: 4n * 10n ** 17n,
  } as const
  return {
    verdict: 'allow',
    reason: 'None',
    shrunkBy: null,
    sentence: 'Sell 1,000 USDC.',
    forecasts: null,
    wanted: amountIn,
    plan: {
      legs: [leg],
      amountIn,
      expectedOut: leg.expectedOut,
      upperBound: leg.expectedOut,
      gapBps: 0,
      roundingBps: 0,
      gasOut: 0n,
    },
    guards: [],
    order: {
      amountIn,
      minimumOut: 39n * 10n ** 16n,
      deadline: snapshot.timestamp + 36,
      step: 'private',
      executionIndex: snapshot.mandate.executionCount,
      epoch: 1,
      modelId: bytes32('9'),
      sellHint: 0,
      buyHint: 0,
      oracleOut: 4n * 10n ** 17n,
      predictedSlippageBps: 12.5,
    },
  }
}

export function sampleReservation(
  vault: Address,
  slot: number,
  version: number,
  changes: Partial<Snapshot> = {},
): Reservation {
  const snapshot = sampleSnapshot(vault, changes)
  const input = sampleInput(vault, slot, snapshot)
  return { strategyId, slot, scheduledAt: input.scheduledAt, version, input, decision: tradingDecision(snapshot) }
}

/** The question about a slice of the sample strategy, by models that no test looks at. */
export function sampleQuestion(slot: number, of: Hex = mandateId): SliceQuestion {
  const drift = { sell: usdc, buy: weth, seconds: 48, champion: 'champion@1', challenger: 'challenger@1' }
  return { strategyId, slot, mandateId: of, drift }
}

export const sampleTransaction = (digits: string) => ({
  bytes: `0x02${digits}` as Hex,
  hash: bytes32(digits),
  maxFeePerGas: 3_000_000_001n,
  maxPriorityFeePerGas: 1_000_000_001n,
})
