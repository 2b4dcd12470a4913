import type { SlippageArtifact, VolatilityArtifact } from '../../models/artifacts.ts'
import { calibrated, learn, uncalibrated } from '../../models/calibration.ts'
import { driftQuantiles, quantileLevels } from '../../models/slippage/drift.ts'
import { squareRootSlippage } from '../../models/slippage/square-root.ts'
import { quantileOf } from '../../models/training/regression.ts'
import { dieboldMariano, pinball, wilsonInterval } from '../../models/training/scores.ts'
import { hoursPerYear } from '../../models/volatility/annual.ts'
import { barSeconds } from '../../shared/schema/bars.ts'
import { type Asset, splitOf } from '../training/asset.ts'
import { type DriftSample, driftSamplesOf } from '../training/slippage.ts'

/** One model's quantile of the drift over five minutes, seen from both sides, on the test's bars. */
export interface SlippageScore {
  model: string
  quantile: number
  /** Basis points. */
  pinball: number
  /** Share of drifts that stayed below the quantile, with Wilson's 95 % interval. */
  coverage: number
  coverageLow: number
  coverageHigh: number
  /** Coverage of the week that was furthest from the quantile's level, and of the lowest and the highest. */
  worstWeek: number
  lowestWeek: number
  highestWeek: number
  /** Diebold-Mariano of the pinball loss against the constant; negative is better. */
  dmVsConstant: number
}

export interface SlippageReport {
  /** All assets together. */
  all: SlippageScore[]
  byAsset: (SlippageScore & { asset: string })[]
}

/** One drift against a trade with what a model had said of it. */
interface Outcome {
  week: number
  drift: number
  quantiles: readonly number[]
}

const modelNames = ['constant', 'fitted square-root law', 'challenger', 'linear', 'champion'] as const
type Outcomes = Record<(typeof modelNames)[number], Outcome[]>

/** Every bar of the last part of each asset's history; what is fitted here is fitted on the part before. */
export function scoreSlippage(
  assets: readonly Asset[],
  model: { volatility: readonly VolatilityArtifact[]; slippage: SlippageArtifact },
  trainShare: number,
): SlippageReport {
  const volatility = model.volatility.find(({ hours }) => hours === 1)
  if (volatility === undefined) throw new RangeError('Slippage is forecast on the scale of the hourly volatility.')
  const each = assets.map((asset) => ({
    asset: asset.symbol,
    outcomes: outcomesOf(asset, volatility, model.slippage, trainShare),
  }))
  const together = Object.fromEntries(
    modelNames.map((name) => [name, each.flatMap(({ outcomes }) => outcomes[name])]),
  ) as Outcomes
  return {
    all: scoresOf(together),
    byAsset: each.flatMap(({ asset, outcomes }) => scoresOf(outcomes).map((score) => ({ asset, ...score }))),
  }
}

function outcomesOf(
  asset: Asset,
  volatility: VolatilityArtifact,
  slippage: SlippageArtifact,
  trainShare: number,
): Outcomes {
  const split = splitOf(asset, trainShare)
  const before = driftSamplesOf(asset, volatility, {
    first: asset.from,
    last: split - barSeconds,
    every: 3 * barSeconds,
  })
  const constants = quantilesOf(before, () => 1)
  const multiples = quantilesOf(before, weightedScale)
  const outcomes: Outcomes = { constant: [], 'fitted square-root law': [], challenger: [], linear: [], champion: [] }
  let state = uncalibrated()
  for (const sample of driftSamplesOf(asset, volatility, { first: split, last: asset.to, every: barSeconds })) {
    const week = Math.floor(sample.time / 604_800)
    // What a decision at this time knows: the state before either side's outcome.
    const known = state
    for (const side of [1, -1] as const) {
      const drift = side * sample.drift
      const linear = driftQuantiles(slippage, { ...sample, side, seconds: barSeconds })
      const champion = calibrated(known, linear)
      outcomes.constant.push({ week, drift, quantiles: constants })
      const scale = weightedScale(sample)
      outcomes['fitted square-root law'].push({ week, drift, quantiles: multiples.map((multiple) => multiple * scale) })
      outcomes.challenger.push({ week, drift, quantiles: challengerQuantiles(sample) })
      outcomes.linear.push({ week, drift, quantiles: linear })
      outcomes.champion.push({ week, drift, quantiles: champion })
      state = learn(state, champion, drift)
    }
  }
  return outcomes
}

/** The square-root law as it runs beside the champion: on the champion's volatility, by a normal distribution. */
function challengerQuantiles({ history, logVariance }: DriftSample): number[] {
  const value = Math.sqrt(Math.exp(logVariance) * hoursPerYear)
  const volatility = { model: '', value, low: value, high: value, note: '' }
  return squareRootSlippage.quantiles({ history, volatility, side: 1, seconds: barSeconds })
}

/** Quantiles of both sides' drifts in units of a scale. */
function quantilesOf(samples: readonly DriftSample[], scaleOf: (sample: DriftSample) => number): number[] {
  const units = samples.flatMap((sample) => [sample.drift / scaleOf(sample), -sample.drift / scaleOf(sample)])
  return quantileLevels.map((level) => quantileOf(units, level))
}

/** Volatility over five minutes by the exponentially weighted mean, basis points. */
function weightedScale({ history }: DriftSample): number {
  return Math.sqrt(((history.weighted ?? 0) * barSeconds) / 3600) * 10_000
}

function scoresOf(outcomes: Outcomes): SlippageScore[] {
  return quantileLevels.flatMap((level, index) => {
    const lossesOf = (list: readonly Outcome[]) =>
      Float64Array.from(list, ({ drift, quantiles }) => pinball(drift, quantiles[index] ?? Number.NaN, level))
    const constant = lossesOf(outcomes.constant)
    return modelNames.map((model) => scoreOf(model, level, index, outcomes[model], lossesOf(outcomes[model]), constant))
  })
}

/** A day of bars and both sides: neighbours share their volatility. */
const overlap = 576

function scoreOf(
  model: string,
  quantile: number,
  index: number,
  outcomes: readonly Outcome[],
  losses: Float64Array,
  constant: Float64Array,
): SlippageScore {
  const weeks = new Map<number, { hits: number; count: number }>()
  let hits = 0
  for (const { week, drift, quantiles } of outcomes) {
    const hit = drift <= (quantiles[index] ?? Number.NaN) ? 1 : 0
    const entry = weeks.get(week) ?? { hits: 0, count: 0 }
    weeks.set(week, { hits: entry.hits + hit, count: entry.count + 1 })
    hits += hit
  }
  const fullest = Math.max(...[...weeks.values()].map(({ count }) => count))
  const weekly = [...weeks.values()].filter(({ count }) => count > fullest / 2).map((week) => week.hits / week.count)
  const [lowestWeek, highestWeek] = [Math.min(...weekly), Math.max(...weekly)]
  const { low, high } = wilsonInterval(hits, outcomes.length)
  return {
    model,
    quantile,
    pinball: losses.reduce((sum, loss) => sum + loss, 0) / losses.length,
    coverage: hits / outcomes.length,
    coverageLow: low,
    coverageHigh: high,
    worstWeek: quantile - lowestWeek > highestWeek - quantile ? lowestWeek : highestWeek,
    lowestWeek,
    highestWeek,
    dmVsConstant: model === 'constant' ? 0 : dieboldMariano(losses, constant, overlap),
  }
}
