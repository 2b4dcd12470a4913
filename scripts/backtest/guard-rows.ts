import type { Ending } from './parent-run.ts'
import type { StrategyResult } from './result.ts'

/** How often decisions or orders ended in one way, for each strategy in its order. */
export interface GuardRow extends Ending {
  counts: number[]
}

/** Every way in which a decision or an order ended, most frequent first. */
export function guardRows(strategies: readonly StrategyResult[]): GuardRow[] {
  const rows = new Map<string, GuardRow>()
  for (const [index, { endings }] of strategies.entries()) {
    for (const { verdict, reason, count } of endings) {
      const key = `${verdict} ${reason}`
      const row = rows.get(key) ?? { verdict, reason, counts: strategies.map(() => 0) }
      row.counts[index] = count
      rows.set(key, row)
    }
  }
  return [...rows.values()].sort((one, other) => sumOf(other.counts) - sumOf(one.counts))
}

export function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0)
}
