// `npm test`: every check there is, in the order that fails soonest. The last line reads `N passed, N failed`.
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { foundryBinary } from './foundry.ts'
import { differences, measuredIn, notedIn, type Snapshots } from './prove/snapshots.ts'

interface Count {
  passed: number
  failed: number
}

const root = join(import.meta.dirname, '..')
const reports = join(root, '.portcullis/test')

/** Runs a command with its output shown; resolves to its exit code. */
function run(command: string, args: string[], cwd = root): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] })
    child.on('error', (error) => {
      console.error(`${command} could not be started: ${error.message}`)
      resolve(127)
    })
    child.on('close', (code) => resolve(code ?? 1))
  })
}

/** Runs a command and keeps what it prints on standard output. */
function capture(command: string, args: string[], cwd: string, environment = {}): Promise<string> {
  return new Promise((resolve) => {
    const env = { ...process.env, ...environment }
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('error', () => resolve(''))
    child.on('close', () => resolve(Buffer.concat(chunks).toString('utf8')))
  })
}

async function check(command: string, args: string[], cwd = root): Promise<Count> {
  const code = await run(command, args, cwd)
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
}

interface ForgeReport {
  [suite: string]: {
    test_results: Record<string, { status: string; reason: string | null; gas_snapshots?: Snapshots }>
  }
}

/** Forge's JSON report; names every failure. A run without a report counts as one failure, and so do changed snapshots. */
async function forgeTests(): Promise<Count> {
  const contracts = join(root, 'contracts')
  const output = await capture(foundryBinary('forge'), ['test', '--json'], contracts, { FORGE_SNAPSHOT_CHECK: 'true' })
  let report: ForgeReport
  try {
    report = JSON.parse(output.slice(output.indexOf('{')))
  } catch {
    console.error('forge test gave no report: run it in contracts/ to see why.')
    return { passed: 0, failed: 1 }
  }
  const count = { passed: 0, failed: 0 }
  for (const [suite, { test_results }] of Object.entries(report)) {
    for (const [name, { status, reason }] of Object.entries(test_results)) {
      if (status === 'Success') count.passed += 1
      else {
        count.failed += 1
        console.error(`  failed: ${suite} ${name}${reason === null ? '' : `: ${reason}`}`)
      }
    }
  }
  const changed = differences(measuredIn(report), notedIn(join(contracts, 'snapshots')))
  for (const sentence of changed) console.error(`  changed: ${sentence}`)
  if (changed.length > 0) console.error('  npm run snapshots notes the new numbers.')
  count[changed.length === 0 ? 'passed' : 'failed'] += 1
  return count
}

/** Where a whole stage lost what it stands on, every further test would only wait for its time to run out. */
const mostFailures = 20

/** Vitest prints for people and writes its counts beside. */
async function vitestTests(project: string): Promise<Count> {
  const report = join(reports, `${project}.json`)
  const code = await run('vitest', [
    'run',
    `--project=${project}`,
    `--bail=${mostFailures}`,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ])
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'))
    const failed = Math.max(numFailedTests, code === 0 ? 0 : 1)
    return { passed: numPassedTests, failed }
  } catch {
    return { passed: 0, failed: 1 }
  }
}

interface Stage {
  name: string
  run: () => Promise<Count>
  /** Runs beside the stages after it, on the other core, and is waited for before one that has to be alone. */
  beside?: true
  alone?: true
}

const stages: Stage[] = [
  { name: 'types (tsc, strict)', run: () => check('tsc', ['--noEmit']) },
  { name: 'lint and format (Biome)', run: () => check('biome', ['check', '.']) },
  {
    name: 'contract format (forge fmt)',
    run: () => check(foundryBinary('forge'), ['fmt', '--check'], join(root, 'contracts')),
  },
  {
    name: 'generated files are current',
    run: () => check(process.execPath, [join(root, 'scripts/generate.ts'), '--check']),
  },
  { name: 'contracts (forge)', run: forgeTests, beside: true },
  { name: 'pure code (workerd)', run: () => vitestTests('unit') },
  { name: 'worker (workerd)', run: () => vitestTests('worker') },
  { name: 'local chain and commands (Node)', run: () => vitestTests('node') },
  { name: 'the whole path (workerd on a forked chain)', run: () => vitestTests('integration') },
  { name: 'random faults against the whole path (chaos)', run: () => vitestTests('chaos') },
  { name: 'as a user runs it (npm start)', run: () => vitestTests('end-to-end'), alone: true },
]

async function runStage({ name, run: start, beside }: Stage): Promise<Count> {
  const started = Date.now()
  console.log(`\n== ${name}${beside === true ? ': runs beside what follows' : ''}`)
  const count = await start()
  const seconds = ((Date.now() - started) / 1000).toFixed(1)
  console.log(`== ${name}: ${count.passed} passed, ${count.failed} failed (${seconds} s)`)
  return count
}

async function main(): Promise<void> {
  rmSync(reports, { recursive: true, force: true })
  mkdirSync(reports, { recursive: true })
  const only = process.argv[2]
  const chosen = only === undefined ? stages : stages.filter(({ name }) => name.includes(only))
  const counts: Promise<Count>[] = []
  for (const stage of chosen) {
    if (stage.alone === true) await Promise.all(counts)
    const count = runStage(stage)
    counts.push(count)
    if (stage.beside !== true) await count
  }
  const total = (await Promise.all(counts)).reduce(
    (sum, { passed, failed }) => ({ passed: sum.passed + passed, failed: sum.failed + failed }),
    { passed: 0, failed: 0 },
  )
  console.log(`\n${total.passed} passed, ${total.failed} failed`)
  process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1
}

await main()
