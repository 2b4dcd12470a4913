// `npm run chaos -- --ticks N --seed S`: random faults against the whole path, and what must hold through all of them.
import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import type { ChaosReport, Progress } from './chaos/report.ts'
import { playMutations, playSeason, type Season } from './chaos/season.ts'
import { addUp, table } from './chaos/summary.ts'

const usage = `npm run chaos [-- options]
  --ticks N      cron minutes and deliveries of slices in all (1000)
  --seed TEXT    the same seed gives the same faults (random)
  --season N     ticks of one vault, on a chain of its own; more are split (1000)
  --jobs N       seasons at a time (1); what happens in them is the same
  --mutations    plants mistakes into the ledger's calls, one after the other, and sees that each is found
  --json         the result as JSON on standard output, progress on standard error`

interface Plan {
  ticks: number
  seed: string
  season: number
  jobs: number
  json: boolean
  mutations: boolean
}

function readPlan(): Plan | null {
  const { values } = parseArgs({
    options: {
      ticks: { type: 'string', default: '1000' },
      seed: { type: 'string', default: randomBytes(4).toString('hex') },
      season: { type: 'string', default: '1000' },
      jobs: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
      mutations: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help === true) return null
  const whole = (name: 'ticks' | 'season' | 'jobs') => {
    const number = Number(values[name])
    if (!Number.isSafeInteger(number) || number < 1) throw new Error(`--${name} takes a whole number above zero.`)
    return number
  }
  return {
    ticks: whole('ticks'),
    season: whole('season'),
    jobs: whole('jobs'),
    seed: values.seed,
    json: values.json,
    mutations: values.mutations,
  }
}

/** One season under the seed itself, or several under seeds that follow from it. */
function seasonsOf({ ticks, season, seed }: Plan): Season[] {
  const count = Math.ceil(ticks / season)
  if (count === 1) return [{ seed, ticks }]
  return Array.from({ length: count }, (_, index) => ({
    seed: `${seed}.${index + 1}`,
    ticks: Math.min(season, ticks - index * season),
  }))
}

/** Plays the seasons, some at a time; none is begun once one was broken. Reports come in the order of the seasons. */
async function play(plan: Plan, signal: AbortSignal): Promise<{ reports: ChaosReport[]; seconds: number }> {
  const started = Date.now()
  const waiting = [...seasonsOf(plan).entries()]
  const reports = new Map<number, ChaosReport>()
  const progress = new Map<number, Progress>()
  let said = 0
  const tell = () => {
    if (Date.now() - said < 5_000) return
    said = Date.now()
    const sum = (count: (one: Progress) => number) => [...progress.values()].reduce((all, one) => all + count(one), 0)
    const counts = `${sum(({ faults }) => faults)} faults, ${sum(({ violations }) => violations.length)} violations`
    console.error(
      `${Math.round((said - started) / 1000)} s: ${sum(({ ticks }) => ticks)} of ${plan.ticks} ticks, ${counts}`,
    )
  }
  const isBroken = () => [...reports.values()].some(({ violations }) => violations.length > 0)
  const player = async () => {
    for (let next = waiting.shift(); next !== undefined && !isBroken(); next = waiting.shift()) {
      const [place, season] = next
      const hear = (heard: Progress) => {
        progress.set(place, heard)
        tell()
      }
      reports.set(place, await playSeason(season, hear, signal))
    }
  }
  await Promise.all(Array.from({ length: plan.jobs }, player))
  const inOrder = [...reports].sort(([a], [b]) => a - b).map(([, report]) => report)
  return { reports: inOrder, seconds: (Date.now() - started) / 1000 }
}

function describeFailure({ seed, ticks, violations, trail }: ChaosReport): string {
  const broken = violations.map(({ rule, sentence, tick }) => `  tick ${tick}: ${rule}: ${sentence}`)
  return [
    'What happened before:',
    ...trail.slice(-80),
    '',
    `Broken under seed ${seed}:`,
    ...broken,
    `Replay: npm run chaos -- --ticks ${ticks} --seed ${seed}`,
  ].join('\n')
}

async function main(): Promise<number> {
  const plan = readPlan()
  if (plan === null) {
    console.log(usage)
    return 0
  }
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  if (plan.mutations) return playMutations(stop.signal)
  console.error(`Seed ${plan.seed}, ${plan.ticks} ticks`)
  const { reports, seconds } = await play(plan, stop.signal)
  const total = addUp(plan.seed, reports)
  const failed = reports.find(({ violations }) => violations.length > 0)
  if (plan.json) console.log(JSON.stringify({ ...total, seconds, violations: failed?.violations ?? [] }))
  else console.log(table(total, seconds))
  if (failed !== undefined) console.error(`\n${describeFailure(failed)}`)
  else console.error('\nNothing was broken.')
  return failed === undefined ? 0 : 1
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
