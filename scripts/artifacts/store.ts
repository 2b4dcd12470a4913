import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeAbiParameters, type Hex, keccak256 } from 'viem'
import type { Artifacts, ResidualNet, SlippageArtifact, VolatilityArtifact } from '../../models/artifacts.ts'
import { UsageError } from '../local/arguments.ts'
import { base64Of } from '../training/encode-net.ts'
import { filesRunBy, hashOfFiles } from './code-hash.ts'

/**
 * Where the forecasts begin, from bars to quantiles: what these import is the code that the model's id vouches for. What the
 * models see is measured, and what they say is corrected and compared, outside of the forecasters themselves.
 */
export const entries = [
  'models/model-in-use.ts',
  'models/market/pool-bars.ts',
  'models/market/measure.ts',
  'models/calibration.ts',
  'models/agreement.ts',
]

/** A linear part as it is stored; the network's inputs are scaled by `net`. */
type StoredVolatility = Omit<VolatilityArtifact, 'net'> & { net: Omit<ResidualNet, 'layers'> | null }

/** A Keras model as tfjs stores it: `model.json` beside `weights.bin`. */
interface LayersModel {
  modelTopology: { config: { layers: { config: { name: string; activation?: string } }[] } }
  weightsManifest: { paths: string[]; weights: { name: string; shape: number[]; dtype: string }[] }[]
}

/** Files of a model, as paths from its folder: what its weights hash is made of. */
export function weightFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /(linear\.json|model\.json|weights\.bin)$/.test(name))
    .sort()
}

/** keccak256 of the three hashes' ABI encoding, as the registry computes it. */
export function modelIdOf({
  weightsHash,
  manifestHash,
  codeHash,
}: Pick<Artifacts, 'weightsHash' | 'manifestHash' | 'codeHash'>): Hex {
  const words = [{ type: 'bytes32' }, { type: 'bytes32' }, { type: 'bytes32' }] as const
  return keccak256(encodeAbiParameters(words, [weightsHash, manifestHash, codeHash]))
}

/**
 * Reads a model's folder and hashes it and the code beside it.
 *
 * @param root of the project, where the code is
 */
export function readArtifacts(root: string, folder: string): Artifacts {
  if (!existsSync(join(folder, 'manifest.json'))) throw new UsageError(`There is no model in ${folder}.`)
  const hashes = {
    weightsHash: hashOfFiles(folder, weightFiles(folder)),
    manifestHash: keccak256(readFileSync(join(folder, 'manifest.json'))),
    codeHash: hashOfFiles(root, filesRunBy(root, entries)),
  }
  const volatility = readdirSync(folder)
    .filter((name) => name.startsWith('volatility-') && existsSync(join(folder, name, 'linear.json')))
    .map((name) => readVolatility(join(folder, name)))
    .sort((a, b) => a.hours - b.hours)
  const slippage: SlippageArtifact = JSON.parse(readFileSync(join(folder, 'slippage/linear.json'), 'utf8'))
  return { modelId: modelIdOf(hashes), ...hashes, volatility, slippage }
}

function readVolatility(folder: string): VolatilityArtifact {
  const stored: StoredVolatility = JSON.parse(readFileSync(join(folder, 'linear.json'), 'utf8'))
  return { ...stored, net: stored.net === null ? null : { layers: readLayers(folder), ...stored.net } }
}

function readLayers(folder: string): ResidualNet['layers'] {
  const model: LayersModel = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'))
  const bytes = readFileSync(join(folder, 'weights.bin'))
  const floats = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
  const weights = new Map<string, string>()
  let start = 0
  for (const { name, shape } of model.weightsManifest.flatMap((group) => group.weights)) {
    const length = shape.reduce((product, size) => product * size, 1)
    weights.set(name, base64Of(floats.subarray(start, start + length)))
    start += length
  }
  return model.modelTopology.config.layers.flatMap(({ config: { name, activation } }) => {
    const kernel = weights.get(`${name}/kernel`)
    const bias = weights.get(`${name}/bias`)
    if (kernel === undefined || bias === undefined) return []
    if (activation !== 'tanh' && activation !== 'linear')
      throw new UsageError(
        `${folder}/model.json has a layer of activation ${activation}: only tanh and linear are run.`,
      )
    return [{ activation, kernel, bias }]
  })
}

/** One model's files. Whatever an earlier training left in the folder is replaced. */
export interface ModelFiles {
  volatility: readonly { artifact: VolatilityArtifact; layers: { model: string; weights: Uint8Array } | null }[]
  slippage: SlippageArtifact
  manifest: string
  cards: readonly { name: string; text: string }[]
}

/** @throws RangeError where any number of the model is none: JSON would turn it into nothing without a word */
export function writeArtifacts(folder: string, { volatility, slippage, manifest, cards }: ModelFiles): void {
  requireNumbers({ volatility: volatility.map(({ artifact }) => artifact), slippage })
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (/^(volatility-|slippage|manifest\.json|.*\.card\.md$)/.test(name))
      rmSync(join(folder, name), { recursive: true })
  }
  for (const { artifact, layers } of volatility) {
    const target = join(folder, `volatility-${artifact.hours}h`)
    mkdirSync(target, { recursive: true })
    const { net, ...linear } = artifact
    const { layers: _, ...scaling } = net ?? { layers: [] }
    const stored = { ...linear, net: net === null ? null : scaling }
    writeFileSync(join(target, 'linear.json'), `${JSON.stringify(stored)}\n`)
    if (layers === null) continue
    writeFileSync(join(target, 'model.json'), `${layers.model}\n`)
    writeFileSync(join(target, 'weights.bin'), layers.weights)
  }
  mkdirSync(join(folder, 'slippage'), { recursive: true })
  writeFileSync(join(folder, 'slippage/linear.json'), `${JSON.stringify(slippage)}\n`)
  writeFileSync(join(folder, 'manifest.json'), manifest)
  for (const { name, text } of cards) writeFileSync(join(folder, `${name}.card.md`), text)
}

function requireNumbers(value: unknown, path = 'the model'): void {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new RangeError(`${path} is ${value}: nothing was written.`)
  if (typeof value !== 'object' || value === null) return
  for (const [name, inner] of Object.entries(value)) requireNumbers(inner, `${path}.${name}`)
}

/** The TypeScript module that the worker loads a model from. */
export function artifactsModule(artifacts: Artifacts): string {
  return `// Generated by \`npm run generate\` from models/artifacts and the code of the forecasts. Do not edit.
import type { Artifacts } from '../artifacts.ts'

export const artifacts: Artifacts = ${JSON.stringify(artifacts, null, 1)}
`
}
