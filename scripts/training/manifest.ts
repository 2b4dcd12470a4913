import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Bar } from '../../models/market/bar.ts'
import { type BarFault, screenBars } from '../../models/market/screen.ts'
import { barSeconds } from '../../shared/schema/bars.ts'

/** Folders and files that cannot be trained on; the message is one sentence for people. */
export class UnusableData extends Error {
  override name = 'UnusableData'
}

/** What a dataset manifest says of one file. */
export interface FileEntry {
  /** Without its folder: where it lay does not change what it is. */
  name: string
  kind: 'candles' | 'swaps'
  /** Of the file as it is, compressed or not. */
  sha256: string
  rows: number
  /** Seconds since epoch; end of the last row. */
  from: number
  to: number
  /** Spans without rows, as start and end. */
  gaps: [number, number][]
  /** Rows that were thrown away, by what was wrong with them. */
  discarded: Partial<Record<BarFault, number>>
}

/** Files of a folder and the folders in it. */
export function filesUnder(folder: string): string[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) throw new UnusableData(`There is no folder ${folder}.`)
  return (
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((path) => statSync(path).isFile())
      // By name alone: where a file lies changes no model.
      .sort((a, b) => (basename(a) < basename(b) ? -1 : 1))
  )
}

/** `SYMBOL_5m.csv` or `SYMBOL_5m.csv.xz`: five-minute candles. Null for another file. */
export function symbolOf(path: string): string | null {
  return /^([A-Za-z0-9]+)_5m\.csv(\.xz)?$/.exec(basename(path))?.[1] ?? null
}

/** CSV of a v3 pool's events, as `npm run ingest` writes it. */
export function isSwaps(path: string): boolean {
  return /univ3.*\.csv(\.gz)?$|_swaps\.csv(\.gz)?$/.test(basename(path))
}

export async function candleEntry(path: string, bars: readonly Bar[]): Promise<FileEntry> {
  const { bars: kept, discarded } = screenBars(bars)
  const faults: FileEntry['discarded'] = {}
  for (const { fault } of discarded) faults[fault] = (faults[fault] ?? 0) + 1
  const gaps: FileEntry['gaps'] = []
  for (const [index, { openTime }] of kept.entries()) {
    const expected = (kept[index - 1]?.openTime ?? openTime - barSeconds) + barSeconds
    if (openTime > expected) gaps.push([expected, openTime])
  }
  const [first, last] = [kept[0], kept.at(-1)]
  if (first === undefined || last === undefined) throw new UnusableData(`${path} holds no candle that can be used.`)
  return {
    name: basename(path),
    kind: 'candles',
    sha256: await sha256Of(path),
    rows: bars.length,
    from: first.openTime,
    to: last.openTime + barSeconds,
    gaps,
    discarded: faults,
  }
}

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
