// The solver inside workerd. Its clock stands still within a request, so the time of many rounds less the time of none is
// taken from outside and divided.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { unstable_getMiniflareWorkerOptions as workerOptionsFrom } from 'wrangler'
import type { RouteRequest } from '../../../shared/routing/route.ts'
import { bundleWorker } from '../../local/worker.ts'
import { median } from '../bench.ts'
import { type BenchCase, type CaseClass, classOf, requestOf } from './cases.ts'
import { textOf } from './request-text.ts'

const folder = join(import.meta.dirname, '../../../.portcullis/bench/routing')
const configuration = join(import.meta.dirname, 'plan-worker.toml')
/** Enough to be told from the noise of a request. */
const leastMilliseconds = 40
const repetitions = 3
/** Of every case, before the first is measured. */
const warmUps = 100
const freshWorkers = 5

export interface InWorkerd {
  /** Warm, mean milliseconds of one plan, garbage collection included: on the same pools, and on new ones with the same ticks. */
  plans: { class: CaseClass; cpuMs: number; newBlockMs: number }[]
  /** The first plan of a fresh isolate, milliseconds, median. */
  firstCall: { class: CaseClass; callMs: number }[]
}

type Mode = 'same' | 'fresh'

interface PlanWorker {
  /** Milliseconds of a request that plans so many times. */
  time(index: number, rounds: number, mode: Mode): Promise<number>
  stop(): Promise<void>
}

/** @param fresh cases that are each the first of an isolate of their own */
export async function measureInWorkerd(
  cases: readonly BenchCase[],
  fresh: readonly BenchCase[],
  progress: (line: string) => void,
): Promise<InWorkerd> {
  progress('bundling a worker ...')
  rmSync(folder, { recursive: true, force: true })
  const script = await bundleWorker(folder, { entry: join(import.meta.dirname, 'plan-worker.ts'), configuration })
  progress('first plans of fresh isolates ...')
  const firstCall: InWorkerd['firstCall'] = []
  for (const trade of fresh) {
    firstCall.push({ class: classOf(trade), callMs: await firstPlan(script, requestOf(trade)) })
  }
  progress(`${cases.length} cases inside workerd ...`)
  return { plans: await warmPlans(script, cases), firstCall }
}

async function warmPlans(script: string, cases: readonly BenchCase[]): Promise<InWorkerd['plans']> {
  const worker = await start(script, cases.map(requestOf))
  try {
    for (const index of cases.keys()) await worker.time(index, warmUps, 'fresh')
    const plans: InWorkerd['plans'] = []
    for (const [index, trade] of cases.entries()) {
      const cpuMs = await perRound(worker, index, 'same')
      plans.push({ class: classOf(trade), cpuMs, newBlockMs: await perRound(worker, index, 'fresh') })
    }
    return plans
  } finally {
    await worker.stop()
  }
}

async function start(script: string, requests: readonly RouteRequest[]): Promise<PlanWorker> {
  const { workerOptions } = workerOptionsFrom(configuration)
  const { modulesRules: _rules, ...declared } = workerOptions
  const options = { ...declared, name: 'plan', modules: true, modulesRoot: folder, scriptPath: script }
  const converted = await convertV4MiniflareOptions({ workers: [options] })
  const miniflare = new Miniflare({ ...converted, host: '127.0.0.1', port: 0 })
  const url = String(await miniflare.ready).replace(/\/$/, '')
  const loaded = await fetch(`${url}/requests`, { method: 'POST', body: textOf(requests) })
  if ((await loaded.text()) !== String(requests.length)) throw new Error('The worker of the bench lost its requests.')
  return {
    time: async (index, rounds, mode) => {
      const query = new URLSearchParams({
        index: String(index),
        rounds: String(rounds),
        fresh: mode === 'fresh' ? '1' : '0',
      })
      const started = performance.now()
      const response = await fetch(`${url}/plan?${query}`)
      const text = await response.text()
      const elapsed = performance.now() - started
      if (!response.ok) throw new Error(`The worker of the bench failed: ${text.split('\n')[0]}`)
      return elapsed
    },
    stop: () => miniflare.dispose(),
  }
}

async function perRound(worker: PlanWorker, index: number, mode: Mode): Promise<number> {
  let rounds = 16
  while ((await worker.time(index, rounds, mode)) < leastMilliseconds) rounds *= 2
  const loaded: number[] = []
  const empty: number[] = []
  for (let repetition = 0; repetition < repetitions; repetition++) {
    loaded.push(await worker.time(index, rounds, mode))
    empty.push(await worker.time(index, 0, mode))
  }
  return (median(loaded) - median(empty)) / rounds
}

async function firstPlan(script: string, request: RouteRequest): Promise<number> {
  const milliseconds: number[] = []
  for (let run = 0; run < freshWorkers; run++) {
    const worker = await start(script, [request])
    try {
      const empty: number[] = []
      for (let index = 0; index < 20; index++) empty.push(await worker.time(0, 0, 'same'))
      milliseconds.push((await worker.time(0, 1, 'same')) - median(empty))
    } finally {
      await worker.stop()
    }
  }
  return median(milliseconds)
}
