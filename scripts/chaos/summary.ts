import type { ChaosReport } from './report.ts'

/** All seasons of a run added up. */
export type ChaosTotal = Omit<ChaosReport, 'trail' | 'violations'>

export function addUp(seed: string, reports: readonly ChaosReport[]): ChaosTotal {
  const sum = (key: 'ticks' | 'rounds' | 'blocks' | 'parents' | 'fills') =>
    reports.reduce((total, report) => total + report[key], 0)
  const awaits: ChaosTotal['awaits'] = {}
  for (const report of reports) {
    for (const [name, { reached, cut }] of Object.entries(report.awaits)) {
      const so = awaits[name] ?? { reached: 0, cut: 0 }
      awaits[name] = { reached: so.reached + reached, cut: so.cut + cut }
    }
  }
  return {
    seed,
    ...{ ticks: sum('ticks'), rounds: sum('rounds'), blocks: sum('blocks') },
    ...{ parents: sum('parents'), fills: sum('fills') },
    outcomes: merged(reports.map(({ outcomes }) => outcomes)),
    decisions: merged(reports.map(({ decisions }) => decisions)),
    faults: merged(reports.map(({ faults }) => faults)),
    awaits,
  }
}

function merged(counts: readonly Record<string, number>[]): Record<string, number> {
  const total: Record<string, number> = {}
  for (const one of counts) for (const [name, times] of Object.entries(one)) total[name] = (total[name] ?? 0) + times
  return total
}

/** The total for people. */
export function table(total: ChaosTotal, seconds: number): string {
  const { ticks, rounds, blocks, parents, fills, outcomes, decisions, faults, awaits } = total
  const names = Object.keys(awaits)
  const cutNames = names.filter((name) => (awaits[name]?.cut ?? 0) > 0)
  const never = names.filter((name) => awaits[name]?.cut === 0)
  const cuts = Object.values(awaits).reduce((sum, { cut }) => sum + cut, 0)
  const milliseconds = Math.round((seconds * 1000) / Math.max(1, ticks))
  return [
    `${ticks} ticks in ${rounds} rounds and ${blocks} blocks, ${Math.round(seconds)} s (${milliseconds} ms a tick)`,
    `${parents} parents, ${fills} fills; orders: ${listed(outcomes)}`,
    `decisions: ${listed(decisions)}`,
    '',
    columns('faults', faults),
    '',
    `${cuts} cuts at ${cutNames.length} of ${names.length} named awaits${never.length === 0 ? '' : `; never at: ${never.join(', ')}`}`,
    columns('awaits', Object.fromEntries(names.map((name) => [name, awaits[name]?.cut ?? 0]))),
  ].join('\n')
}

function listed(counts: Record<string, number>): string {
  return Object.entries(counts)
    .toSorted(([, one], [, other]) => other - one)
    .map(([name, times]) => `${times} ${name}`)
    .join(', ')
}

function columns(title: string, counts: Record<string, number>): string {
  const rows = Object.entries(counts).toSorted(([one], [other]) => (one < other ? -1 : 1))
  const width = Math.max(title.length, ...rows.map(([name]) => name.length)) + 2
  return [title, ...rows.map(([name, times]) => `  ${name.padEnd(width)}${String(times).padStart(6)}`)].join('\n')
}
