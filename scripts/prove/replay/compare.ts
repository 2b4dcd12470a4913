import type { RunnerSummary } from './runner.ts'

/** What one Node made of a recording. */
export interface Run extends RunnerSummary {
  /** For people: where it ran. */
  machine: string
  seconds: number
  /** One per input, in the order of the recording. */
  hashes: readonly string[]
}

export interface Comparison {
  identical: boolean
  /** For each run, the inputs (from 0) whose answers are not those of the first run. */
  differing: number[][]
  /** The first input that any run answers otherwise, and which run that is; null where all are the same. */
  first: { input: number; run: number } | null
}

/**
 * Holds runs of one recording against the first of them.
 *
 * @throws RangeError where there is nothing to compare, or a run did not answer every input
 */
export function compareRuns(runs: readonly Run[]): Comparison {
  const [reference, ...others] = runs
  if (reference === undefined || others.length === 0) throw new RangeError('One run has nothing to be compared with.')
  if (reference.hashes.length === 0) throw new RangeError('There is no answer to compare.')
  const odd = others.find(({ hashes }) => hashes.length !== reference.hashes.length)
  if (odd !== undefined) {
    const counts = `${odd.hashes.length} inputs, Node ${reference.node} on ${reference.machine} ${reference.hashes.length}`
    throw new RangeError(`Node ${odd.node} on ${odd.machine} answered ${counts}.`)
  }
  const differing = runs.map(({ hashes }) =>
    hashes.flatMap((hash, input) => (hash === reference.hashes[input] ? [] : [input])),
  )
  let first: Comparison['first'] = null
  for (const [run, inputs] of differing.entries()) {
    const [input] = inputs
    if (input !== undefined && (first === null || input < first.input)) first = { input, run }
  }
  return { identical: first === null, differing, first }
}

/** One line a run: machine, Node, V8, inputs, hash of all answers, how many are not the first run's, seconds. */
export function tableOf(runs: readonly Run[], { differing }: Comparison): string {
  const rows = [
    ['machine', 'Node', 'V8', 'inputs', 'hash of all', 'differ', 'seconds'],
    ...runs.map(({ machine, node, v8, hashes, hash, seconds }, index) => [
      ...[machine, node, v8, String(hashes.length), hash.slice(0, 16)],
      ...[index === 0 ? '' : String(differing[index]?.length ?? 0), seconds.toFixed(1)],
    ]),
  ]
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Where two texts part: what stands around the first character that differs, of each. Null where they do not. */
export function whereTheyPart(one: string, other: string): string | null {
  if (one === other) return null
  let place = 0
  while (place < one.length && one[place] === other[place]) place += 1
  const around = (text: string) => text.slice(Math.max(0, place - 60), place + 60)
  return `  … ${around(one)}\n  … ${around(other)}`
}
