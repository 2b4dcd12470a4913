// The models against everything they should beat, on the last part of any folder of SYMBOL_5m.csv[.xz], and what a forecast costs.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { measure } from '../../models/market/measure.ts'
import { readArtifacts } from '../artifacts/store.ts'
import { type SlippageScore, scoreSlippage } from '../evaluation/slippage.ts'
import { scoreVolatility, type VolatilityScore } from '../evaluation/volatility.ts'
import { splitOf, timesBetween } from '../training/asset.ts'
import { readTrainingData } from '../training/data.ts'
import { type Bench, table } from './bench.ts'
import { overlapsOf } from './models/overlaps.ts'
import { measureServing, type Serving } from './models/serving.ts'

const root = join(import.meta.dirname, '../..')
const usage =
  'Usage: npm run bench -- models --data DIR [--artifacts DIR] [--train-share SHARE] [--no-serving] [--json]'

interface ModelsResult {
  /** Of the artifacts that were measured. */
  modelId: string
  volatility: VolatilityScore[]
  slippage: SlippageScore[]
  slippageByAsset: (SlippageScore & { asset: string })[]
  /** Null where it was not asked for. */
  serving: Serving | null
  /** Sentences on what the figures are not. */
  warnings: string[]
}

function parse(argv: readonly string[]) {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      data: { type: 'string' },
      artifacts: { type: 'string', default: join(root, 'models/artifacts') },
      'train-share': { type: 'string', default: '0.7' },
      'no-serving': { type: 'boolean', default: false },
    },
  })
  const trainShare = Number(values['train-share'])
  if (values.data === undefined) throw new Error(`Which data? ${usage}`)
  if (!(trainShare >= 0.2 && trainShare <= 0.9))
    throw new Error(`--train-share takes a number from 0.2 to 0.9. ${usage}`)
  return { folder: values.data, artifacts: values.artifacts, trainShare, serving: !values['no-serving'] }
}

export const bench: Bench<ModelsResult> = {
  async run({ arguments: argv, progress }) {
    const options = parse(argv)
    const model = readArtifacts(root, options.artifacts)
    const data = await readTrainingData(options.folder, progress)
    const warnings = overlapsOf(data, options.artifacts, options.trainShare)
    for (const warning of warnings) progress(warning)
    const volatility: VolatilityScore[] = []
    for (const asset of data.assets) {
      for (const artifact of model.volatility) {
        progress(`${asset.symbol}: volatility, ${artifact.hours} h`)
        volatility.push(...scoreVolatility(asset, artifact, options.trainShare))
      }
    }
    progress('slippage')
    const slippage = scoreSlippage(data.assets, model, options.trainShare)
    const histories = data.assets.flatMap((asset) => {
      const first = splitOf(asset, options.trainShare)
      return timesBetween(first, first + 250 * 3600, 3600).map((time) => ({
        time,
        history: measure(asset.candles, time),
      }))
    })
    const serving = options.serving ? await measureServing(histories, progress) : null
    const { modelId } = model
    return { modelId, volatility, slippage: slippage.all, slippageByAsset: slippage.byAsset, serving, warnings }
  },
  format: ({ modelId, volatility, slippageByAsset, serving, warnings }) =>
    [
      `model ${modelId}`,
      volatilityTable(volatility),
      slippageTable(slippageByAsset),
      ...(serving === null ? [] : [servingTable(serving)]),
      ...warnings,
    ].join('\n\n'),
}

function volatilityTable(scores: readonly VolatilityScore[]): string {
  const rows = scores.map((score) => {
    const har = scores.find(
      ({ asset, horizonHours, model }) =>
        asset === score.asset && horizonHours === score.horizonHours && model === 'HAR-RV',
    )
    const change = ((score.qlike / (har?.qlike ?? Number.NaN) - 1) * 100).toFixed(1)
    return [
      ...[
        score.asset,
        String(score.horizonHours),
        score.model,
        score.qlike.toFixed(4),
        change,
        score.mseLog.toFixed(4),
      ],
      ...[score.dmVsHar.toFixed(2), score.dmVsChallenger.toFixed(2), String(score.count)],
    ]
  })
  const heading = ['volatility', 'hours', 'model', 'QLIKE', '% of HAR', 'MSE log', 'DM HAR', 'DM challenger', 'origins']
  return table([heading, ...rows])
}

function slippageTable(scores: ModelsResult['slippageByAsset']): string {
  const rows = scores.map((score) => {
    const constant = scores.find(
      ({ asset, model, quantile }) => asset === score.asset && quantile === score.quantile && model === 'constant',
    )
    const change = ((score.pinball / (constant?.pinball ?? Number.NaN) - 1) * 100).toFixed(1)
    return [
      ...[
        score.asset,
        score.model,
        String(score.quantile),
        score.pinball.toFixed(4),
        change,
        score.coverage.toFixed(4),
      ],
      ...[score.lowestWeek.toFixed(4), score.highestWeek.toFixed(4), score.dmVsConstant.toFixed(1)],
    ]
  })
  const heading = [
    'slippage',
    'model',
    'quantile',
    'pinball bp',
    '% of constant',
    'coverage',
    'lowest week',
    'highest',
    'DM',
  ]
  return table([heading, ...rows])
}

function servingTable(serving: Serving): string {
  return table([
    ['serving in workerd', 'figure'],
    ['champion volatility, µs', serving.microseconds.toFixed(1)],
    ['challenger volatility, µs', serving.challengerMicroseconds.toFixed(1)],
    ['slippage quantiles, µs', serving.slippageMicroseconds.toFixed(1)],
    ['code of an inference, kB minified', serving.kilobytes.toFixed(1)],
    ['code of all forecasters, kB minified', serving.allKilobytes.toFixed(1)],
    ['the same gzipped', serving.allGzipKilobytes.toFixed(1)],
    ['weights, kB', serving.weightsKilobytes.toFixed(1)],
    ['start-up, ms', serving.startupMs.toFixed(1)],
  ])
}
