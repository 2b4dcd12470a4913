// Run by every Node that is compared: RUNNER RECORDING HASHES answers each line of a recording and writes one hash a line;
// RUNNER RECORDING --show LINE prints that line's answer. Progress goes to standard error, the sum to standard output.
import { createHash } from 'node:crypto'
import { createReadStream, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { answerTo } from './answer.ts'
import { type RecordedInput, recordedInputSchema } from './recorded-input.ts'

/** What the runner prints at the end, as JSON. */
export interface RunnerSummary {
  arch: string
  node: string
  v8: string
  /** SHA-256 of all hashes, in the order of the recording. */
  hash: string
  /** How many answers of each kind there were. */
  outcomes: Record<string, number>
}

const [recording = '', target = '', shown = ''] = process.argv.slice(2)

async function* linesOfRecording(): AsyncGenerator<[number: number, text: string]> {
  const lines = createInterface({ input: createReadStream(recording), crlfDelay: Number.POSITIVE_INFINITY })
  let number = 0
  for await (const text of lines) {
    number += 1
    yield [number, text]
  }
}

function inputOf(text: string, number: number): RecordedInput {
  try {
    return recordedInputSchema.parse(JSON.parse(text))
  } catch {
    console.error(`Line ${number} of ${recording} is no recorded input.`)
    process.exit(2)
  }
}

async function show(wanted: number): Promise<void> {
  for await (const [number, text] of linesOfRecording()) {
    if (number === wanted) return console.log(answerTo(inputOf(text, number)).text)
  }
}

async function run(): Promise<void> {
  const hashes: string[] = []
  const outcomes: Record<string, number> = {}
  for await (const [number, line] of linesOfRecording()) {
    const { outcome, text } = answerTo(inputOf(line, number))
    hashes.push(createHash('sha256').update(text).digest('hex'))
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
    if (hashes.length % 500 === 0) console.error(hashes.length)
  }
  const file = `${hashes.join('\n')}\n`
  writeFileSync(target, file)
  const hash = createHash('sha256').update(file).digest('hex')
  const summary: RunnerSummary = {
    arch: process.arch,
    node: process.versions.node,
    v8: process.versions.v8,
    hash,
    outcomes,
  }
  console.log(JSON.stringify(summary))
}

await (target === '--show' ? show(Number(shown)) : run())
