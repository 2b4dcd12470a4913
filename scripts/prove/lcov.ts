/** Coverage of one source file. Lines and branches as forge counts them; `uncovered` are line numbers. */
export interface FileCoverage {
  file: string
  lines: { hit: number; total: number }
  branches: { hit: number; total: number }
  functions: { hit: number; total: number }
  uncovered: number[]
  /** Lines with a branch that was never taken. */
  uncoveredBranches: number[]
}

/**
 * Reads an lcov tracefile. A line or branch that appears more than once is covered if one of its appearances is: a library
 * is compiled into several contracts.
 */
export function readLcov(text: string): FileCoverage[] {
  const files = new Map<
    string,
    { lines: Map<number, number>; branches: Map<string, number>; functions: Map<string, number> }
  >()
  let current: ReturnType<typeof files.get>
  for (const line of text.split('\n')) {
    const [key, rest = ''] = split(line, ':')
    if (key === 'SF') {
      current = files.get(rest) ?? { lines: new Map(), branches: new Map(), functions: new Map() }
      files.set(rest, current)
    }
    if (current === undefined) continue
    const fields = rest.split(',')
    if (key === 'DA') add(current.lines, Number(fields[0]), Number(fields[1]))
    if (key === 'BRDA') add(current.branches, fields.slice(0, 3).join(','), fields[3] === '-' ? 0 : Number(fields[3]))
    if (key === 'FNDA') add(current.functions, fields.slice(1).join(','), Number(fields[0]))
  }
  return [...files].map(([file, { lines, branches, functions }]) => ({
    file,
    lines: counted(lines),
    branches: counted(branches),
    functions: counted(functions),
    uncovered: missing(lines).sort((one, other) => one - other),
    uncoveredBranches: [...new Set(missing(branches).map((branch) => Number.parseInt(branch, 10)))],
  }))
}

function split(line: string, separator: string): [string, string | undefined] {
  const at = line.indexOf(separator)
  return at === -1 ? [line, undefined] : [line.slice(0, at), line.slice(at + 1)]
}

function add<Key>(counts: Map<Key, number>, key: Key, hits: number): void {
  counts.set(key, (counts.get(key) ?? 0) + hits)
}

function counted(counts: Map<unknown, number>): { hit: number; total: number } {
  return { hit: [...counts.values()].filter((hits) => hits > 0).length, total: counts.size }
}

function missing<Key>(counts: Map<Key, number>): Key[] {
  return [...counts].filter(([, hits]) => hits === 0).map(([key]) => key)
}
