import type { ResidualNet, SlippageArtifact, VolatilityArtifact } from '../../models/artifacts.ts'
import { horizons } from '../../models/forecaster.ts'
import { dieboldMariano, qlike } from '../../models/training/scores.ts'
import { linearVariance, netVariance } from '../../models/volatility/variance.ts'
import { type Asset, splitOf } from './asset.ts'
import type { TrainingData } from './data.ts'
import { encodeNet } from './encode-net.ts'
import { UnusableData } from './manifest.ts'
import { type TrainedNet, trainNet } from './net.ts'
import { type Sample, samplesOf } from './sample.ts'
import { driftSamplesOf, fitLatency, fitSlippage } from './slippage.ts'
import { fitVolatility } from './volatility.ts'

export interface TrainingSettings {
  /** Of each file's span, from its start; what follows is never looked at. */
  trainShare: number
  seed: number
  /** Keeps every network, also one that did not earn its place: to find out what it would do elsewhere. */
  keepNetworks?: true
}

/** A quarter of an hour between samples: decisions come at any minute, and closer ones tell hardly more. */
export const sampleSeconds = 900
/** The last part of what is trained on, on which a network must first earn its place. */
const proofShare = 0.3
/** Diebold-Mariano on the proof, the assets' mean hour by hour: so much better than without it, or it is left out. */
const earnedBelow = -2

export interface TrainedVolatility {
  artifact: VolatilityArtifact
  net: TrainedNet | null
  /** What the proof said of the network. */
  proof: { dieboldMariano: number; change: number }
}

export interface Trained {
  volatility: TrainedVolatility[]
  slippage: SlippageArtifact
}

export async function trainModels(
  { assets, pools }: TrainingData,
  settings: TrainingSettings,
  progress: (line: string) => void,
): Promise<Trained> {
  const volatility: TrainedVolatility[] = []
  for (const hours of horizons) volatility.push(await trainVolatility(assets, hours, settings, progress))
  const hourly = volatility.find(({ artifact }) => artifact.hours === 1)?.artifact
  if (hourly === undefined) throw new RangeError('Slippage is forecast on the scale of the hourly volatility.')
  progress('slippage: quantile regression')
  const samples = assets.flatMap((asset) => {
    const last = splitOf(asset, settings.trainShare) - 3600
    return driftSamplesOf(asset, hourly, { first: asset.from, last, every: sampleSeconds })
  })
  const quantiles = fitSlippage(samples)
  return { volatility, slippage: { ...quantiles, latency: fitLatency(quantiles, hourly, pools, settings.trainShare) } }
}

async function trainVolatility(
  assets: readonly Asset[],
  hours: number,
  { trainShare, seed, keepNetworks }: TrainingSettings,
  progress: (line: string) => void,
): Promise<TrainedVolatility> {
  progress(`volatility ${hours} h: samples and linear part`)
  const sampled = (source: 'candles' | 'pool', fromShare: number, toShare: number, every = sampleSeconds) =>
    assets.map((asset) => {
      const first = fromShare === 0 ? asset.from : splitOf(asset, fromShare)
      // An outcome that reaches into the test would let the test in.
      const last = splitOf(asset, toShare) - hours * 3600 + 1
      return samplesOf(asset, source, { first, last, every, hours })
    })
  const proofFrom = trainShare * (1 - proofShare)
  const say = (purpose: string) => (member: number, epoch: number) =>
    progress(`volatility ${hours} h: ${purpose}, network ${member + 1}, epoch ${epoch}`)

  const early = sampled('candles', 0, proofFrom).flat()
  requireEnough(early, hours)
  const candidate = fitVolatility(early, sampled('pool', 0, proofFrom).flat(), hours)
  const rehearsed = await trainNet(candidate, early, seed, say('rehearsal'))
  const proof = prove(candidate, encodeNet(rehearsed), sampled('candles', proofFrom, trainShare, 3600))
  rehearsed.model.dispose()

  const samples = sampled('candles', 0, trainShare).flat()
  const linear = fitVolatility(samples, sampled('pool', 0, trainShare).flat(), hours)
  const earned = proof.dieboldMariano <= earnedBelow
  progress(
    `volatility ${hours} h: the network ${earned ? 'earned' : 'did not earn'} its place (Diebold-Mariano ${proof.dieboldMariano.toFixed(2)})`,
  )
  if (!earned && keepNetworks !== true) return { artifact: linear, net: null, proof }
  const net = await trainNet(linear, samples, seed, say('training'))
  return { artifact: { ...linear, net: encodeNet(net) }, net, proof }
}

/** Fewer samples than this are a few days: no model is fitted to them. */
const fewestSamples = 500

/** @throws UnusableData */
function requireEnough(samples: readonly Sample[], hours: number): void {
  if (samples.length >= fewestSamples) return
  throw new UnusableData(
    `The candles give ${samples.length} samples to train ${hours} h on, and ${fewestSamples} are needed: each takes a whole week before it, so two weeks or more.`,
  )
}

/** The network against the linear part on samples that neither has seen, at whole hours. */
function prove(linear: VolatilityArtifact, net: ResidualNet, samples: readonly (readonly Sample[])[]) {
  // Assets move together: their losses of one hour are one observation and not several.
  const lossesOf = (forecast: typeof linearVariance, artifact: VolatilityArtifact) => {
    const byTime = Map.groupBy(samples.flat(), ({ time }) => time)
    return [...byTime.keys()]
      .sort((a, b) => a - b)
      .map((time) => {
        const ofHour = byTime.get(time) ?? []
        const sum = ofHour.reduce((total, { realised, history }) => {
          return total + qlike(realised, Math.exp(forecast(artifact, history, time).mean))
        }, 0)
        return sum / ofHour.length
      })
  }
  const without = lossesOf(linearVariance, linear)
  const losses = lossesOf(netVariance, { ...linear, net })
  const sumOf = (values: number[]) => values.reduce((sum, value) => sum + value, 0)
  return {
    dieboldMariano: dieboldMariano(losses, without, linear.hours === 1 ? 24 : 3 * linear.hours),
    change: sumOf(losses) / sumOf(without) - 1,
  }
}
