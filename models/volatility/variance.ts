import type { PriceHistory } from '../../shared/schema/price-history.ts'
import type { LinearVolatility, ResidualNet, VolatilityArtifact } from '../artifacts.ts'
import { type DenseLayer, dot, evaluate } from '../evaluator.ts'
import { linearFeatures, logWindows, measuredFeatures, netFeatures, standardise } from './features.ts'

/** The network moves a forecast of the variance by at most a factor of e^½ either way. */
const largestCorrection = 0.5

/** What a model says of the realised variance over its horizon, all as natural logarithms. */
export interface LogVariance {
  /** Of the forecast mean. */
  mean: number
  /** 90 % of outcomes lie between them, as residuals of the training data did. */
  low: number
  high: number
  /** How far the worst measured feature lies outside where it was fitted on more than a thousandth of the samples; 0 inside. */
  beyond: number
}

/**
 * HAR (Corsi 2009, "A simple approximate long-memory model of realized volatility") with hour of day, range and absolute
 * variation, in logarithms.
 *
 * @param from start of the forecast, seconds
 */
export function linearVariance(artifact: VolatilityArtifact, history: PriceHistory, from: number): LogVariance {
  const logs = logWindows(history)
  const withRange = logs.range !== null
  const linear = withRange ? artifact.candles : artifact.pool
  const mean = dot(linearFeatures(logs, withRange, from, artifact.hours), linear.coefficients) + linear.smearing
  const beyond = distanceOutside(measuredFeatures(logs, withRange), linear)
  return { mean, low: mean + linear.residual.low, high: mean + linear.residual.high, beyond }
}

/** The linear forecast, corrected by the residual network where the artifact has one and the history has what it needs. */
export function netVariance(artifact: VolatilityArtifact, history: PriceHistory, from: number): LogVariance {
  const linear = linearVariance(artifact, history, from)
  const correction = netCorrection(artifact, history, from)
  const { mean, low, high, beyond } = linear
  return { mean: mean + correction, low: low + correction, high: high + correction, beyond }
}

/** What the network adds to the logarithm of the variance; 0 without one, or without highs and lows. */
function netCorrection({ net, candles, hours }: VolatilityArtifact, history: PriceHistory, from: number): number {
  const logs = logWindows(history)
  if (net === null || logs.range === null) return 0
  const inputs = netInputs(net, candles, history, from, hours)
  const [output = 0] = evaluate(decodedLayers(net), inputs)
  return Math.min(Math.max(output, -largestCorrection), largestCorrection)
}

/** The network's inputs, standardised. Training makes them in the same way. */
export function netInputs(
  net: Pick<ResidualNet, 'mean' | 'deviation' | 'calendarMean'>,
  linear: Pick<LinearVolatility, 'coefficients'>,
  history: PriceHistory,
  from: number,
  hours: number,
): number[] {
  const logs = logWindows(history)
  const effect = calendarEffect(linear, measuredFeatures(logs, true).length, from, hours) - net.calendarMean
  return standardise(netFeatures(history, logs, from, effect), net.mean, net.deviation)
}

/** What the linear model adds for the time of the week; its calendar features follow `measured` others. */
export function calendarEffect(
  { coefficients }: Pick<LinearVolatility, 'coefficients'>,
  measured: number,
  from: number,
  hours: number,
): number {
  const calendar = linearFeatures({ realised: [], absolute: [], range: [] }, true, from, hours)
  return dot(calendar, coefficients.slice(measured))
}

function distanceOutside(features: readonly number[], { domain }: LinearVolatility): number {
  let distance = 0
  for (const [index, value] of features.entries()) {
    distance = Math.max(distance, (domain.low[index] ?? value) - value, value - (domain.high[index] ?? value))
  }
  return distance
}

const decoded = new WeakMap<ResidualNet, DenseLayer[]>()

/** Decoded once: a network's weights never change. */
function decodedLayers(net: ResidualNet): DenseLayer[] {
  const known = decoded.get(net)
  if (known !== undefined) return known
  const layers = net.layers.map(({ activation, kernel, bias }) => ({
    activation,
    kernel: floatsOf(kernel),
    bias: floatsOf(bias),
  }))
  decoded.set(net, layers)
  return layers
}

/** Little-endian float32 from base64; every float32 is exactly a double. */
export function floatsOf(base64: string): Float64Array {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  const view = new DataView(bytes.buffer)
  return Float64Array.from({ length: bytes.length / 4 }, (_, index) => view.getFloat32(4 * index, true))
}
