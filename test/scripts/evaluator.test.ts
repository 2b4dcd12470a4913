import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { evaluate } from '../../models/evaluator.ts'
import { floatsOf } from '../../models/volatility/variance.ts'
import { readArtifacts } from '../../scripts/artifacts/store.ts'
import { seededRandom } from '../../scripts/devnet/random.ts'

const root = join(import.meta.dirname, '../..')
const folder = join(root, 'models/artifacts')

/** The stored files, as anybody with tfjs would load them. */
async function loadedByTfjs(): Promise<tf.LayersModel> {
  const { modelTopology, weightsManifest } = JSON.parse(readFileSync(join(folder, 'volatility-1h/model.json'), 'utf8'))
  const bytes = readFileSync(join(folder, 'volatility-1h/weights.bin'))
  const weightData = new Uint8Array(bytes).buffer
  const weightSpecs = weightsManifest.flatMap((group: tf.io.WeightsManifestConfig[number]) => group.weights)
  await tf.setBackend('cpu')
  return tf.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData }))
}

test('ten thousand inputs give what tfjs gives, to a millionth', async () => {
  const model = await loadedByTfjs()
  const net = readArtifacts(root, folder).volatility.find(({ hours }) => hours === 1)?.net
  if (net === null || net === undefined) throw new Error('The hourly model has no network.')
  const layers = net.layers.map(({ activation, kernel, bias }) => ({
    activation,
    kernel: floatsOf(kernel),
    bias: floatsOf(bias),
  }))
  const random = seededRandom('evaluator')
  // Whatever standardising lets through, and float32 on both sides to begin with.
  const inputs = Array.from({ length: 10_000 }, () =>
    net.mean.map(() => Math.fround(Math.min(Math.max(random.normal() * 2, -5), 5))),
  )
  const theirs = await (model.predict(tf.tensor2d(inputs)) as tf.Tensor).data()
  const ours = inputs.map((input) => evaluate(layers, input)[0] ?? Number.NaN)
  const differences = ours.map((value, index) => Math.abs(value - (theirs[index] ?? Number.NaN)))
  expect(Math.max(...differences)).toBeLessThan(1e-6)
  // The inputs reach far enough to tell a wrong network apart.
  expect(Math.max(...ours) - Math.min(...ours)).toBeGreaterThan(0.1)
})
