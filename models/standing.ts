import { pinball, qlike } from './training/scores.ts'
import { hoursPerYear } from './volatility/annual.ts'

// When a champion has to give way to its challenger. Outcomes say what each model lost; lower is better.

/** Outcomes older than this say nothing of a model any more, seconds: thirty days. */
export const scoredSeconds = 30 * 86_400
/** Fewer outcomes than this prove nothing. */
export const fewestScored = 300
/**
 * A mean loss this much higher, as a share, is no worse. It keeps rounding from deciding between models that say the same; who says
 * exactly the same always loses exactly the same, and is never demoted.
 */
export const noticeableShare = 0.01

/** What champion and challenger lost by one outcome. */
export interface Losses {
  champion: number
  challenger: number
}

/** Mean losses over the outcomes of the last thirty days. */
export interface Score extends Losses {
  outcomes: number
}

/** Whether the champion did worse than its challenger: its mean loss is higher, over enough outcomes. */
export function isWorse({ outcomes, champion, challenger }: Score): boolean {
  return outcomes >= fewestScored && champion > challenger * (1 + noticeableShare)
}

/**
 * QLIKE (Patton 2011) of volatilities forecast for an hour.
 *
 * @param realised variance of the log price over that hour
 * @param forecasts annualised volatilities
 * @returns null where a market that stood still, or a number that is none, says nothing
 */
export function volatilityLosses(realised: number, forecasts: Losses): Losses | null {
  const lossOf = (volatility: number) => qlike(realised, (volatility * volatility) / hoursPerYear)
  return finite({ champion: lossOf(forecasts.champion), challenger: lossOf(forecasts.challenger) })
}

/** Pinball loss (Koenker & Bassett 1978) of the 99 % quantiles of a drift, all in basis points. */
export function driftLosses(drift: number, quantiles: Losses): Losses | null {
  const lossOf = (quantile: number) => pinball(drift, quantile, 0.99)
  return finite({ champion: lossOf(quantiles.champion), challenger: lossOf(quantiles.challenger) })
}

function finite(losses: Losses): Losses | null {
  return Number.isFinite(losses.champion) && Number.isFinite(losses.challenger) ? losses : null
}
