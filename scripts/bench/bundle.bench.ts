// What is uploaded, and what it costs to start: the worker as `wrangler deploy` bundles it, profiled by
// `wrangler check startup` (local CPU; compare ratios, not milliseconds, across machines).
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type Bench, median, table } from './bench.ts'
import { startupMilliseconds, uploadBundle } from './startup.ts'

const root = join(import.meta.dirname, '../..')
const folder = join(root, '.portcullis/bench/bundle')
const startupRuns = 5

interface BundleResult {
  uploadKiB: number
  gzipKiB: number
  startupMilliseconds: number
  startupRuns: number[]
  budget: { uploadKiB: number; startupMilliseconds: number }
}

export const bench: Bench<BundleResult> = {
  async run({ progress }) {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    progress('bundling ...')
    const bundle = await uploadBundle(folder)
    const script = readFileSync(join(folder, 'index.js'))
    const runs: number[] = []
    for (let index = 1; index <= startupRuns; index++) {
      progress(`start-up ${index} of ${startupRuns} ...`)
      runs.push(await startupMilliseconds(bundle, join(folder, `startup-${index}.cpuprofile`)))
    }
    return {
      uploadKiB: Number((script.length / 1024).toFixed(1)),
      gzipKiB: Number((gzipSync(script).length / 1024).toFixed(1)),
      startupMilliseconds: median(runs),
      startupRuns: runs,
      budget: { uploadKiB: 2048, startupMilliseconds: 150 },
    }
  },
  format: (result) =>
    table([
      ['worker bundle', 'figure', 'budget'],
      ['upload, KiB', String(result.uploadKiB), String(result.budget.uploadKiB)],
      ['gzip, KiB', String(result.gzipKiB), ''],
      ['start-up, ms (median)', String(result.startupMilliseconds), String(result.budget.startupMilliseconds)],
    ]),
}
