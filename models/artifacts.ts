import type { Hex } from 'viem'

/** Coefficients of a linear model with the bounds of what it was fitted on. */
export interface LinearVolatility {
  /** One per feature, in the order of {@link linearFeatures}. */
  coefficients: readonly number[]
  /** Added to the forecast of the logarithm, so that the mean and not the median is forecast: half the residuals' variance. */
  smearing: number
  /** The 5 % and 95 % quantiles of ln(realised ÷ forecast). */
  residual: { low: number; high: number }
  /** Between them lay 99.9 % of the values of each feature that is measured; calendar features have none. */
  domain: { low: readonly number[]; high: readonly number[] }
}

/** A residual network: its output is added to the logarithm of the linear forecast. */
export interface ResidualNet {
  /** Keras sequential layers; kernels and biases are little-endian float32 as base64. */
  layers: readonly { activation: 'tanh' | 'linear'; kernel: string; bias: string }[]
  /** Of the inputs, for standardising them. */
  mean: readonly number[]
  deviation: readonly number[]
  /** Mean of the linear part's calendar effect, taken off before it enters the network. */
  calendarMean: number
}

/** Forecasts the realised variance over `hours`. */
export interface VolatilityArtifact {
  hours: number
  /** Where there are highs and lows. */
  candles: LinearVolatility
  /** Where there are only time-weighted averages of a pool. */
  pool: LinearVolatility
  /** Null where a network did not earn its place. Only for candles. */
  net: ResidualNet | null
}

/** Forecasts quantiles of the drift of a pool's price against the trade, in units of the volatility forecast. */
export interface SlippageArtifact {
  /** ln(scale ÷ volatility): intercept, then one per activity feature. */
  scale: readonly number[]
  /** One per quantile: intercept, activity features, momentum with the trade, size of the momentum. */
  quantiles: readonly { level: number; coefficients: readonly number[] }[]
  /** What a pool's price drifts over a latency, as a share of what the square root of time says; by level, in that order. */
  latency: readonly { seconds: number; shares: readonly number[] }[]
}

export interface Artifacts {
  /** keccak256 of the three hashes below, as the registry computes it. */
  modelId: Hex
  /** Of every file under models/artifacts that the forecasts are computed from. */
  weightsHash: Hex
  /** Of the dataset manifest: the content hash, span, rows and gaps of every file it was trained on. */
  manifestHash: Hex
  /** Of every source file that a forecast runs through. */
  codeHash: Hex
  volatility: readonly VolatilityArtifact[]
  slippage: SlippageArtifact
}
