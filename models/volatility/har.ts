import type { Forecast } from '../../shared/schema/decision.ts'
import type { PriceHistory } from '../../shared/schema/price-history.ts'
import type { Artifacts, VolatilityArtifact } from '../artifacts.ts'
import type { ForecasterIdentity, Horizon, VolatilityForecaster } from '../forecaster.ts'
import { annualForecast } from './annual.ts'
import { isComplete } from './complete.ts'
import { ewmaVolatility } from './ewma.ts'
import { type LogVariance, linearVariance, netVariance } from './variance.ts'

type Variance = (artifact: VolatilityArtifact, history: PriceHistory, from: number) => LogVariance

/** HAR with hour of day, range and absolute variation, corrected by a small residual network. */
export function harNetVolatility(artifacts: Artifacts): VolatilityForecaster {
  return trained({ id: 'volatility/har-net', version: 1, parameters: {} }, artifacts, netVariance)
}

/** The same without the network. */
export function harVolatility(artifacts: Artifacts): VolatilityForecaster {
  return trained({ id: 'volatility/har', version: 1, parameters: {} }, artifacts, linearVariance)
}

function trained(identity: ForecasterIdentity, artifacts: Artifacts, variance: Variance): VolatilityForecaster {
  return {
    ...identity,
    forecast(history: PriceHistory, from: number, hours: Horizon): Forecast {
      const artifact = artifacts.volatility.find((candidate) => candidate.hours === hours)
      if (artifact === undefined) throw new RangeError(`There is no model for ${hours} hours.`)
      // A week of bars is what it was trained on; with less, the floor speaks, and says so.
      if (!isComplete(history)) return withoutWeek(ewmaVolatility.forecast(history, from, hours), history)
      return annualForecast(identity, history, variance(artifact, history, from), hours)
    },
  }
}

function withoutWeek(floor: Forecast, { windows }: PriceHistory): Forecast {
  const { present = 0, bars = 0 } = windows.at(-1) ?? {}
  const note = `The trained model needs a whole week of bars without large gaps; there are ${present} of ${bars}.`
  return { ...floor, note: floor.note === '' ? note : `${floor.note} ${note}` }
}
