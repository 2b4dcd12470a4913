import type { SlippageArtifact, VolatilityArtifact } from '../../models/artifacts.ts'
import { measure } from '../../models/market/measure.ts'
import { driftFeatures, driftScale, quantileLevels } from '../../models/slippage/drift.ts'
import { matrixOf } from '../../models/training/matrix.ts'
import { logMeanRegression, quantileOf, quantileRegression } from '../../models/training/regression.ts'
import { isComplete } from '../../models/volatility/complete.ts'
import { netVariance } from '../../models/volatility/variance.ts'
import { barSeconds } from '../../shared/schema/bars.ts'
import type { PriceHistory } from '../../shared/schema/price-history.ts'
import { type Asset, splitOf, timesBetween } from './asset.ts'
import { barOf, logPriceAt, type Match, type PoolPrices } from './pool-prices.ts'

/** The drift of one bar, seen from both sides of a trade. */
export interface DriftSample {
  time: number
  history: PriceHistory
  /** ln of the hour's variance, as forecast then. */
  logVariance: number
  /** Of the price over the bar that follows, basis points. */
  drift: number
}

/** Every so many seconds, what the price did over the five minutes that followed. */
export function driftSamplesOf(
  asset: Asset,
  volatility: VolatilityArtifact,
  { first, last, every }: { first: number; last: number; every: number },
): DriftSample[] {
  const samples: DriftSample[] = []
  for (const time of timesBetween(Math.max(first, asset.from), Math.min(last, asset.to), every)) {
    const drift = asset.returnAfter(time) * 10_000
    if (!Number.isFinite(drift)) continue
    const history = measure(asset.candles, time)
    if (!isComplete(history)) continue
    samples.push({ time, history, logVariance: netVariance(volatility, history, time).mean, drift })
  }
  return samples
}

/** The scale by activity, and each quantile by activity and momentum, all assets and both sides together. */
export function fitSlippage(samples: readonly DriftSample[]): Omit<SlippageArtifact, 'latency'> {
  const activities = samples.map((sample) => [1, ...driftFeatures({ ...sample, side: 1 }).activity])
  const sizes = Float64Array.from(
    samples,
    ({ drift, logVariance }) => Math.abs(drift) / plainScale(logVariance, barSeconds) + 1e-6,
  )
  const start = new Array<number>(activities[0]?.length ?? 0).fill(0)
  const scale = logMeanRegression(matrixOf(activities), sizes, start, 1)
  const rows: number[][] = []
  const outcomes: number[] = []
  for (const sample of samples) {
    for (const side of [1, -1] as const) {
      const { activity, momentum } = driftFeatures({ ...sample, side })
      rows.push([1, ...activity, momentum, Math.abs(momentum)])
      outcomes.push((side * sample.drift) / driftScale({ scale }, sample.logVariance, activity, barSeconds))
    }
  }
  const features = matrixOf(rows)
  const targets = Float64Array.from(outcomes)
  return {
    scale,
    quantiles: quantileLevels.map((level) => {
      const first = new Array<number>(features.columns).fill(0)
      // The median: what was fitted to momentum did not hold on later data, so it is what it is for a market without memory.
      if (level === 0.5) return { level, coefficients: first }
      first[0] = quantileOf(targets, level)
      return { level, coefficients: quantileRegression(features, targets, level, first) }
    }),
  }
}

/** Volatility over the seconds, basis points. */
function plainScale(logVariance: number, seconds: number): number {
  return Math.sqrt((Math.exp(logVariance) * seconds) / 3600) * 10_000
}

/** Latencies that are measured, in blocks of the recorded chain. */
const latencyBlocks = [1, 2, 3, 5, 10, 25] as const

/** Without a recorded pool the square root of time holds at every latency, which is wide. */
export const withoutPools: SlippageArtifact['latency'] = [{ seconds: barSeconds, shares: quantileLevels.map(() => 1) }]

/**
 * What pools drift over a few blocks, as a share of what the model of five minutes says by the square root of time. A fee keeps
 * a pool's price still while the market moves a little, so the shares of short latencies are small.
 */
export function fitLatency(
  artifact: Omit<SlippageArtifact, 'latency'>,
  volatility: VolatilityArtifact,
  pools: readonly { prices: PoolPrices; match: Match }[],
  trainShare: number,
): SlippageArtifact['latency'] {
  if (pools.length === 0) return withoutPools
  const measured = latencyBlocks.map((blocks) => {
    const ratios = quantileLevels.map(() => [] as number[])
    for (const pool of pools) collectRatios(artifact, volatility, pool, blocks, trainShare, ratios)
    const seconds = blocks * (pools[0]?.prices.blockSeconds ?? 12)
    return { seconds, shares: quantileLevels.map((level, index) => quantileOf(ratios[index] ?? [], level)) }
  })
  // Pools of days that no candles cover say nothing.
  if (measured.some(({ shares }) => shares.slice(1).some(Number.isNaN))) return withoutPools
  // Five minutes of candles are the better-known end: shares are relative to it. The median is none of time's.
  const end = measured.at(-1)?.shares ?? []
  return measured.map(({ seconds, shares }) => ({
    seconds,
    shares: shares.map((share, index) => (index === 0 ? 1 : Math.max(share / (end[index] ?? 1), 0))),
  }))
}

function collectRatios(
  artifact: Omit<SlippageArtifact, 'latency'>,
  volatility: VolatilityArtifact,
  { prices, match }: { prices: PoolPrices; match: Match },
  blocks: number,
  trainShare: number,
  ratios: number[][],
): void {
  const { blockSeconds, times, logSqrtPrices } = prices
  const split = splitOf(match.asset, trainShare)
  const histories = new Map<number, { history: PriceHistory; logVariance: number } | null>()
  for (let index = 0; index + blocks < logSqrtPrices.length; index++) {
    const bar = barOf(times[index] ?? 0)
    // What is tested on is not looked at.
    if (bar >= split) break
    const known = histories.has(bar) ? histories.get(bar) : seenAt(match.asset, volatility, bar)
    histories.set(bar, known ?? null)
    if (known === null || known === undefined) continue
    const drift = match.orientation * (logPriceAt(prices, index + blocks) - logPriceAt(prices, index)) * 10_000
    for (const side of [1, -1] as const) {
      const { activity, momentum } = driftFeatures({ ...known, side })
      const scale = driftScale(artifact, known.logVariance, activity, blocks * blockSeconds)
      const features = [1, ...activity, momentum, Math.abs(momentum)]
      for (const [level, { coefficients }] of artifact.quantiles.entries()) {
        const unit = coefficients.reduce((sum, value, at) => sum + value * (features[at] ?? 0), 0)
        if (unit > 0) ratios[level]?.push((side * drift) / (scale * unit))
      }
    }
  }
}

function seenAt(asset: Asset, volatility: VolatilityArtifact, time: number) {
  const history = measure(asset.candles, time)
  // A recorded day is rare: one whose week has a gap is still better than none.
  const enough = history.windows.length > 0 && history.windows.every(({ bars, present }) => present >= 0.8 * bars)
  return enough ? { history, logVariance: netVariance(volatility, history, time).mean } : null
}
