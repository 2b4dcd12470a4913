import type { Run, WindowResult } from './compare.ts'
import type { Ending } from './parent-run.ts'
import type { Example, StrategyResult } from './result.ts'
import { deviation, type Estimate, estimate, pairedDifference } from './statistics.ts'

/** Each strategy over all windows. Windows hold their runs in one order. */
export function strategyResults(windows: readonly WindowResult[]): StrategyResult[] {
  const count = windows[0]?.runs.length ?? 0
  const all = Array.from({ length: count }, (_, index) => windows.flatMap(({ runs }) => runs[index] ?? []))
  return all.map((runs) => {
    const isTwin = (other: readonly Run[]) => other[0]?.kind === 'twap' && other[0].isGated === runs[0]?.isGated
    return resultOf(runs, all.find(isTwin) ?? runs)
  })
}

function resultOf(runs: readonly Run[], twap: readonly Run[]): StrategyResult {
  const [first] = runs
  if (first === undefined) throw new RangeError('A strategy without a run.')
  const over = (value: (run: Run) => number): Estimate => estimate(runs.map(value))
  const shortfalls = (of: readonly Run[]) => of.map(({ cost }) => cost.shortfallBps)
  return {
    name: first.name,
    kind: first.kind,
    isGated: first.isGated,
    filledPercent: over(({ filledPercent }) => filledPercent),
    shortfallBps: over(({ cost }) => cost.shortfallBps),
    shortfallDeviationBps: deviation(shortfalls(runs)),
    feeBps: over(({ cost }) => cost.feeBps),
    impactBps: over(({ cost }) => cost.impactBps),
    timingBps: over(({ cost }) => cost.timingBps),
    gasBps: over(({ cost }) => cost.gasBps),
    executionBps: over(({ cost }) => cost.feeBps + cost.impactBps + cost.gasBps),
    beyondTwapBps: pairedDifference(shortfalls(runs), shortfalls(twap)),
    drawdownFromArrival: over(({ drawdown }) => drawdown.fromArrival),
    drawdownFromPeak: over(({ drawdown }) => drawdown.fromPeak),
    fills: runs.reduce((sum, { fills }) => sum + fills.length, 0),
    expired: runs.reduce((sum, { endings }) => sum + endings.filter(({ verdict }) => verdict === 'expired').length, 0),
    endings: countOf(runs.flatMap(({ endings }) => endings)),
    filledBySlot: meanOf(runs.map(({ filledBySlot }) => filledBySlot)),
    plannedBySlot: first.plannedBySlot === null ? null : meanOf(runs.map(({ plannedBySlot }) => plannedBySlot ?? [])),
  }
}

/** Most frequent first. */
function countOf(endings: readonly Ending[]): StrategyResult['endings'] {
  const counts = new Map<string, Ending & { count: number }>()
  for (const ending of endings) {
    const key = `${ending.verdict} ${ending.reason}`
    const counted = counts.get(key) ?? { ...ending, count: 0 }
    counted.count += 1
    counts.set(key, counted)
  }
  return [...counts.values()].sort((one, other) => other.count - one.count)
}

function meanOf(lists: readonly (readonly number[])[]): number[] {
  return Array.from({ length: lists[0]?.length ?? 0 }, (_, index) => {
    return lists.reduce((sum, list) => sum + (list[index] ?? 0), 0) / lists.length
  })
}

/** The window in which the price moved most between arrival and end. */
export function exampleOf(windows: readonly WindowResult[]): Example {
  const moveOf = ({ arrivalUsd, endUsd }: WindowResult) => Math.abs(Math.log(endUsd / arrivalUsd))
  const wildest = windows.reduce((most, window) => (moveOf(window) > moveOf(most) ? window : most))
  const gated = wildest.runs.filter(({ isGated }) => isGated)
  const fills = gated.map(({ name, fills }) => ({ name, fills }))
  return { start: wildest.start, prices: wildest.prices, fills }
}
