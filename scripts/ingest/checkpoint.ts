import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { IngestRefused } from './errors.ts'

const block = z.int().min(0)
const time = z.int().min(0)

/** How far a CSV is good: what lies beyond was not finished. */
const checkpointSchema = z.strictObject({
  version: z.literal(1),
  firstBlock: block,
  /** Null before the first block is read. */
  last: z.object({ block, hash: z.string().regex(/^0x[0-9a-f]{64}$/), time }).nullable(),
  rows: z.int().min(0),
  /** Times of the first and the last row, seconds since the epoch. */
  span: z.object({ from: time, to: time }).nullable(),
  bytes: z.int().min(0),
  /** Of these bytes. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})
export type Checkpoint = z.output<typeof checkpointSchema>

/**
 * Null where there is none.
 *
 * @throws IngestRefused when the file holds something else
 */
export function readCheckpoint(path: string): Checkpoint | null {
  if (!existsSync(path)) return null
  try {
    return checkpointSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (cause) {
    throw new IngestRefused(`${path} is not a checkpoint of this command: move it and its CSV away to begin anew.`, {
      cause,
    })
  }
}

/** Replaces the file as a whole, so that whoever reads it finds the old one or the new one. */
export function writeCheckpoint(path: string, checkpoint: Checkpoint): void {
  const draft = `${path}.new`
  const file = openSync(draft, 'w')
  try {
    writeFileSync(file, `${JSON.stringify(checkpoint)}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(draft, path)
}
