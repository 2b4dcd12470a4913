import { type Disagreement, disagreementOf } from '../../../models/agreement.ts'
import { calibrated } from '../../../models/calibration.ts'
import { toMillionths } from '../../../models/deterministic-math.ts'
import { isUsable, modelName } from '../../../models/forecaster.ts'
import type { DecisionInput, DriftForecast, Forecast, VolatilityForecasts } from '../../../shared/schema/decision.ts'
import { orderSeconds } from './bounds.ts'
import type { DecisionContext } from './context.ts'

/** What is expected of the market, and how far the models are apart about it. */
export interface MarketForecast {
  /** The one that decides: of the hour or of the day, whichever is higher. */
  volatility: Forecast
  volatilities: VolatilityForecasts
  /** Until the end of an order's life, against the trade. */
  drift: DriftForecast
  /** Null where the models agree well enough. */
  disagreement: Disagreement | null
}

/** Null where a forecast that decides is no number: nothing is traded then. */
export function forecastOf(input: DecisionInput, context: DecisionContext): MarketForecast | null {
  const volatilities = { hour: volatilityOf(input, context, 1), day: volatilityOf(input, context, 24) }
  const [hour, day] = [inUse(input, volatilities.hour), inUse(input, volatilities.day)]
  if (!isUsable(hour) || !isUsable(day)) return null
  const drift = driftOf(input, context, hour)
  if (!drift.inUse.every(Number.isFinite)) return null
  return {
    volatility: day.value > hour.value ? day : hour,
    volatilities,
    drift,
    disagreement: disagreementOf([
      { comparison: 'challenger', ratio: volatilities.hour.champion.value / volatilities.hour.challenger.value },
      { comparison: 'challenger', ratio: volatilities.day.champion.value / volatilities.day.challenger.value },
      { comparison: 'floor', ratio: hour.value / volatilities.hour.floor.value },
      { comparison: 'floor', ratio: day.value / volatilities.day.floor.value },
      { comparison: 'drift', ratio: (drift.champion[2] ?? 0) / (drift.challenger[2] ?? 0) },
    ]),
  }
}

function volatilityOf({ market, snapshot }: DecisionInput, { volatility }: DecisionContext, hours: 1 | 24) {
  const { champion, challenger, floor } = volatility
  const ask = (model: typeof champion) => model.forecast(market, snapshot.timestamp, hours)
  return { champion: ask(champion), challenger: ask(challenger), floor: ask(floor) }
}

/** A champion that did worse than its challenger has been demoted by its ledger. */
function inUse({ demoted }: DecisionInput, models: VolatilityForecasts['hour']): Forecast {
  return demoted.includes('volatility') ? models.challenger : models.champion
}

function driftOf(input: DecisionInput, { chain, slippage }: DecisionContext, volatility: Forecast): DriftForecast {
  const { market, mandate, demoted, calibration } = input
  const seconds = orderSeconds(chain.blockSeconds)
  // Who buys the base asset is hurt by its rise.
  const side = mandate.sell === market.base ? -1 : 1
  const question = { history: market, volatility, side, seconds } as const
  const champion = slippage.champion.quantiles(question)
  const challenger = slippage.challenger.quantiles(question)
  const isDemoted = demoted.includes('slippage')
  const chosen = isDemoted ? challenger : champion
  return {
    seconds,
    model: modelName(isDemoted ? slippage.challenger : slippage.champion),
    champion: champion.map(toMillionths),
    challenger: challenger.map(toMillionths),
    inUse: calibrated(calibration, chosen).map(toMillionths),
  }
}
