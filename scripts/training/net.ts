import * as tf from '@tensorflow/tfjs'
import type { VolatilityArtifact } from '../../models/artifacts.ts'
import { meanOf, varianceOf } from '../../models/training/regression.ts'
import { logWindows, measuredFeatures, netFeatures, standardise } from '../../models/volatility/features.ts'
import { calendarEffect, linearVariance } from '../../models/volatility/variance.ts'
import { seededRandom } from '../devnet/random.ts'
import type { Sample } from './sample.ts'

/** How the network is trained: part of the dataset manifest, so part of the model's id. */
export const netSettings = {
  /** Networks that start from different weights; the model is their mean. */
  members: 5,
  units: 16,
  epochs: 15,
  batch: 512,
  /** Falls to zero along a cosine. */
  learningRate: 0.002,
  /** Share of each weight that a step takes off, per unit of learning rate (Loshchilov & Hutter 2019). */
  weightDecay: 0.5,
  /** Of the loss: the rest is half the squared error of the logarithm, which a single jump does not rule. */
  qlikeShare: 0.5,
  /** A jump to more than this multiple of the forecast counts no further in the loss's slope. */
  largestRatio: 10,
} as const

export interface TrainedNet {
  /** Two dense layers: the members side by side, and their mean. */
  model: tf.Sequential
  mean: number[]
  deviation: number[]
  calendarMean: number
}

/** Trains the residual network on what the linear model leaves. The same samples and seed give the same weights on one machine. */
export async function trainNet(
  artifact: VolatilityArtifact,
  samples: readonly Sample[],
  seed: number,
  progress: (member: number, epoch: number) => void,
): Promise<TrainedNet> {
  await tf.setBackend('cpu')
  const offsets = Float32Array.from(samples, ({ history, time }) => linearVariance(artifact, history, time).mean)
  const targets = Float32Array.from(samples, ({ realised }) => Math.log(realised))
  const raw = rawInputs(artifact, samples)
  const { mean, deviation } = momentsOf(raw.rows)
  const inputs = tf.tensor2d(raw.rows.map((row) => standardise(row, mean, deviation)))
  const members: Member[] = []
  for (let member = 0; member < netSettings.members; member++) {
    const random = seededRandom(`net ${seed} ${member}`)
    members.push(await trainMember(inputs, offsets, targets, artifact, random, (epoch) => progress(member, epoch)))
  }
  inputs.dispose()
  return { model: joined(members), mean, deviation, calendarMean: raw.calendarMean }
}

/** The network's inputs before standardising, with the mean of the calendar effect that was taken off. */
function rawInputs(artifact: VolatilityArtifact, samples: readonly Sample[]) {
  const effects = samples.map(({ history, time }) => {
    const measured = measuredFeatures(logWindows(history), true).length
    return calendarEffect(artifact.candles, measured, time, artifact.hours)
  })
  const calendarMean = meanOf(effects)
  const rows = samples.map(({ history, time }, index) =>
    netFeatures(history, logWindows(history), time, (effects[index] ?? 0) - calendarMean),
  )
  return { rows, calendarMean }
}

function momentsOf(rows: readonly (readonly number[])[]): { mean: number[]; deviation: number[] } {
  const columns = rows[0]?.map((_, column) => Float64Array.from(rows, (row) => row[column] ?? 0)) ?? []
  return {
    mean: columns.map((values) => meanOf(values)),
    deviation: columns.map((values) => Math.sqrt(varianceOf(values)) + 1e-9),
  }
}

interface Member {
  kernel: tf.Variable<tf.Rank.R2>
  bias: tf.Variable<tf.Rank.R1>
  output: tf.Variable<tf.Rank.R2>
  outputBias: tf.Variable<tf.Rank.R1>
}

/** tfjs keeps the rate of its optimiser to subclasses. */
class DecayingAdam extends tf.AdamOptimizer {
  setRate(rate: number): void {
    this.learningRate = rate
  }
}

