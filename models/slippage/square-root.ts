import type { DriftInput, SlippageForecaster } from '../forecaster.ts'
import { cautiousVolatility } from './doubt.ts'

const secondsPerYear = 31_536_000
/**
 * One-sided quantiles of a pool's drift, in units of σ·√t: those of a normal distribution. Measured on a day of mainnet swaps the
 * 99 % one lay between 2.0 and 2.9, from one block to twenty-five.
 */
const quantile90 = 1.28
const quantile99 = 2.3

const identity = { id: 'slippage/square-root', version: 2, parameters: { quantile90, quantile99 } }

/** Square-root law: the drift's quantiles grow with the volatility and the square root of the time; its median is zero. */
export const squareRootSlippage: SlippageForecaster = { ...identity, quantiles }

function quantiles({ volatility, seconds }: DriftInput): number[] {
  const deviation = cautiousVolatility(volatility) * Math.sqrt(seconds / secondsPerYear) * 10_000
  return [0, quantile90 * deviation, quantile99 * deviation]
}
