import type { Forecast } from '../../shared/schema/decision.ts'
import type { Snapshot } from '../../shared/schema/snapshot.ts'
import { exponential, toMillionths } from '../deterministic-math.ts'
import { modelName, type VolatilityForecaster } from '../forecaster.ts'

/** ln 1.0001: a tick is this much log price. */
const logPricePerTick = 9.999500033330834e-5
const secondsPerYear = 31_536_000
/** Weight of each older return against the next newer one: RiskMetrics' λ for daily returns (J.P. Morgan 1996, section 5.3). */
const decay = 0.94
/** Fewer returns than this say nothing. */
const fewestReturns = 6
/** 90 % of a normal distribution lie within this many deviations. */
const normal90 = 1.645
/** A pool that nobody traded shows no movement; its market moves all the same. */
const lowestVolatility = 0.1

/** Without history: rather too high for the assets treasuries trade, and wide. */
const prior = { value: 1.0, low: 0.4, high: 2.5 }

const identity = {
  id: 'volatility/ewma',
  version: 1,
  parameters: {
    ...{ decay, fewestReturns, normal90, lowestVolatility },
    ...{ priorValue: prior.value, priorLow: prior.low, priorHigh: prior.high },
  },
}

/** Exponentially weighted mean of squared log returns, per second, from one v3 pool's tick cumulatives. */
export const ewmaVolatility: VolatilityForecaster = { ...identity, forecast }

function forecast(history: Snapshot['history']): Forecast {
  const model = modelName(identity)
  const returns = variancesPerSecond(history)
  if (returns.length < fewestReturns) {
    return { model, ...prior, note: `Prior: ${returns.length} returns of history, ${fewestReturns} are needed.` }
  }
  const { variance, effectiveCount } = weightedMean(returns)
  const volatility = Math.sqrt(variance * secondsPerYear)
  const value = Math.max(volatility, lowestVolatility)
  // The logarithm of an estimate from n squared normal returns deviates by about √(1/2n).
  const factor = exponential(normal90 / Math.sqrt(2 * effectiveCount))
  return {
    model,
    value: toMillionths(value),
    low: toMillionths(value / factor),
    high: toMillionths(value * factor),
    note: value > volatility ? 'Floor: the pool hardly moved.' : '',
  }
}

/**
 * One estimate of the variance per second from each pair of neighbouring intervals, oldest first. The difference of a
 * Brownian motion's averages over a and b seconds that follow each other has the variance (a + b)/3 per unit.
 */
function variancesPerSecond({ secondsAgo, tickCumulatives }: Snapshot['history']): number[] {
  const averages: { tick: number; seconds: number }[] = []
  for (let index = 1; index < secondsAgo.length; index++) {
    const seconds = (secondsAgo[index - 1] ?? 0) - (secondsAgo[index] ?? 0)
    const [before, after] = [tickCumulatives[index - 1], tickCumulatives[index]]
    if (before === undefined || after === undefined || seconds <= 0) return []
    averages.push({ tick: Number(after - before) / seconds, seconds })
  }
  return averages.slice(1).map(({ tick, seconds }, index) => {
    const previous = averages[index] ?? { tick, seconds }
    const logReturn = (tick - previous.tick) * logPricePerTick
    return (logReturn * logReturn * 3) / (seconds + previous.seconds)
  })
}

/** The newest has weight 1; `effectiveCount` is how many equal weights would tell as much. */
function weightedMean(variances: readonly number[]): { variance: number; effectiveCount: number } {
  let sum = 0
  let weights = 0
  let squares = 0
  let weight = 1
  for (let index = variances.length - 1; index >= 0; index--) {
    sum += weight * (variances[index] ?? 0)
    weights += weight
    squares += weight * weight
    weight *= decay
  }
  return { variance: sum / weights, effectiveCount: (weights * weights) / squares }
}
