// `npm run train -- --data DIR`: reads candles and recorded pools, trains, and writes the model with its cards.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { canonicalJson } from '../shared/audit/canonical-json.ts'
import { layersFile } from './artifacts/layers-file.ts'
import { artifactsModule, readArtifacts, writeArtifacts } from './artifacts/store.ts'
import { UnreadableCandles } from './data/candles.ts'
import { scoreSlippage } from './evaluation/slippage.ts'
import { scoreVolatility } from './evaluation/volatility.ts'
import { UsageError } from './local/arguments.ts'
import { slippageCard, volatilityCard } from './training/cards.ts'
import { readTrainingData, type TrainingData } from './training/data.ts'
import { refuseLeaks } from './training/leaks.ts'
import { UnusableData } from './training/manifest.ts'
import { netSettings } from './training/net.ts'
import { sampleSeconds, type TrainingSettings, trainModels } from './training/train.ts'

const root = join(import.meta.dirname, '..')
const usage = `Usage: npm run train -- --data DIR [options]
  --data DIR           every SYMBOL_5m.csv or SYMBOL_5m.csv.xz under it, and recorded pools (npm run ingest)
  --out DIR            where the model goes (default models/artifacts)
  --train-share SHARE  of each file's span, from its start (default 0.7); the rest is what the cards are measured on
  --seed N             of the network's first weights and order (default 1)
  --keep-networks      keeps a network also where it did not earn its place`

function parse(argv: string[]) {
  const { values } = parseArgs({
    args: argv,
    options: {
      help: { type: 'boolean', short: 'h' },
      data: { type: 'string' },
      out: { type: 'string', default: join(root, 'models/artifacts') },
      'train-share': { type: 'string', default: '0.7' },
      seed: { type: 'string', default: '1' },
      'keep-networks': { type: 'boolean', default: false },
    },
  })
  if (values.help === true) return 'help'
  if (values.data === undefined) throw new UsageError(`Which data? ${usage}`)
  const [trainShare, seed] = [Number(values['train-share']), Number(values.seed)]
  if (!(trainShare >= 0.2 && trainShare <= 0.9)) throw new UsageError('--train-share takes a number from 0.2 to 0.9.')
  if (!Number.isInteger(seed) || seed < 0) throw new UsageError('--seed takes a whole number.')
  return {
    folder: values.data,
    out: values.out,
    settings: { trainShare, seed, ...(values['keep-networks'] ? { keepNetworks: true as const } : {}) },
  }
}

/** One line on a terminal that is written over; a line each where standard error is no terminal. */
function progressLine(): { say: (line: string) => void; done: () => void } {
  const { stderr } = process
  if (stderr.isTTY !== true) return { say: (line) => console.error(line), done: () => undefined }
  return { say: (line) => stderr.write(`\r\x1b[K${line}`), done: () => stderr.write('\r\x1b[K') }
}

function manifestOf({ entries }: TrainingData, settings: TrainingSettings): string {
  const files = [...entries].sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1))
  return `${canonicalJson({ files, settings: { ...settings, sampleSeconds, net: { ...netSettings } } })}\n`
}

async function main(): Promise<void> {
  const options = parse(process.argv.slice(2))
  if (options === 'help') return console.log(usage)
  const { folder, out, settings } = options
  const progress = progressLine()
  const data = await readTrainingData(folder, progress.say)
  for (const asset of data.assets) refuseLeaks(asset, settings.seed)
  const trained = await trainModels(data, settings, progress.say)
  progress.say('measuring against the baselines')
  const artifacts = trained.volatility.map(({ artifact }) => artifact)
  const scores = {
    volatility: data.assets.flatMap((asset) =>
      artifacts.flatMap((artifact) => scoreVolatility(asset, artifact, settings.trainShare)),
    ),
    slippage: scoreSlippage(data.assets, { volatility: artifacts, slippage: trained.slippage }, settings.trainShare),
  }
  const volatility = []
  for (const { artifact, net } of trained.volatility) {
    volatility.push({ artifact, layers: net === null ? null : await layersFile(net.model) })
  }
  writeArtifacts(out, {
    volatility,
    slippage: trained.slippage,
    manifest: manifestOf(data, settings),
    cards: [
      { name: 'volatility', text: volatilityCard(data, settings, trained, scores.volatility) },
      { name: 'slippage', text: slippageCard(data, settings, trained, scores.slippage) },
    ],
  })
  const result = readArtifacts(root, out)
  if (out === join(root, 'models/artifacts')) {
    mkdirSync(join(root, 'models/generated'), { recursive: true })
    writeFileSync(join(root, 'models/generated/artifacts.ts'), artifactsModule(result))
  }
  progress.done()
  const { modelId, weightsHash, manifestHash, codeHash } = result
  console.log(`model    ${modelId}\nweights  ${weightsHash}\nmanifest ${manifestHash}\ncode     ${codeHash}\n${out}`)
}

try {
  await main()
} catch (error) {
  const expected = [UsageError, UnusableData, UnreadableCandles].some((kind) => error instanceof kind)
  if (expected || (error instanceof Error && 'code' in error)) {
    console.error((error as Error).message)
    process.exit(1)
  }
  throw error
}
