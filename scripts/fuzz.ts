// `npm run fuzz -- --calls N`: the invariants' campaign for as long as one likes, on the contracts as they are deployed.
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readFailure, readRound, readTally, seedOf, type Trading } from './prove/campaign.ts'
import { runForge } from './prove/forge.ts'

const usage = `npm run fuzz [-- options]
  --calls N      at least so many calls of the handler (200000)
  --depth N      calls in one run, from the same beginning (100)
  --seed TEXT    the same seed gives the same calls (random)
  --workers N    forge processes at a time, each with seeds of its own (1)
  --json         the result as JSON on standard output, progress on standard error`

const contracts = join(import.meta.dirname, '../contracts')
const invariants = 'test/invariants/*'
/** Calls of one forge process: short enough to see progress, long enough that starting it costs nothing. */
const CALLS_PER_ROUND = 20_000

interface Total {
  calls: number
  reverts: number
  trading: Trading
  functions: Record<string, number>
  failure: { text: string; command: string } | null
}

interface Plan {
  calls: number
  depth: number
  seed: string
  workers: number
}

function readPlan(values: { calls: string; depth: string; seed: string | undefined; workers: string }): Plan {
  const whole = (name: 'calls' | 'depth' | 'workers') => {
    const number = Number(values[name])
    if (!Number.isSafeInteger(number) || number < 1) throw new Error(`--${name} takes a whole number above zero.`)
    return number
  }
  const seed = values.seed ?? randomBytes(8).toString('hex')
  return { calls: whole('calls'), depth: whole('depth'), seed, workers: whole('workers') }
}

/** How often one forge process starts from the beginning. */
function runsOf({ calls, depth, workers }: Plan): number {
  return Math.ceil(Math.min(CALLS_PER_ROUND, Math.ceil(calls / workers)) / depth)
}

/** One forge process; what it did is added to `total`. */
async function playRound(
  plan: Plan,
  runs: number,
  number: number,
  folder: string,
  total: Total,
  signal: AbortSignal,
): Promise<void> {
  const tally = join(folder, `${number}.txt`)
  const size = { FOUNDRY_INVARIANT_RUNS: String(runs), FOUNDRY_INVARIANT_DEPTH: String(plan.depth) }
  const seed = seedOf(plan.seed, number)
  const { code, output } = await runForge(['test', '--match-path', invariants, '--fuzz-seed', seed, '--threads', '1'], {
    directory: contracts,
    // A failure of an earlier round must not be played again first.
    environment: { ...size, FUZZ_TALLY: tally, FOUNDRY_INVARIANT_FAILURE_PERSIST_DIR: join(folder, String(number)) },
    signal,
  })
  if (signal.aborted) return
  const round = readRound(output)
  if (round === null) throw new Error(`forge ran no campaign:\n${output.trim().slice(-3000)}`)
  total.calls += round.calls
  total.reverts += round.reverts
  for (const [name, calls] of Object.entries(round.functions))
    total.functions[name] = (total.functions[name] ?? 0) + calls
  const { calls, trades } = readTally(textOr(tally, ''))
  total.trading.calls += calls
  total.trading.trades += trades
  if (code === 0) return
  const again = Object.entries(size).map(([name, value]) => `${name}=${value}`)
  const command = `cd contracts && ${again.join(' ')} forge test --match-path '${invariants}' --fuzz-seed ${seed}`
  total.failure = { text: readFailure(output) ?? output.trim().slice(-3000), command }
}

async function play(plan: Plan, signal: AbortSignal): Promise<Total> {
  const total: Total = { calls: 0, reverts: 0, trading: { calls: 0, trades: 0 }, functions: {}, failure: null }
  const place = join(contracts, 'cache/fuzz')
  mkdirSync(place, { recursive: true })
  const folder = mkdtempSync(join(place, 'campaign-'))
  const started = Date.now()
  let next = 0
  let underway = 0
  const work = async () => {
    while (total.calls + underway < plan.calls && total.failure === null && !signal.aborted) {
      const runs = runsOf(plan)
      underway += runs * plan.depth
      await playRound(plan, runs, next++, folder, total, signal)
      underway -= runs * plan.depth
      const pace = Math.round(total.calls / ((Date.now() - started) / 1000))
      console.error(`${total.calls}/${plan.calls} calls, ${pace} a second${shareOf(total.trading)}`)
    }
  }
  try {
    await Promise.all(Array.from({ length: plan.workers }, work))
    return total
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function shareOf({ calls, trades }: Trading): string {
  return calls === 0 ? '' : `, ${((100 * trades) / calls).toFixed(1)} % traded`
}

function textOr(path: string, fallback: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return fallback
  }
}

function report(plan: Plan, total: Total, seconds: number, asJson: boolean): void {
  if (asJson) {
    console.log(JSON.stringify({ ...plan, ...total, requested: plan.calls, seconds }, null, 2))
    return
  }
  for (const [name, calls] of Object.entries(total.functions).sort(([, one], [, other]) => other - one))
    console.log(`${String(calls).padStart(10)}  ${name}`)
  console.log(`seed ${plan.seed}: ${total.calls} calls in ${seconds.toFixed(0)} s${shareOf(total.trading)}`)
  if (total.failure !== null) console.log(`\n${total.failure.text}\n\nagain: ${total.failure.command}`)
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      calls: { type: 'string', default: '200000' },
      depth: { type: 'string', default: '100' },
      seed: { type: 'string' },
      workers: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(usage)
    return 0
  }
  const plan = readPlan({ ...values, seed: values.seed })
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  process.once('SIGTERM', () => stop.abort())
  console.error(`seed ${plan.seed}; building …`)
  const build = await runForge(['build'], { directory: contracts, signal: stop.signal })
  if (build.code !== 0) throw new Error(`The contracts do not compile:\n${build.output.trim().slice(-3000)}`)
  const started = Date.now()
  const total = await play(plan, stop.signal)
  report(plan, total, (Date.now() - started) / 1000, values.json)
  if (stop.signal.aborted) return 130
  return total.failure === null ? 0 : 1
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 2
}
