import { type CaseClass, caseClasses } from './cases.ts'
import type { FirstCall } from './first-call.ts'
import type { GasComparison } from './gas-comparison.ts'
import type { CaseResult } from './measure-case.ts'
import { mean, type Spread, spreadOf } from './statistics.ts'
import type { InWorkerd } from './workerd.ts'

type ByClass = { class: CaseClass; milliseconds: Spread }[]

/** Shortfall below our upper bound, basis points. */
interface Shortfall {
  p50: number
  /** A few trades beyond the depth of thin pools weigh most in it. */
  mean: number
  max: number
}

export interface Summary {
  sets: number
  cases: number
  /** Cases for which no route was found. */
  withoutRoute: number
  /** Routes that take or give less than was asked. */
  partial: number
  /** Routes whose legs do not give what the route says: any but 0 is a fault. */
  notHolding: number
  /** Cases in which another router gives more than what we say is the most: any but 0 is a fault. */
  aboveBound: number
  gapBps: Spread | null
  /** Of the gap, what whole base units explain. */
  roundingBps: Spread | null
  worst: { set: string; sell: string; buy: string; usd: number; gapBps: number } | null
  /** Warm, the same pools again. */
  cpuMs: ByClass
  /** Warm, the same ticks at another price: what a tick of the agent pays. */
  newBlockMs: ByClass
  /** Mean over all calls of a class, garbage collection included. */
  newBlockMeanMs: { class: CaseClass; milliseconds: number }[]
  /** In a fresh Node process. */
  firstCall: { class: CaseClass; importMs: number; callMs: number }[]
  inWorkerd: { cpuMs: ByClass; newBlockMs: ByClass; firstCall: InWorkerd['firstCall'] }
  /** By size; null for a router that is not installed. */
  shortfallBps: {
    usd: number
    cases: number
    ours: Shortfall | null
    smartOrderRouter5: Shortfall | null
    smartOrderRouter10: Shortfall | null
    tines: Shortfall | null
  }[]
  /** Milliseconds of the other routers' searches alone. */
  peerMs: { smartOrderRouter5: Spread | null; tines: Spread | null }
  netOfGas: GasComparison
}

export interface Measured {
  cases: readonly CaseResult[]
  firstCall: readonly (FirstCall & { class: CaseClass })[]
  inWorkerd: InWorkerd
  netOfGas: GasComparison
}

export function summarise({ cases, firstCall, inWorkerd, netOfGas }: Measured): Summary {
  const gaps = numbers(cases, ({ gapBps }) => gapBps)
  const [worst] = [...cases].sort((one, other) => (other.gapBps ?? -1) - (one.gapBps ?? -1))
  return {
    sets: new Set(cases.map(({ set }) => set)).size,
    cases: cases.length,
    withoutRoute: cases.filter(({ out }) => out === null).length,
    partial: cases.filter(({ partial }) => partial).length,
    notHolding: cases.filter(({ holds }) => !holds).length,
    aboveBound: cases.filter(isAboveBound).length,
    gapBps: spreadOf(gaps),
    roundingBps: spreadOf(numbers(cases, ({ roundingBps }) => roundingBps)),
    worst: worst === undefined || worst.gapBps === null ? null : worstOf(worst, worst.gapBps),
    cpuMs: byClass(cases, ({ cpuMs }) => cpuMs),
    newBlockMs: byClass(cases, ({ newBlockMs }) => newBlockMs),
    newBlockMeanMs: meanByClass(cases),
    firstCall: [...firstCall],
    inWorkerd: {
      cpuMs: byClass(inWorkerd.plans, ({ cpuMs }) => cpuMs),
      newBlockMs: byClass(inWorkerd.plans, ({ newBlockMs }) => newBlockMs),
      firstCall: inWorkerd.firstCall,
    },
    shortfallBps: shortfalls(cases),
    peerMs: {
      smartOrderRouter5: spreadOf(numbers(cases, ({ smartOrderRouterMs }) => smartOrderRouterMs)),
      tines: spreadOf(numbers(cases, ({ tinesMs }) => tinesMs)),
    },
    netOfGas,
  }
}

function isAboveBound({ smartOrderRouterBps, smartOrderRouter10Bps, tinesBps }: CaseResult): boolean {
  return [smartOrderRouterBps, smartOrderRouter10Bps, tinesBps].some((below) => below !== null && below < 0)
}

function worstOf({ set, sell, buy, usd }: CaseResult, gapBps: number): Summary['worst'] {
  return { set, sell, buy, usd, gapBps }
}

function shortfalls(cases: readonly CaseResult[]): Summary['shortfallBps'] {
  return [...Map.groupBy(cases, ({ usd }) => usd)].map(([usd, group]) => ({
    usd,
    cases: group.length,
    ours: shortfall(numbers(group, ({ gapBps }) => gapBps)),
    smartOrderRouter5: shortfall(numbers(group, ({ smartOrderRouterBps }) => smartOrderRouterBps)),
    smartOrderRouter10: shortfall(numbers(group, ({ smartOrderRouter10Bps }) => smartOrderRouter10Bps)),
    tines: shortfall(numbers(group, ({ tinesBps }) => tinesBps)),
  }))
}

function shortfall(values: readonly number[]): Shortfall | null {
  const spread = spreadOf(values)
  return spread === null ? null : { p50: spread.p50, mean: mean(values), max: spread.max }
}

function numbers<Item>(items: readonly Item[], of: (item: Item) => number | null): number[] {
  return items.map(of).filter((value) => value !== null)
}

function meanByClass(cases: readonly CaseResult[]): Summary['newBlockMeanMs'] {
  return caseClasses.flatMap((name) => {
    const ofClass = cases.filter((one) => one.class === name).map(({ newBlockMeanMs }) => newBlockMeanMs)
    return ofClass.length === 0 ? [] : [{ class: name, milliseconds: mean(ofClass) }]
  })
}

function byClass<Item extends { class: CaseClass }>(items: readonly Item[], of: (item: Item) => number): ByClass {
  return caseClasses.flatMap((name) => {
    const milliseconds = spreadOf(items.filter((item) => item.class === name).map(of))
    return milliseconds === null ? [] : [{ class: name, milliseconds }]
  })
}
