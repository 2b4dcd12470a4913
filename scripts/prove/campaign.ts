import { createHash } from 'node:crypto'

/** What one forge process did in an invariant campaign. */
export interface Round {
  calls: number
  reverts: number
  /** Calls per function of the handler. */
  functions: Record<string, number>
}

/** How often the handler was called in the runs that ended, and how many of these calls traded. */
export interface Trading {
  calls: number
  trades: number
}

/** Reads forge's summary of an invariant campaign; null where it has none. */
export function readRound(output: string): Round | null {
  const round: Round = { calls: 0, reverts: 0, functions: {} }
  // Failures are listed again at the end.
  const [first = ''] = output.split(/^Failing tests:/m)
  const summaries = [...first.matchAll(/\(runs: \d+, calls: (\d+), reverts: (\d+)\)/g)]
  for (const [, calls, reverts] of summaries) {
    round.calls += Number(calls)
    round.reverts += Number(reverts)
  }
  for (const [, name, calls] of first.matchAll(/^\|\s*\w+\s*\|\s*(\w+)\s*\|\s*(\d+)\s*\|\s*\d+\s*\|/gm))
    if (name !== undefined) round.functions[name] = (round.functions[name] ?? 0) + Number(calls)
  return summaries.length === 0 ? null : round
}

/** Adds up the lines `calls trades` that runs leave behind. */
export function readTally(text: string): Trading {
  const total: Trading = { calls: 0, trades: 0 }
  for (const line of text.split('\n')) {
    const [calls, trades] = line.split(' ')
    if (calls === undefined || trades === undefined) continue
    total.calls += Number(calls)
    total.trades += Number(trades)
  }
  return total
}

/** What forge says about a failure: the broken invariant and the shortest sequence of calls that it found. */
export function readFailure(output: string): string | null {
  const at = output.search(/^\[FAIL/m)
  if (at === -1) return null
  const end = output.slice(at).search(/\n\n|\nSuite result/)
  return (end === -1 ? output.slice(at) : output.slice(at, at + end)).trim()
}

/** The seed of one forge process: the same for the same seed and number. */
export function seedOf(seed: string, round: number): string {
  return `0x${createHash('sha256').update(`${seed}:${round}`).digest('hex')}`
}
