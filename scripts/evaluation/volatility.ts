import type { VolatilityArtifact } from '../../models/artifacts.ts'
import { measure } from '../../models/market/measure.ts'
import { meanOf } from '../../models/training/regression.ts'
import { dieboldMariano, qlike, squaredLogError } from '../../models/training/scores.ts'
import { isComplete } from '../../models/volatility/complete.ts'
import { linearVariance, netVariance } from '../../models/volatility/variance.ts'
import { type Asset, splitOf } from '../training/asset.ts'
import {
  constantForecasts,
  garchForecasts,
  type HourlyForecasts,
  harDiurnalRangeForecasts,
  harForecasts,
  riskMetricsForecasts,
  type Setting,
  tunedEwmaForecasts,
} from './baselines.ts'
import { hourlyOf } from './hourly.ts'

/** One model on one asset and horizon, over the test's hourly origins. */
export interface VolatilityScore {
  asset: string
  horizonHours: number
  model: string
  qlike: number
  /** Mean squared error of the log variance, as forecast: no bias is taken out. */
  mseLog: number
  /** Diebold-Mariano of the QLIKE against HAR-RV and against the challenger; negative is better. */
  dmVsHar: number
  dmVsChallenger: number
  /** Share of outcomes within the model's own interval of 90 %; null where it gives none. */
  coverage90: number | null
  /** Origins that were forecast. */
  count: number
}

/** How far forecasts of neighbouring hours share what they are scored on, for the Diebold-Mariano test. */
const overlap = (hours: number) => (hours === 1 ? 24 : 3 * hours)

/**
 * Every model on the last part of an asset's history, at every whole hour. Regressions and GARCH are fitted anew every 720 hours on
 * what came before; champion and challenger are the artifact as it is.
 */
export function scoreVolatility(asset: Asset, artifact: VolatilityArtifact, trainShare: number): VolatilityScore[] {
  const { hours } = artifact
  const hourly = hourlyOf(asset)
  const outcomes = hourly.realised.map((_, hour) => asset.realisedAfter(hourly.from + (hour + 1) * 3600, hours))
  const split = Math.ceil((splitOf(asset, trainShare) - hourly.from) / 3600) - 1
  const setting: Setting = { hourly, outcomes, split, hours }
  const forecasts = new Map<string, HourlyForecasts>([
    ['constant', constantForecasts(setting)],
    ['RiskMetrics', riskMetricsForecasts(setting)],
    ['EWMA tuned', tunedEwmaForecasts(setting)],
    ['GARCH(1,1)-t', garchForecasts(setting)],
    ['HAR-RV', harForecasts(setting)],
    ['HAR + diurnal + range', harDiurnalRangeForecasts(setting)],
    ['challenger', artifactForecasts(asset, artifact, setting, linearVariance)],
    ['champion', artifactForecasts(asset, artifact, setting, netVariance)],
  ])
  const all = [...forecasts.values()]
  const tested = Array.from(outcomes.keys()).filter(
    (hour) => hour >= split && (outcomes[hour] ?? 0) > 0 && all.every((values) => (values[hour] ?? 0) > 0),
  )
  const intervals = { challenger: linearVariance, champion: netVariance }
  const coverageOf = (variance: typeof linearVariance) =>
    meanOf(
      tested.map((hour) => {
        const time = hourly.from + (hour + 1) * 3600
        const { low, high } = variance(artifact, measure(asset.candles, time), time)
        const outcome = Math.log(outcomes[hour] ?? Number.NaN)
        return low <= outcome && outcome <= high ? 1 : 0
      }),
    )
  const lossesOf = (values: HourlyForecasts | undefined) =>
    tested.map((hour) => qlike(outcomes[hour] ?? Number.NaN, values?.[hour] ?? Number.NaN))
  const [har, challenger] = [lossesOf(forecasts.get('HAR-RV')), lossesOf(forecasts.get('challenger'))]
  return [...forecasts].map(([model, values]) => {
    const losses = lossesOf(values)
    return {
      asset: asset.symbol,
      horizonHours: hours,
      model,
      qlike: meanOf(losses),
      mseLog: meanOf(tested.map((hour) => squaredLogError(outcomes[hour] ?? Number.NaN, values[hour] ?? Number.NaN))),
      dmVsHar: dieboldMariano(losses, har, overlap(hours)),
      dmVsChallenger: dieboldMariano(losses, challenger, overlap(hours)),
      coverage90: model in intervals ? coverageOf(intervals[model as keyof typeof intervals]) : null,
      count: tested.length,
    }
  })
}

function artifactForecasts(
  asset: Asset,
  artifact: VolatilityArtifact,
  { hourly, outcomes, split }: Setting,
  variance: typeof linearVariance,
): HourlyForecasts {
  return outcomes.map((_, hour) => {
    if (hour < split) return Number.NaN
    const time = hourly.from + (hour + 1) * 3600
    const history = measure(asset.candles, time)
    return isComplete(history) ? Math.exp(variance(artifact, history, time).mean) : Number.NaN
  })
}
