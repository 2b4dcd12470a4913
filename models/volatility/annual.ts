import type { Forecast } from '../../shared/schema/decision.ts'
import type { PriceHistory } from '../../shared/schema/price-history.ts'
import { exponential, toMillionths } from '../deterministic-math.ts'
import { type ForecasterIdentity, modelName } from '../forecaster.ts'
import { isStuck, varianceUntilStuck } from './stuck.ts'
import type { LogVariance } from './variance.ts'

export const hoursPerYear = 8_760
/** A market that nobody traded moves all the same. Annualised. */
export const lowestVolatility = 0.1
/** Without history: rather too high for the assets that treasuries trade, and wide. */
export const prior = { value: 1.0, low: 0.35, high: 2.8 } as const

/** What makes a forecast doubtful: how much wider its interval becomes, and a sentence for each reason. */
interface Doubt {
  factor: number
  note: string
}

/** A trained model's forecast as an annualised volatility, wider where its input is doubtful. */
export function annualForecast(
  identity: ForecasterIdentity,
  history: PriceHistory,
  { mean, low, high, beyond }: LogVariance,
  hours: number,
): Forecast {
  const annual = (logVariance: number) => Math.sqrt((exponential(logVariance) * hoursPerYear) / hours)
  const doubts = [gapDoubt(history), stuckDoubt(history), strangeDoubt(beyond)].filter((doubt) => doubt !== null)
  const factor = doubts.reduce((product, doubt) => product * doubt.factor, 1)
  const notes = doubts.map(({ note }) => note)
  const forecast = annual(mean)
  // A price that stands still is no calm market: what the week showed holds.
  const weekly = Math.sqrt(varianceUntilStuck(history) * hoursPerYear)
  const known = isStuck(history) ? Math.max(forecast, weekly) : forecast
  const value = Math.max(known, lowestVolatility)
  if (value === lowestVolatility) notes.push('Floor: the market hardly moved.')
  const ratioLow = annual(low) / forecast / factor
  const ratioHigh = (annual(high) / forecast) * factor
  return {
    model: modelName(identity),
    value: toMillionths(value),
    low: toMillionths(value * ratioLow),
    high: toMillionths(value * ratioHigh),
    note: notes.join(' '),
  }
}

/** Nothing to forecast from. */
export function priorForecast(identity: ForecasterIdentity, note: string): Forecast {
  return { model: modelName(identity), ...prior, note }
}

/** Missing and impossible bars: each per cent of them widens by two. */
function gapDoubt({ windows, discarded }: PriceHistory): Doubt | null {
  const present = windows.at(-1)?.present ?? 0
  const wanted = windows.at(-1)?.bars ?? 1
  const missing = windows.reduce((most, { bars, present }) => Math.max(most, 1 - present / bars), 0)
  const share = Math.max(missing, discarded / wanted)
  if (share < 0.001) return null
  const note = `${wanted - present} bars of a week are missing, ${discarded} were thrown away.`
  return { factor: 1 + 2 * share, note }
}

function stuckDoubt(history: PriceHistory): Doubt | null {
  return isStuck(history)
    ? { factor: 2, note: 'The price hardly moved for half an hour or longer: its source may be stuck.' }
    : null
}

/** At once, and more the further it is. */
const strangeFactor = 1.25

/** Where the model has hardly been, by as far as its worst feature is: a log variance, so half of it is a volatility. */
function strangeDoubt(beyond: number): Doubt | null {
  if (beyond <= 0) return null
  const factor = strangeFactor * exponential(Math.min(beyond / 2, 2))
  return { factor, note: 'The market was hardly ever like this while the model was trained.' }
}
