// `npm run prove:replay`: the same recorded inputs give the same bits on x64 and arm64, and on two majors of Node.
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { canonicalJson } from '../../shared/audit/canonical-json.ts'
import { UnreadableCandles } from '../data/candles.ts'
import { seededRandom } from '../devnet/random.ts'
import { UsageError } from '../local/arguments.ts'
import { UnusableData } from '../training/manifest.ts'
import { bundleRunner } from './replay/bundle.ts'
import { type Comparison, compareRuns, type Run, tableOf, whereTheyPart } from './replay/compare.ts'
import { answerOn, type Machine, MachineMissing, prepareMachines, RunFailed, runOn } from './replay/machines.ts'
import { readMarkets, syntheticMarkets } from './replay/markets.ts'
import { recordInputs } from './replay/record.ts'

const cache = join(import.meta.dirname, '../../.portcullis/nodes')
const usage = `Usage: npm run prove:replay -- [options]
  --data DIR      record inputs from every SYMBOL_5m.csv[.xz] under it; without it, from made-up markets
  --inputs N      how many (10000)
  --seed TEXT     the same seed and data give the same inputs (1)
  --nodes LIST    versions of Node, each for x64 and, emulated, for arm64 (22.23.3,24.21.0); npm has them
  --recording F   run this recording instead of making one
  --keep F        keep the recording there
  --planted       puts Math.exp in our exponential's place, to see that the proof fails
  --json          the result as JSON on standard output, progress on standard error
Emulating arm64 needs qemu-aarch64 and arm64's C and C++ libraries. Exits with 1 where a bit differs.`

interface Options {
  data: string | null
  inputs: number
  seed: string
  nodes: string[]
  recording: string | null
  keep: string | null
  planted: boolean
  json: boolean
}

function readOptions(): Options | 'help' {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', short: 'h' },
      data: { type: 'string' },
      inputs: { type: 'string', default: '10000' },
      seed: { type: 'string', default: '1' },
      nodes: { type: 'string', default: '22.23.3,24.21.0' },
      recording: { type: 'string' },
      keep: { type: 'string' },
      planted: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  if (values.help === true) return 'help'
  const inputs = Number(values.inputs)
  if (!Number.isSafeInteger(inputs) || inputs < 1) throw new UsageError('--inputs takes a whole number above zero.')
  const nodes = values.nodes.split(',')
  if (!nodes.every((version) => /^\d+\.\d+\.\d+$/.test(version))) {
    throw new UsageError(`--nodes takes whole versions with commas between them, 24.21.0, not "${values.nodes}".`)
  }
  const { data = null, recording = null, keep = null, seed, planted, json } = values
  return { data, inputs, seed, nodes, recording, keep, planted, json }
}

const say = (line: string) => console.error(line)

/** Writes the recording, one input a line. */
async function record({ data, inputs, seed, recording, keep }: Options, folder: string): Promise<string> {
  if (recording !== null) {
    if (!existsSync(recording)) throw new UsageError(`There is no recording ${recording}.`)
    return recording
  }
  const random = seededRandom(`replay ${seed}`)
  const markets = data === null ? syntheticMarkets(random) : await readMarkets(data, say)
  const file = keep ?? join(folder, 'inputs.jsonl')
  say(`recording ${inputs} inputs from ${data ?? 'made-up markets'}`)
  function* lines() {
    for (const input of recordInputs(markets, inputs, random)) yield `${canonicalJson(input)}\n`
  }
  await pipeline(Readable.from(lines()), createWriteStream(file))
  return file
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}

/** One machine after the other: each wants a whole core, and its seconds are told. */
async function runAll(machines: readonly Machine[], runner: string, recording: string, folder: string): Promise<Run[]> {
  const runs: Run[] = []
  for (const [index, machine] of machines.entries()) {
    const place = `${index + 1} of ${machines.length}, ${machine.name}`
    say(`${place} ...`)
    const hear = (done: number) => say(`${place}: ${done} inputs`)
    const run = await runOn(machine, runner, recording, join(folder, `hashes-${index}.txt`), hear)
    say(`${place}: Node ${run.node}, ${run.hashes.length} inputs, ${run.hash}`)
    runs.push(run)
  }
  return runs
}

interface Proof extends Comparison {
  runs: Run[]
  recordingHash: string
  /** Of the first input that differs, from 1: what both machines answer; null where none does. */
  answers: { line: number; one: string; other: string } | null
}

async function prove(options: Options, folder: string): Promise<Proof> {
  const machines = prepareMachines(options.nodes, cache, say)
  const runner = join(folder, 'runner.mjs')
  await bundleRunner(runner, options)
  const recording = await record(options, folder)
  const recordingHash = await sha256Of(recording)
  const runs = await runAll(machines, runner, recording, folder)
  const comparison = compareRuns(runs)
  const { first } = comparison
  const [reference, differing] = [machines[0], machines[first?.run ?? -1]]
  if (first === null || reference === undefined || differing === undefined) {
    return { ...comparison, runs, recordingHash, answers: null }
  }
  const line = first.input + 1
  const answer = (machine: Machine) => answerOn(machine, runner, recording, line)
  const answers = { line, one: await answer(reference), other: await answer(differing) }
  return { ...comparison, runs, recordingHash, answers }
}

function report(proof: Proof): string {
  const { runs, recordingHash, identical, answers } = proof
  const outcomes = Object.entries(runs[0]?.outcomes ?? {}).sort(([one], [other]) => (one < other ? -1 : 1))
  const lines = [
    tableOf(runs, proof),
    '',
    `answers: ${outcomes.map(([outcome, count]) => `${outcome} ${count}`).join(', ')}`,
    `recording: SHA-256 ${recordingHash}`,
  ]
  if (answers === null) return [...lines, identical ? 'identical' : 'different'].join('\n')
  const { line, one, other } = answers
  return [...lines, `different: first at input ${line}, where the answers part`, whereTheyPart(one, other) ?? one].join(
    '\n',
  )
}

function asJson({ runs, ...proof }: Proof, { planted }: Options): string {
  const withoutHashes = runs.map(({ hashes, ...run }, index) => {
    return { ...run, inputs: hashes.length, differing: proof.differing[index]?.length ?? 0 }
  })
  const { identical, recordingHash, answers } = proof
  return JSON.stringify({ identical, planted, recordingHash, runs: withoutHashes, answers })
}

async function main(): Promise<number> {
  const options = readOptions()
  if (options === 'help') {
    console.log(usage)
    return 0
  }
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-replay-'))
  try {
    const proof = await prove(options, folder)
    console.log(options.json ? asJson(proof, options) : report(proof))
    return proof.identical ? 0 : 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

try {
  process.exitCode = await main()
} catch (error) {
  const expected = [UsageError, UnusableData, UnreadableCandles, MachineMissing, RunFailed].some(
    (kind) => error instanceof kind,
  )
  if (!expected && !(error instanceof Error && 'code' in error)) throw error
  console.error((error as Error).message)
  process.exitCode = 1
}
