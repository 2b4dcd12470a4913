import { z } from 'zod'
import type { Mutant } from './mutants.ts'

/** A mutant that behaves like the original, and why. Line numbers move; function and text stay. */
export interface Justification {
  /** Relative to contracts/. */
  file: string
  /** The function it is in; empty outside of any. */
  within: string
  /** The source lines, before and after, with single spaces. */
  original: string
  mutant: string
  reason: string
}

export type Outcome = 'killed' | 'timed out' | 'not compiling' | 'survived'

export interface Tried {
  file: string
  mutant: Mutant
  outcome: Outcome
}

export interface Judgement {
  /** Survivors that nobody has explained. */
  unexplained: Tried[]
  explained: { tried: Tried; reason: string }[]
  /** Entries about mutants that were killed, or that no longer exist. */
  stale: Justification[]
}

const justifications = z.array(
  z.strictObject({
    file: z.string(),
    within: z.string(),
    original: z.string(),
    mutant: z.string(),
    reason: z.string().min(1),
  }),
)

/**
 * Reads the file of justifications.
 *
 * @throws Error in one sentence
 */
export function readJustifications(text: string): Justification[] {
  try {
    return justifications.parse(JSON.parse(text))
  } catch (cause) {
    throw new Error('The survivors must be a JSON array of {file, within, original, mutant, reason}.', { cause })
  }
}

/** Holds what survived against what is justified; only entries about the tried files can be stale. */
export function judge(tried: Tried[], justified: Justification[]): Judgement {
  const survivors = tried.filter(({ outcome }) => outcome === 'survived')
  const reasonOf = new Map(justified.map((entry) => [keyOf(entry.file, entry), entry.reason]))
  const alive = new Set(survivors.map(({ file, mutant }) => keyOf(file, mutant)))
  const files = new Set(tried.map(({ file }) => file))
  const judgement: Judgement = { unexplained: [], explained: [], stale: [] }
  for (const survivor of survivors) {
    const reason = reasonOf.get(keyOf(survivor.file, survivor.mutant))
    if (reason === undefined) judgement.unexplained.push(survivor)
    else judgement.explained.push({ tried: survivor, reason })
  }
  judgement.stale = justified.filter((entry) => files.has(entry.file) && !alive.has(keyOf(entry.file, entry)))
  return judgement
}

function keyOf(
  file: string,
  { within, original, mutant }: Pick<Justification, 'within' | 'original' | 'mutant'>,
): string {
  return JSON.stringify([file, within, original, mutant])
}
