import { isWeekend } from '../../models/market/calendar.ts'
import { matrixOf } from '../../models/training/matrix.ts'
import { meanOf, ridge, varianceOf } from '../../models/training/regression.ts'
import { qlike } from '../../models/training/scores.ts'
import { fitGarch, type Garch, garchAhead, garchVariances } from './garch.ts'
import { type Hourly, trailingMeans } from './hourly.ts'

/** Forecasts of the realised variance over the horizon, one for each hour that has just ended; NaN where there is none. */
export type HourlyForecasts = Float64Array

export interface Setting {
  hourly: Hourly
  /** Realised variance over the horizon that follows each hour; NaN where unknown. */
  outcomes: Float64Array
  /** Index of the first hour that is tested. */
  split: number
  hours: number
}

/** Hours after which a regression is fitted anew, on everything before. */
const refitHours = 720
const smallestVariance = 1e-9

/** The mean of everything before the test. */
export function constantForecasts({ outcomes, split, hours }: Setting): HourlyForecasts {
  const known = outcomes.slice(0, split - hours).filter((value) => !Number.isNaN(value))
  return new Float64Array(outcomes.length).fill(meanOf(known))
}

/** J.P. Morgan 1996: squared hourly returns, λ = 0.94. */
export function riskMetricsForecasts({ hourly, hours }: Setting): HourlyForecasts {
  return weighted(
    hourly.returns.map((value) => value * value),
    0.94,
  ).map((variance) => variance * hours)
}

/** Realised variances with the λ of 0.5 to 0.99 that had the best QLIKE before the test. */
export function tunedEwmaForecasts(setting: Setting): HourlyForecasts {
  const { hourly, outcomes, split, hours } = setting
  let best = { loss: Number.POSITIVE_INFINITY, forecasts: new Float64Array() }
  for (let lambda = 0.5; lambda < 0.995; lambda += 0.01) {
    const forecasts = weighted(hourly.realised, lambda).map((variance) => variance * hours)
    let [sum, count] = [0, 0]
    // The first month tells more of the start than of the decay.
    for (let hour = Math.min(720, split >> 2); hour < split - hours; hour++) {
      const loss = qlike(outcomes[hour] ?? Number.NaN, forecasts[hour] ?? Number.NaN)
      if (Number.isFinite(loss)) [sum, count] = [sum + loss, count + 1]
    }
    if (sum / count < best.loss) best = { loss: sum / count, forecasts }
  }
  return best.forecasts
}

/** Fitted anew every 720 hours on all hourly returns before. */
export function garchForecasts({ hourly, split, hours }: Setting): HourlyForecasts {
  const returns = hourly.returns.map((value) => (Number.isNaN(value) ? 0 : value * 100))
  const forecasts = new Float64Array(returns.length).fill(Number.NaN)
  let garch: Garch = { omega: 0.02, alpha: 0.1, beta: 0.88, freedom: 4 }
  for (let start = split; start < returns.length; start += refitHours) {
    garch = fitGarch(returns.subarray(0, start), garch)
    const variances = garchVariances(returns, garch)
    for (let hour = start; hour < Math.min(start + refitHours, returns.length); hour++) {
      forecasts[hour] = garchAhead(variances[hour + 1] ?? Number.NaN, garch, hours) / 10_000
    }
  }
  return forecasts
}

/** Corsi 2009 in logarithms: 1, 6, 24 and 168 hours. */
export function harForecasts(setting: Setting): HourlyForecasts {
  return regression(setting, (lags) => [1, ...lags.realised])
}

/** HAR with the hour of day, the weekend ahead and the range of the same windows. */
export function harDiurnalRangeForecasts(setting: Setting): HourlyForecasts {
  return regression(setting, (lags, start) => {
    const hour = Math.floor((start % 86_400) / 3600)
    const dummies = Array.from({ length: 24 }, (_, index) => (index === hour ? 1 : 0))
    return [...lags.realised, ...lags.range, ...dummies, weekendShare(start, setting.hours)]
  })
}

/** Share of the hours ahead that lie on a Saturday or Sunday, UTC. */
function weekendShare(start: number, hours: number): number {
  const ahead = Array.from({ length: hours }, (_, hour) => start + hour * 3600)
  return ahead.filter(isWeekend).length / hours
}

const lagHours = [1, 6, 24, 168] as const

function regression(
  { hourly, outcomes, split, hours }: Setting,
  featuresOf: (lags: { realised: number[]; range: number[] }, start: number) => number[],
): HourlyForecasts {
  const realised = lagHours.map((length) => trailingMeans(hourly.realised, length))
  const range = lagHours.map((length) => trailingMeans(hourly.range, length))
  const logAt = (means: Float64Array[], hour: number) =>
    means.map((values) => Math.log((values[hour] ?? Number.NaN) + smallestVariance))
  const rows = Array.from(outcomes, (_, hour) =>
    featuresOf({ realised: logAt(realised, hour), range: logAt(range, hour) }, hourly.from + (hour + 1) * 3600),
  )
  const complete = rows.map((row) => row.every(Number.isFinite))
  const forecasts = new Float64Array(outcomes.length).fill(Number.NaN)
  for (let start = split; start < outcomes.length; start += refitHours) {
    const known: number[] = []
    // An outcome is known only once its horizon has passed.
    for (let hour = 0; hour < start - hours; hour++)
      if (complete[hour] === true && (outcomes[hour] ?? 0) > 0) known.push(hour)
    const features = matrixOf(known.map((hour) => rows[hour] ?? []))
    const targets = Float64Array.from(known, (hour) => Math.log((outcomes[hour] ?? 0) + smallestVariance))
    const coefficients = ridge(features, targets, 0.01)
    const dotOf = (hour: number) =>
      (rows[hour] ?? []).reduce((sum, value, at) => sum + value * (coefficients[at] ?? 0), 0)
    const residuals = Float64Array.from(known, (hour, at) => (targets[at] ?? 0) - dotOf(hour))
    const smearing = varianceOf(residuals) / 2
    for (let hour = start; hour < Math.min(start + refitHours, outcomes.length); hour++) {
      if (complete[hour] === true) forecasts[hour] = Math.exp(dotOf(hour) + smearing)
    }
  }
  return forecasts
}

/** Exponentially weighted mean up to each value; a missing one changes nothing. */
function weighted(values: Float64Array, lambda: number): Float64Array {
  let mean = Number.NaN
  return values.map((value) => {
    if (!Number.isNaN(value)) mean = Number.isNaN(mean) ? value : lambda * mean + (1 - lambda) * value
    return mean
  })
}