async function trainMember(
  inputs: tf.Tensor2D,
  offsets: Float32Array,
  targets: Float32Array,
  artifact: VolatilityArtifact,
  random: { uniform(): number; normal(): number },
  progress: (epoch: number) => void,
): Promise<Member> {
  const { units, epochs, batch, learningRate, weightDecay } = netSettings
  const width = inputs.shape[1]
  const start = Array.from({ length: width }, () =>
    Array.from({ length: units }, () => random.normal() / Math.sqrt(width)),
  )
  const member: Member = {
    kernel: tf.variable(tf.tensor2d(start)),
    bias: tf.variable(tf.zeros([units])),
    // From zero: the first forecast is the linear one.
    output: tf.variable(tf.zeros([units, 1])),
    outputBias: tf.variable(tf.zeros([1])),
  }
  const variables = [member.kernel, member.bias, member.output, member.outputBias]
  const optimizer = new DecayingAdam(learningRate, 0.9, 0.999)
  const { smearing } = artifact.candles
  for (let epoch = 0; epoch < epochs; epoch++) {
    const rate = learningRate * 0.5 * (1 + Math.cos((Math.PI * epoch) / epochs))
    optimizer.setRate(rate)
    const order = shuffled(targets.length, random)
    for (let first = 0; first + batch <= order.length; first += batch) {
      const rows = order.subarray(first, first + batch)
      tf.tidy(() => {
        const x = tf.gather(inputs, tf.tensor1d(rows, 'int32'))
        const offset = tf.tensor1d(Float32Array.from(rows, (row) => offsets[row] ?? 0))
        const target = tf.tensor1d(Float32Array.from(rows, (row) => targets[row] ?? 0))
        optimizer.minimize(() => lossOf(offset.add(outputOf(member, x)), target, smearing), false, variables)
        for (const weights of [member.kernel, member.output]) weights.assign(weights.mul(1 - rate * weightDecay))
      })
    }
    progress(epoch + 1)
    await tf.nextFrame()
  }
  optimizer.dispose()
  return member
}

function outputOf({ kernel, bias, output, outputBias }: Member, x: tf.Tensor2D): tf.Tensor1D {
  return x.matMul(kernel).add(bias).tanh().matMul<tf.Tensor2D>(output).add<tf.Tensor2D>(outputBias).squeeze([1])
}

/** QLIKE with its slope bounded, and half the squared error of the logarithm around its own mean. */
function lossOf(forecast: tf.Tensor, target: tf.Tensor1D, smearing: number): tf.Scalar {
  const { qlikeShare, largestRatio } = netSettings
  const difference = target.sub(forecast)
  const bounded = difference.minimum(Math.log(largestRatio))
  // Beyond the bound the loss goes on with the slope it had there.
  const beyond = difference.sub(bounded).mul(largestRatio)
  const qlike = bounded.exp().add(beyond).sub(difference)
  const squared = difference.add(smearing).square().mul(0.5)
  return qlike
    .mul(qlikeShare)
    .add(squared.mul(1 - qlikeShare))
    .mean()
}

/** The members' mean as one network: their units side by side, each output weight divided by their number. */
function joined(members: readonly Member[]): tf.Sequential {
  const model = tf.sequential({ name: 'residual' })
  const kernel = tf.concat(
    members.map((member) => member.kernel),
    1,
  )
  const [width = 0, units = 0] = kernel.shape
  model.add(tf.layers.dense({ name: 'members', inputShape: [width], units, activation: 'tanh' }))
  model.add(tf.layers.dense({ name: 'mean', units: 1 }))
  model.layers[0]?.setWeights([kernel, tf.concat(members.map((member) => member.bias))])
  model.layers[1]?.setWeights([
    tf.concat(members.map((member) => member.output)).div(members.length),
    tf.stack(members.map((member) => member.outputBias)).mean(0),
  ])
  return model
}

function shuffled(count: number, random: { uniform(): number }): Int32Array {
  const order = Int32Array.from({ length: count }, (_, index) => index)
  for (let index = count - 1; index > 0; index--) {
    const other = Math.floor(random.uniform() * (index + 1))
    const kept = order[index] ?? 0
    order[index] = order[other] ?? 0
    order[other] = kept
  }
  return order
}
