import type { Forecast } from '../../shared/schema/decision.ts'
import type { PriceHistory } from '../../shared/schema/price-history.ts'
import { exponential, toMillionths } from '../deterministic-math.ts'
import { modelName, type VolatilityForecaster } from '../forecaster.ts'
import { hoursPerYear, lowestVolatility, prior, priorForecast } from './annual.ts'

/** Fewer bars than this say nothing. */
const fewestBars = 6
/** 90 % of a normal distribution lie within this many deviations. */
const normal90 = 1.645
/** Hours whose weights make up the exponentially weighted mean: (1 + λ) ÷ (1 − λ) at λ = 0.94. */
const effectiveHours = 32
/** Beside the error of the estimate: the next hour is not the last one. About nine in ten hours of 2022 to 2025 lay within it. */
const marketFactor = 2.4

const identity = {
  id: 'volatility/ewma',
  version: 2,
  parameters: {
    ...{ fewestBars, normal90, lowestVolatility, effectiveHours, marketFactor },
    ...{ priorValue: prior.value, priorLow: prior.low, priorHigh: prior.high },
  },
}

/**
 * The floor, which needs no training: the exponentially weighted mean of the hours' realised variances (RiskMetrics, J.P.
 * Morgan 1996), or of the bars there are while no hour is complete.
 */
export const ewmaVolatility: VolatilityForecaster = { ...identity, forecast }

function forecast(history: PriceHistory): Forecast {
  const longest = history.windows.at(-1)
  if (longest === undefined || longest.present < fewestBars) {
    return priorForecast(identity, `Prior: ${longest?.present ?? 0} bars of history, ${fewestBars} are needed.`)
  }
  const lastHour = history.windows.find(({ bars }) => bars === 12)
  if (lastHour === undefined || lastHour.present === 0) {
    return priorForecast(identity, 'Prior: there is no bar of the last hour.')
  }
  const { present, realised } = longest
  const volatility = Math.sqrt((history.weighted ?? realised) * hoursPerYear)
  const value = Math.max(volatility, lowestVolatility)
  // The logarithm of an estimate from n squared normal returns deviates by about √(1/2n); twelve bars make an hour.
  const factor = exponential(normal90 / Math.sqrt(2 * Math.min(present, effectiveHours * 12))) * marketFactor
  return {
    model: modelName(identity),
    value: toMillionths(value),
    low: toMillionths(value / factor),
    high: toMillionths(value * factor),
    note: value > volatility ? 'Floor: the pool hardly moved.' : '',
  }
}
