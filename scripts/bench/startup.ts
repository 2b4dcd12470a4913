import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')

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

/** Runs wrangler in the project's folder, without asking or telling anybody anything. */
export async function wrangler(...args: string[]): Promise<void> {
  await run('wrangler', args, {
    cwd: root,
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: 'true' },
    maxBuffer: 16 * 1024 * 1024,
  })
}

/** Bundles a worker as it would be uploaded; `wrangler check startup` takes the file. */
export async function uploadBundle(folder: string, ...args: string[]): Promise<string> {
  const bundle = join(folder, 'worker.bundle')
  await wrangler('deploy', ...args, '--dry-run', '--minify', '--outdir', folder, '--outfile', bundle)
  return bundle
}

/** Milliseconds of CPU that starting a bundled worker takes (local CPU: compare ratios across machines). */
export async function startupMilliseconds(bundle: string, outfile: string): Promise<number> {
  await wrangler('check', 'startup', '--worker', bundle, '--outfile', outfile)
  return Number(activeMilliseconds(JSON.parse(readFileSync(outfile, 'utf8'))).toFixed(1))
}
