// What is uploaded, and what it costs to start: the worker as `wrangler deploy` bundles it, profiled by
// `wrangler check startup` (local CPU; compare ratios, not milliseconds, across machines).
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { type Bench, median, table } from './bench.ts'

const run = promisify(execFile)
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

interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string } }[]
  samples: number[]
  timeDeltas: number[]
}

/** Active milliseconds of a CPU profile: all samples but the idle ones. */
function activeMilliseconds(profile: CpuProfile): number {
  const idle = new Set(profile.nodes.filter(({ callFrame }) => callFrame.functionName === '(idle)').map(({ id }) => id))
  let microseconds = 0
  for (const [index, node] of profile.samples.entries()) {
    if (!idle.has(node)) microseconds += profile.timeDeltas[index] ?? 0
  }
  return microseconds / 1000
}

async function wrangler(...args: string[]): Promise<void> {
  await run('wrangler', args, {
    cwd: root,
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: 'true' },
    maxBuffer: 16 * 1024 * 1024,
  })
}

export const bench: Bench<BundleResult> = {
  async run({ progress }) {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    progress('bundling ...')
    const bundle = join(folder, 'worker.bundle')
    await wrangler('deploy', '--dry-run', '--minify', '--outdir', folder, '--outfile', bundle)
    const script = readFileSync(join(folder, 'index.js'))
    const runs: number[] = []
    for (let index = 1; index <= startupRuns; index++) {
      progress(`start-up ${index} of ${startupRuns} ...`)
      const outfile = join(folder, `startup-${index}.cpuprofile`)
      await wrangler('check', 'startup', '--worker', bundle, '--outfile', outfile)
      runs.push(Number(activeMilliseconds(JSON.parse(readFileSync(outfile, 'utf8'))).toFixed(1)))
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
