// Forecasts inside workerd. Its clock stands still within a request, so the time of many rounds less the time of none is taken
// from outside and divided.
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { unstable_getMiniflareWorkerOptions as workerOptionsFrom } from 'wrangler'
import type { PriceHistory } from '../../../shared/schema/price-history.ts'
import { median } from '../bench.ts'
import { startupMilliseconds, uploadBundle } from '../startup.ts'

const folder = join(import.meta.dirname, '../../../.portcullis/bench/models')
const configuration = join(import.meta.dirname, 'models-worker.toml')
const repetitions = 7
const startups = 5
/** Enough to be told from the noise of a request. */
const rounds = 4_000

export interface Serving {
  /** One forecast of the champion's volatility for an hour, warm, microseconds. */
  microseconds: number
  /** Of the others, warm. */
  challengerMicroseconds: number
  slippageMicroseconds: number
  /** Minified code of the champion's inference: features, calendar, evaluator, its own exp, log and tanh. */
  kilobytes: number
  /** Minified code of all forecasters, what doubts and words their forecasts included; without the weights. */
  allKilobytes: number
  allGzipKilobytes: number
  weightsKilobytes: number
  /** What the forecasters, weights included, add to the start of an empty worker; CPU, median of each. */
  startupMs: number
  startupRuns: { empty: number[]; models: number[] }
}

export async function measureServing(
  histories: readonly { time: number; history: PriceHistory }[],
  progress: (line: string) => void,
): Promise<Serving> {
  rmSync(folder, { recursive: true, force: true })
  progress('bundling workers ...')
  const [models, weights, empty] = [await bundled('models'), await bundled('weights'), await bundled('empty')]
  const inference = await bundled('inference')
  const [allBytes, weightBytes, emptyBytes, inferenceBytes] = [models, weights, empty, inference].map(({ script }) =>
    readFileSync(script),
  )
  const size = (bytes: Buffer | undefined) => (bytes?.length ?? 0) / 1024
  const packed = (bytes: Buffer | undefined) => (bytes === undefined ? 0 : gzipSync(bytes).length / 1024)
  const startupRuns: Serving['startupRuns'] = { empty: [], models: [] }
  for (let index = 1; index <= startups; index++) {
    progress(`start-up ${index} of ${startups} ...`)
    startupRuns.empty.push(await startupMilliseconds(empty.upload, join(folder, `empty-${index}.cpuprofile`)))
    startupRuns.models.push(await startupMilliseconds(models.upload, join(folder, `models-${index}.cpuprofile`)))
  }
  progress('forecasts inside workerd ...')
  const worker = await start(models.script, histories)
  try {
    return {
      microseconds: await microsecondsOf(worker, 'volatility'),
      challengerMicroseconds: await microsecondsOf(worker, 'challenger'),
      slippageMicroseconds: await microsecondsOf(worker, 'slippage'),
      kilobytes: size(inferenceBytes) - size(emptyBytes),
      allKilobytes: size(allBytes) - size(weightBytes),
      allGzipKilobytes: packed(allBytes) - packed(weightBytes),
      weightsKilobytes: size(weightBytes) - size(emptyBytes),
      startupMs: median(startupRuns.models) - median(startupRuns.empty),
      startupRuns,
    }
  } finally {
    await worker.stop()
  }
}

async function bundled(name: string): Promise<{ script: string; upload: string }> {
  const target = join(folder, name)
  mkdirSync(target, { recursive: true })
  const entry = join(import.meta.dirname, `${name}-worker.ts`)
  const upload = await uploadBundle(target, entry, '--config', configuration)
  return { script: join(target, basename(entry).replace(/\.ts$/, '.js')), upload }
}

interface ModelsWorker {
  time(kind: string, rounds: number): Promise<number>
  stop(): Promise<void>
}

async function start(
  script: string,
  histories: readonly { time: number; history: PriceHistory }[],
): Promise<ModelsWorker> {
  const { workerOptions } = workerOptionsFrom(configuration)
  const { modulesRules: _rules, ...declared } = workerOptions
  const options = { ...declared, name: 'models', modules: true, modulesRoot: join(script, '..'), scriptPath: script }
  const converted = await convertV4MiniflareOptions({ workers: [options] })
  const miniflare = new Miniflare({ ...converted, host: '127.0.0.1', port: 0 })
  const url = String(await miniflare.ready).replace(/\/$/, '')
  const loaded = await fetch(`${url}/histories`, { method: 'POST', body: JSON.stringify(histories) })
  if ((await loaded.text()) !== String(histories.length)) throw new Error('The worker of the bench lost its histories.')
  return {
    time: async (kind, asked) => {
      const started = performance.now()
      const response = await fetch(`${url}/${kind}?rounds=${asked}`)
      const text = await response.text()
      const elapsed = performance.now() - started
      if (!response.ok) throw new Error(`The worker of the bench failed: ${text.split('\n')[0]}`)
      return elapsed
    },
    stop: () => miniflare.dispose(),
  }
}

async function microsecondsOf(worker: ModelsWorker, kind: string): Promise<number> {
  await worker.time(kind, rounds)
  const loaded: number[] = []
  const empty: number[] = []
  for (let repetition = 0; repetition < repetitions; repetition++) {
    loaded.push(await worker.time(kind, rounds))
    empty.push(await worker.time(kind, 0))
  }
  return ((median(loaded) - median(empty)) / rounds) * 1000
}
