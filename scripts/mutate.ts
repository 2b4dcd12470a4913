// `npm run mutate`: makes one small mistake at a time in the guards and asks the tests to notice. What no test notices must
// be justified in contracts/test/mutation-survivors.json.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { didNotCompile, isTooDeep, runForge } from './prove/forge.ts'
import { applied, type Mutant, mutantsOf } from './prove/mutants.ts'
import { judge, type Outcome, readJustifications, type Tried } from './prove/survivors.ts'
import { measurements, openWorkbench, twinOf, type Workbench } from './prove/workbench.ts'

const usage = `npm run mutate [-- options]
  --file NAME     only this source (repeatable): a path below contracts/, or the end of one
  --all           beside the guards: vault, oracle, router, registry and factory
  --workers N     how many at a time (2)
  --resume        do not repeat what the last run killed in unchanged sources
  --list          only say how many mutants there are
  --json          the result as JSON on standard output, progress on standard error`

const root = join(import.meta.dirname, '..')
const contracts = join(root, 'contracts')
const justified = join(contracts, 'test/mutation-survivors.json')
const results = join(root, '.portcullis/mutation/results.json')
const campaigns = 'test/invariants/*'
/** What the guards' own tests do without. Forge looks through all there is before each run, so that less is quicker. */
const elsewhere = [
  ...['Approvals', 'Lens', 'ModelRegistry', 'Router', 'Vault', 'VaultFactory', 'VaultReading'].map(
    (name) => `src/${name}.sol`,
  ),
  ...[
    'attacks',
    'invariants',
    'oracle',
    'vault',
    'support/CrashWorld.sol',
    'support/Doors.sol',
    'support/RouterWorld.sol',
    'support/World.sol',
  ].map((path) => `test/${path}`),
  ...['Lens', 'LensState', 'ModelRegistry', 'PriceOracle', 'Router', 'RouterHostile', 'RouterTokens'].map(
    (name) => `test/${name}.t.sol`,
  ),
  ...['TypedDataVectors', 'VaultFactory'].map((name) => `test/${name}.t.sol`),
  'devnet',
]

/** The guards and their own tests, and everything: the latter is only asked about what the former let pass. */
interface Benches {
  guards: Workbench
  whole: Workbench
}

interface Task {
  file: string
  source: string
  digest: string
  mutant: Mutant
}

interface Result extends Tried {
  /** Of the source without the mistake. */
  digest: string
}

