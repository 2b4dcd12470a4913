/** What every file `scripts/bench/NAME.bench.ts` exports as `bench`. A bench prints figures and judges nothing. */
export interface Bench<Result = unknown> {
  run(context: { arguments: string[]; progress: (line: string) => void }): Promise<Result>
  /** The result as a table for people. */
  format(result: Result): string
}

/** Aligned columns: the first row is the heading; numbers should come formatted. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length))) ?? []
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  )
  return lines.join('\n')
}

/** The middle value; NaN for an empty list. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}
