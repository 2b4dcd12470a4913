/** What every file `scripts/bench/NAME.bench.ts` exports as `bench`. A bench prints figures and judges nothing. */
export interface Bench<Result = unknown> {
  run(context: { arguments: string[]; progress: (line: string) => void }): Promise<Result>
  /** The result as a table for people. */
  format(result: Result): string
}

/** Aligned columns: the first row is the heading. Numbers, which should come formatted, end together; words begin together. */
export function table(rows: readonly (readonly string[])[]): string {
  const columns = rows[0]?.map((_, column) => {
    const cells = rows.map((row) => row[column] ?? '')
    const isText = column === 0 || cells.slice(1).some((cell) => /^[a-z]/i.test(cell))
    return { width: Math.max(...cells.map((cell) => cell.length)), isText }
  })
  const cellOf = (cell: string, column: number) => {
    const { width = 0, isText = true } = columns?.[column] ?? {}
    return isText ? cell.padEnd(width) : cell.padStart(width)
  }
  return rows.map((row) => row.map(cellOf).join('  ').trimEnd()).join('\n')
}

/** The middle value; NaN for an empty list. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}