function chosenFiles(names: string[], all: boolean): string[] {
  const sources = readdirSync(join(contracts, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.sol') && !path.startsWith('interfaces/'))
    .map((path) => `src/${path}`)
    .sort()
  if (names.length === 0) return sources.filter((path) => all || path.startsWith('src/guards/'))
  const chosen = sources.filter((path) => names.some((name) => path === name || `/${path}`.endsWith(`/${name}`)))
  if (chosen.length === 0) throw new Error(`No source in contracts/src/ is called ${names.join(' or ')}.`)
  return chosen
}

function lastResults(): Result[] {
  try {
    return JSON.parse(readFileSync(results, 'utf8'))
  } catch {
    return []
  }
}

/** Writes down what was tried, and leaves what is written of other files. */
function keep(tried: Result[]): void {
  const files = new Set(tried.map(({ file }) => file))
  const others = lastResults().filter(({ file }) => !files.has(file))
  mkdirSync(dirname(results), { recursive: true })
  writeFileSync(results, `${JSON.stringify([...others, ...tried])}\n`)
}

/** Without the IR a mutant is built in seconds; with it, where the contracts are too deep otherwise, in a quarter of a minute. */
async function openWhole(signal: AbortSignal): Promise<Workbench> {
  const bench = openWorkbench({ plain: true, without: measurements })
  const build = await runForge(['build'], { directory: bench.directory, signal })
  if (signal.aborted || !isTooDeep(build)) return bench
  bench.remove()
  console.error('too deep without the IR: every mutant takes longer to build')
  return openWorkbench({ plain: false, without: measurements })
}

async function openBenches(signal: AbortSignal): Promise<Benches> {
  const whole = await openWhole(signal)
  return { whole, guards: openWorkbench({ plain: true, without: [...measurements, ...elsewhere] }) }
}

const twinsOf = ({ guards, whole }: Benches): Benches => ({ guards: twinOf(guards), whole: twinOf(whole) })

function close({ guards, whole }: Benches): void {
  guards.remove()
  whole.remove()
}

/** Builds and runs everything once without a mistake; resolves to the seconds a test run takes. */
async function baseline({ guards, whole }: Benches, signal: AbortSignal): Promise<number> {
  for (const [bench, ...filter] of [[guards] as const, [whole, '--no-match-path', campaigns] as const]) {
    const { code, output } = await runForge(['test', ...filter], { directory: bench.directory, signal })
    if (signal.aborted) return 0
    if (code !== 0) throw new Error(`The tests fail without any mistake:\n${output.trim().slice(-3000)}`)
  }
  const started = Date.now()
  const { code, output } = await runForge(['test', '--match-path', campaigns], { ...shortCampaign(whole), signal })
  if (code !== 0 && !signal.aborted)
    throw new Error(`The campaign fails without any mistake:\n${output.trim().slice(-3000)}`)
  return (Date.now() - started) / 1000
}

function shortCampaign({ directory }: Workbench) {
  return { directory, environment: { FOUNDRY_INVARIANT_RUNS: '6', FOUNDRY_INVARIANT_DEPTH: '100' } }
}

/** The campaign is the slow one: it is only asked about what all other tests let pass. */
async function attempt({ guards, whole }: Benches, task: Task, limit: number, signal: AbortSignal): Promise<Outcome> {
  const stages: readonly (readonly [Workbench, ...string[]])[] = [
    [guards],
    [whole, '--no-match-path', 'test/{guards,invariants}/*'],
    [whole, '--match-path', campaigns],
  ]
  const places = [guards, whole].map(({ directory }) => join(directory, task.file)).filter((path) => existsSync(path))
  for (const path of places) writeFileSync(path, applied(task.source, task.mutant))
  try {
    for (const [bench, ...filter] of stages) {
      const arguments_ = ['test', '--fail-fast', '--threads', '1', ...filter]
      const run = await runForge(arguments_, { ...shortCampaign(bench), limit, signal })
      if (run.timedOut) return 'timed out'
      if (didNotCompile(run)) return 'not compiling'
      if (run.code !== 0) return 'killed'
    }
    return 'survived'
  } finally {
    for (const path of places) writeFileSync(path, task.source)
  }
}

function lineOf({ file, mutant, outcome }: Tried): string {
  return `${outcome.padEnd(13)} ${file}:${mutant.line} ${mutant.operator}${mutant.within === '' ? '' : ` in ${mutant.within}`}`
}

/** Prints the verdict; whether nothing is left to explain. */
function report(tried: Tried[], planned: number, asJson: boolean): boolean {
  const count = (outcome: Outcome) => tried.filter((one) => one.outcome === outcome).length
  const { unexplained, explained, stale } = judge(tried, readJustifications(readFileSync(justified, 'utf8')))
  const counts = {
    mutants: planned,
    tried: tried.length,
    killed: count('killed'),
    timedOut: count('timed out'),
    notCompiling: count('not compiling'),
    survived: count('survived'),
  }
  const plain = ({ file, mutant: { line, within, original, mutant } }: Tried) => ({
    file,
    line,
    within,
    original,
    mutant,
  })
  if (asJson) {
    const survivors = explained.map(({ tried: one, reason }) => ({ ...plain(one), reason }))
    console.log(
      JSON.stringify({ ...counts, unexplained: unexplained.map(plain), justified: survivors, stale }, null, 2),
    )
  } else {
    for (const { file, mutant } of unexplained)
      console.log(`\nsurvived ${file}:${mutant.line}\n  - ${mutant.original}\n  + ${mutant.mutant}`)
    for (const { tried: one, reason } of explained) console.log(`\njustified ${one.file}:${one.mutant.line}: ${reason}`)
    for (const entry of stale) console.log(`\nstale justification: ${entry.file} ${entry.within}: ${entry.mutant}`)
    console.log(
      `\n${counts.tried} of ${planned} mutants tried: ${counts.killed} killed, ${counts.timedOut} timed out, ${counts.notCompiling} not compiling, ${counts.survived} survived (${explained.length} justified, ${unexplained.length} not)`,
    )
  }
  return unexplained.length === 0 && stale.length === 0
}

/** Tries every task, `workers` at a time, one file after the other so that little is compiled twice. */
async function tryAll(tasks: Task[], workers: number, before: Result[], signal: AbortSignal): Promise<Result[]> {
  const tried = [...before]
  if (tasks.length === 0) return tried
  console.error('building, and running the tests without a mistake …')
  const first = await openBenches(signal)
  const benches = [first]
  try {
    const seconds = await baseline(first, signal)
    while (benches.length < workers && !signal.aborted) benches.push(twinsOf(first))
    const limit = 120 + 10 * seconds
    const queue = [...tasks]
    const work = async (mine: Benches) => {
      for (let task = queue.shift(); task !== undefined && !signal.aborted; task = queue.shift()) {
        const outcome = await attempt(mine, task, limit, signal)
        if (signal.aborted) return
        const result = { file: task.file, digest: task.digest, mutant: task.mutant, outcome }
        tried.push(result)
        keep(tried)
        console.error(`${String(tried.length).padStart(5)}/${tasks.length + before.length} ${lineOf(result)}`)
      }
    }
    await Promise.all(benches.map(work))
    return tried
  } finally {
    for (const one of benches) close(one)
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      file: { type: 'string', multiple: true, default: [] },
      all: { type: 'boolean', default: false },
      workers: { type: 'string', default: '2' },
      resume: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(usage)
    return 0
  }
  const workers = Number(values.workers)
  if (!Number.isInteger(workers) || workers < 1) throw new Error('--workers takes a whole number above zero.')
  const planned: Task[] = chosenFiles(values.file, values.all).flatMap((file) => {
    const source = readFileSync(join(contracts, file), 'utf8')
    const digest = createHash('sha256').update(source).digest('hex')
    return mutantsOf(source).map((mutant) => ({ file, source, digest, mutant }))
  })
  if (values.list) {
    for (const { file, mutant } of planned) console.log(`${file}:${mutant.line} ${mutant.operator}: ${mutant.mutant}`)
    console.log(`${planned.length} mutants`)
    return 0
  }
  const same = (task: Task, result: Result) =>
    task.file === result.file &&
    task.digest === result.digest &&
    JSON.stringify(task.mutant) === JSON.stringify(result.mutant)
  const killed = values.resume ? lastResults().filter(({ outcome }) => outcome !== 'survived') : []
  const known = killed.filter((result) => planned.some((task) => same(task, result)))
  const open = planned.filter((task) => !known.some((result) => same(task, result)))
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  process.once('SIGTERM', () => stop.abort())
  const tried = await tryAll(open, workers, known, stop.signal)
  const isSettled = report(tried, planned.length, values.json)
  if (stop.signal.aborted) {
    console.error('Stopped before the end; --resume goes on from here.')
    return 130
  }
  return isSettled ? 0 : 1
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 2
}
