import { type Address, getAddress, zeroHash } from 'viem'
import { oneToken, oneUsd, pipsOfOne } from '../../shared/chain/units.ts'
import { drained } from '../../shared/policy/meter.ts'
import { lossUsd, type OracleQuote, valueUsd } from '../../shared/policy/oracle-bound.ts'
import { shortfallBps } from '../../shared/policy/shortfall.ts'
import type { Mandate } from '../../shared/schema/mandate.ts'
import type { MandateProgress, VaultState } from '../../shared/schema/snapshot.ts'
import { defaultLimits, type TreasuryLimits } from '../devnet/treasury.ts'
import type { WindowMarket } from './market.ts'
import type { Pair } from './pair.ts'

export const vaultAddress: Address = getAddress('0x00000000000000000000000000000000000a11ce')
const executor: Address = getAddress('0x00000000000000000000000000000000000e0ec0')
const secondsPerDay = 86_400n
/** Somebody takes a checkpoint so often, seconds. */
export const checkpointSeconds = 1_800
/** The local treasury's limits are made for orders worth this much, USD. */
const limitsOrderUsd = 200_000

/** The local treasury's limits, in proportion for an order worth more than they are made for. */
export function limitsFor(orderUsd: number): TreasuryLimits {
  const times = BigInt(Math.max(1, Math.ceil(orderUsd / limitsOrderUsd)))
  const { automaticLimitUsd, sizeCapUsd, volumeCapacityUsd, lossCapacityUsd, refundCapacityUsd } = defaultLimits
  return {
    ...defaultLimits,
    automaticLimitUsd: automaticLimitUsd * times,
    sizeCapUsd: sizeCapUsd * times,
    volumeCapacityUsd: volumeCapacityUsd * times,
    lossCapacityUsd: lossCapacityUsd * times,
    refundCapacityUsd: refundCapacityUsd * times,
  }
}

/**
 * What of the vault a parent order moves: its books, the mandate's progress, its meters and its high-water mark. It holds
 * what the order sells and nothing else. Its own measure of volatility is left out: the size cap holds in full.
 */
export class SimulatedVault {
  sold: bigint
  bought = 0n
  progress: MandateProgress = {
    ...{ filled: 0n, lastExecution: 0, executionCount: 0, poorFills: 0, treasurerEpoch: 0 },
    ...{ open: true, closed: false, latched: false },
  }
  readonly #limits: TreasuryLimits
  readonly #pair: Pair
  readonly #market: WindowMarket
  #meters = { volumeUsd: 0n, lossUsd: 0n, at: 0 }
  #checkpointAt: number
  #valueUsd: bigint
  #peakUsd: bigint
  #isTripped = false

  constructor(mandate: Mandate, limits: TreasuryLimits, pair: Pair, market: WindowMarket) {
    this.sold = mandate.total
    this.#limits = limits
    this.#pair = pair
    this.#market = market
    this.#checkpointAt = market.start
    this.#valueUsd = this.#bookedUsd(market.start)
    this.#peakUsd = this.#valueUsd
  }

  /** Takes the checkpoints until `at`: the breaker trips where the books fell too far below their high-water mark. */
  #checkpoint(at: number): void {
    for (; this.#checkpointAt + checkpointSeconds <= at; ) {
      this.#checkpointAt += checkpointSeconds
      this.#valueUsd = this.#bookedUsd(this.#checkpointAt)
      if (this.#valueUsd > this.#peakUsd) this.#peakUsd = this.#valueUsd
      const fallen = shortfallBps(this.#valueUsd, this.#peakUsd)
      if (fallen >= this.#limits.drawdownBps) this.#isTripped = true
    }
  }

  /** As the agent sees it at `at`. */
  state(at: number): VaultState {
    this.#checkpoint(at)
    const { volumeUsd, lossUsd } = this.#drained(at)
    return {
      ...{ paused: false, suspended: false, tripped: this.#isTripped, isSealed: true, sentinelRequired: false },
      incident: this.#isTripped ? 1 : 0,
      epoch: 1,
      executor,
      executorExpiry: this.#market.end + 31_536_000,
      checkpointAt: this.#checkpointAt,
      checkpointFresh: true,
      suspendedAt: 0,
      peakUsd: this.#peakUsd,
      netAssetValueUsd: this.#valueUsd,
      volumeUsedUsd: volumeUsd,
      lossUsedUsd: lossUsd,
      refundUsedUsd: 0n,
      limits: this.#limits,
      reviewThreshold: 2,
      treasurerEpoch: 0,
      policyHash: zeroHash,
    }
  }

  /** Books a fill as `execute` does. */
  fill(mandate: Mandate, quote: OracleQuote, amountIn: bigint, amountOut: bigint, worth: bigint, at: number): void {
    const { volumeUsd, lossUsd: used } = this.#drained(at)
    const loss = lossUsd(quote, amountIn, amountOut)
    this.#meters = { volumeUsd: volumeUsd + valueUsd(quote, amountIn), lossUsd: used + loss, at }
    this.sold -= amountIn
    this.bought += amountOut
    const isPoor = shortfallBps(amountOut, worth) > mandate.poorFillBps
    const poorFills = isPoor ? this.progress.poorFills + 1 : 0
    this.progress = {
      ...this.progress,
      filled: this.progress.filled + amountIn,
      lastExecution: at,
      executionCount: this.progress.executionCount + 1,
      poorFills,
      latched: poorFills >= mandate.maximumPoorFills,
    }
  }

  #drained(at: number): { volumeUsd: bigint; lossUsd: bigint } {
    const { volumeUsd, lossUsd } = this.#meters
    const seconds = BigInt(at - this.#meters.at)
    const { volumeCapacityUsd, lossCapacityUsd } = this.#limits
    return {
      volumeUsd: drained(volumeUsd, seconds, volumeCapacityUsd, secondsPerDay),
      lossUsd: drained(lossUsd, seconds, lossCapacityUsd, secondsPerDay),
    }
  }

  /** USD with 18 decimals, at what the feeds say. */
  #bookedUsd(at: number): bigint {
    const { sell, buy, base } = this.#pair
    const millionths = BigInt(Math.round(this.#market.feed.at(at).usd * 1e6))
    const priceOf = (token: Pair['sell']) => (token === base ? (millionths * oneUsd) / pipsOfOne : oneUsd)
    const worthOf = (token: Pair['sell'], amount: bigint) => (amount * priceOf(token)) / oneToken(token.decimals)
    return worthOf(sell, this.sold) + worthOf(buy, this.bought)
  }
}
