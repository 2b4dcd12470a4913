// What one tick costs, stage by stage: CPU of the workerd process (user and system, from /proc, so on Linux only), RPC
// round trips and bytes both ways. Each stage is repeated inside workerd against the local chain at a standing block.
import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Hash } from 'viem'
import { executorAddress } from '../../workers/agent/signers/local.ts'
import { startDevnet } from '../devnet/devnet.ts'
import { deployTreasury } from '../devnet/treasury.ts'
import { apiClient } from '../local/api-client.ts'
import { workerBindings } from '../local/bindings.ts'
import { demonstrationOf } from '../local/demonstration.ts'
import { openParentOrder } from '../local/parent-order.ts'
import { bundleWorker, type LocalWorker, startLocalWorker } from '../local/worker.ts'
import { type Bench, table } from './bench.ts'

const folder = join(import.meta.dirname, '../../.portcullis/bench/tick')
const seed = `0x${'31'.repeat(32)}` as const
const adminKey = 'pk_bench'

/**
 * How often each stage is repeated in one request, and how many requests: enough for the 10 ms grain of /proc, and few
 * enough that the agent's own share of requests to a provider (a token bucket) is not used up within one.
 */
const stages = {
  observe: { repetitions: 8, requests: 8 },
  decide: { repetitions: 100, requests: 3 },
  simulate: { repetitions: 20, requests: 6 },
  sign: { repetitions: 100, requests: 3 },
  log: { repetitions: 100, requests: 3 },
}
type Stage = keyof typeof stages
/** Until the token bucket is full again. */
const pauseMilliseconds = 2200

interface StageResult {
  stage: Stage
  repetitions: number
  /** Milliseconds of CPU of the workerd process per repetition. */
  cpuMilliseconds: number
  wallMilliseconds: number
  roundTrips: number
  bytes: number
}

interface TickResult {
  stages: StageResult[]
  /** Sum over a tick: observe, decide, simulate twice, sign, log. */
  total: { cpuMilliseconds: number; roundTrips: number; bytes: number }
}

/** How often a trading tick goes through each stage. */
const timesPerTick: Record<Stage, number> = { observe: 1, decide: 1, simulate: 2, sign: 1, log: 1 }

async function withChain<T>(work: (worker: LocalWorker, strategyId: Hash) => Promise<T>): Promise<T> {
  rmSync(folder, { recursive: true, force: true })
  const devnet = await startDevnet({ port: 0, market: false })
  try {
    const executor = (vault: `0x${string}`) => executorAddress(seed, 1, devnet.chain.id, vault, 1)
    const { vault } = await deployTreasury(devnet, { executor })
    const worker = await startLocalWorker(await bundleWorker(folder, { entry: 'scripts/bench/tick-worker.ts' }), {
      port: 0,
      persistencePath: null,
      bindings: await workerBindings(devnet, { executorSeed: seed, adminKey }),
      onLog: () => {},
    })
    try {
      const api = apiClient(worker.url, adminKey)
      await api.post('/v1/vaults', { address: vault, name: 'Bench' })
      const terms = { ...demonstrationOf(devnet.chain, true), slices: 5, intervalSeconds: 60, slippageBps: 50 }
      const order = await openParentOrder(api, devnet, vault, terms)
      await devnet.control.setAutomine(false)
      // The agent finds the mandate before the first slice is due, and takes none of it itself.
      await worker.fireCron(order.start - 120)
      while ((await devnet.chainTime()) < order.start) await devnet.control.mine()
      return await work(worker, order.strategyId)
    } finally {
      await worker.stop()
    }
  } finally {
    await devnet.stop()
  }
}

/** CPU so far of the workerd processes this one started, milliseconds. */
function workerdCpu(): number {
  const pids = execFileSync('pgrep', ['-P', String(process.pid), 'workerd'], { encoding: 'utf8' })
    .trim()
    .split('\n')
  const ticks = pids.map((pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return Number(fields[11]) + Number(fields[12])
  })
  const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
  return (ticks.reduce((sum, count) => sum + count, 0) * 1000) / ticksPerSecond
}

async function measure(worker: LocalWorker, strategyId: Hash, stage: Stage): Promise<StageResult> {
  const { repetitions, requests } = stages[stage]
  const once = async () => {
    await delay(pauseMilliseconds)
    const cpuBefore = workerdCpu()
    const started = performance.now()
    const response = await fetch(`${worker.url}/bench/${stage}?strategy=${strategyId}&count=${repetitions}`)
    if (!response.ok) throw new Error(`The stage ${stage} failed: ${(await response.text()).split('\n')[0]}`)
    const moved = (await response.json()) as { roundTrips: number; bytes: number }
    return { ...moved, wall: performance.now() - started, cpu: workerdCpu() - cpuBefore }
  }
  await once() // warms up
  const total = { roundTrips: 0, bytes: 0, wall: 0, cpu: 0 }
  for (let request = 0; request < requests; request++) {
    const part = await once()
    for (const key of ['roundTrips', 'bytes', 'wall', 'cpu'] as const) total[key] += part[key]
  }
  const count = repetitions * requests
  const per = (value: number, digits: number) => Number((value / count).toFixed(digits))
  return {
    stage,
    repetitions: count,
    cpuMilliseconds: per(total.cpu, 3),
    wallMilliseconds: per(total.wall, 3),
    roundTrips: per(total.roundTrips, 2),
    bytes: per(total.bytes, 0),
  }
}

export const bench: Bench<TickResult> = {
  run: ({ progress }) =>
    withChain(async (worker, strategyId) => {
      const results: StageResult[] = []
      for (const stage of Object.keys(stages) as Stage[]) {
        progress(`${stage} ...`)
        results.push(await measure(worker, strategyId, stage))
      }
      const sum = (pick: (result: StageResult) => number) =>
        Number(results.reduce((total, result) => total + pick(result) * timesPerTick[result.stage], 0).toFixed(3))
      return {
        stages: results,
        total: {
          cpuMilliseconds: sum(({ cpuMilliseconds }) => cpuMilliseconds),
          roundTrips: sum(({ roundTrips }) => roundTrips),
          bytes: sum(({ bytes }) => bytes),
        },
      }
    }),
  format: ({ stages: rows, total }) =>
    table([
      ['stage', 'CPU ms', 'wall ms', 'round trips', 'bytes'],
      ...rows.map((row) => [
        row.stage,
        row.cpuMilliseconds.toFixed(2),
        row.wallMilliseconds.toFixed(2),
        String(row.roundTrips),
        String(row.bytes),
      ]),
      ['a trading tick', total.cpuMilliseconds.toFixed(2), '', String(total.roundTrips), String(total.bytes)],
    ]),
}
