import type { DriftInput, SlippageForecaster } from '../forecaster.ts'

const secondsPerYear = 31_536_000
/**
 * One-sided quantiles of a pool's drift over a few blocks, in units of σ·√t. The 99 % one was measured between 2.3 and 2.9 on a
 * day of mainnet swaps; the tails are heavier than a normal distribution's 2.33.
 */
const quantile90 = 1.28
const quantile99 = 2.9

const identity = { id: 'slippage/square-root', version: 2, parameters: { quantile90, quantile99 } }

/** Square-root law: the drift's quantiles grow with the volatility and the square root of the time; its median is zero. */
export const squareRootSlippage: SlippageForecaster = { ...identity, quantiles }

function quantiles({ volatility, seconds }: DriftInput): number[] {
  const deviation = volatility.value * Math.sqrt(seconds / secondsPerYear) * 10_000
  return [0, quantile90 * deviation, quantile99 * deviation]
}
