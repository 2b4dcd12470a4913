import type { Forecast } from '../../shared/schema/decision.ts'
import { toMillionths } from '../deterministic-math.ts'
import { modelName, type SlippageForecaster, type SlippageInput } from '../forecaster.ts'

const secondsPerYear = 31_536_000
/**
 * One-sided 99 % quantile of a pool's drift over a few blocks, in units of σ·√t. Measured between 2.3 and 2.9 on a day of
 * mainnet swaps; the tails are heavier than a normal distribution's 2.33.
 */
const quantile99 = 2.9

const identity = { id: 'slippage/square-root', version: 1, parameters: { quantile99 } }

/**
 * Square-root law: the exact cost of the plan, plus a drift until inclusion whose quantiles grow with the volatility and
 * the square root of the time. The median drift is zero.
 */
export const squareRootSlippage: SlippageForecaster = { ...identity, forecast }

function forecast({ planShortfallBps, volatility, secondsToInclusion }: SlippageInput): Forecast {
  const drift = quantile99 * volatility.value * Math.sqrt(secondsToInclusion / secondsPerYear) * 10_000
  return {
    model: modelName(identity),
    value: toMillionths(planShortfallBps),
    low: toMillionths(planShortfallBps - drift),
    high: toMillionths(planShortfallBps + drift),
    note: volatility.note,
  }
}
