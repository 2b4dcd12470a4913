// The result for people: every case, then what it comes to.
import { table } from '../bench.ts'
import type { GasVerdict } from './gas-comparison.ts'
import type { CaseResult } from './measure-case.ts'
import { peersHint } from './peers.ts'
import type { Spread } from './statistics.ts'
import type { Summary } from './summary.ts'

type Row = readonly string[]

export interface RoutingResult {
  cases: CaseResult[]
  summary: Summary
}

export function report({ cases, summary }: RoutingResult): string {
  const { withoutRoute, partial, notHolding, aboveBound, worst, peerMs } = summary
  const sections = [
    table([caseHeading, ...cases.map(caseRow)]),
    'SOR: the smart order router of Uniswap with its grid. All shortfalls are below our upper bound.',
    [
      `${summary.cases} cases on ${summary.sets} sets: ${withoutRoute} without a route, ${partial} that the pools cannot take whole,`,
      `${notHolding} whose legs do not give what the plan says, ${aboveBound} where another router exceeds our bound.`,
      ...(worst === null ? [] : [`Largest gap: ${worst.set} ${worst.sell}>${worst.buy} $${dollars(worst.usd)}.`]),
    ].join('\n'),
    table([
      ['basis points', 'p50', 'p95', 'max'],
      ['gap to the bound, beyond rounding', ...spreadCells(summary.gapBps, bps)],
      ['explained by rounding', ...spreadCells(summary.roundingBps, bps)],
    ]),
    table([
      ['below the bound, bp: p50, mean (max)', 'ours', 'SOR 5 %', 'SOR 10 %', 'tines'],
      ...shortfallRows(summary),
    ]),
    table([['milliseconds of one plan', 'cases', 'p50', 'p95', 'max'], ...timeRows(summary)]),
    table([['new block, garbage collection included', 'mean ms'], ...meanRows(summary)]),
    table([['first plan', 'ms', 'import ms'], ...firstCallRows(summary)]),
    gasReport(summary),
  ]
  if (peerMs.smartOrderRouter5 === null || peerMs.tines === null) sections.push(peersHint)
  return sections.join('\n\n')
}

const caseHeading = [
  ...['set', 'trade', '$', 'legs', 'gap bp', 'rounding bp', 'ms', 'new block ms'],
  ...['SOR 5 % bp', 'SOR 10 % bp', 'tines bp', 'remark'],
]

function caseRow(one: CaseResult): Row {
  const remarks = [
    ...(one.out === null ? ['no route'] : []),
    ...(one.partial ? ['partial'] : []),
    ...(one.holds ? [] : ['does not hold']),
  ]
  return [
    one.set,
    `${one.sell}>${one.buy}`,
    dollars(one.usd),
    String(one.legs),
    ...[one.gapBps, one.roundingBps].map(bps),
    ...[one.cpuMs, one.newBlockMs].map(milliseconds),
    ...[one.smartOrderRouterBps, one.smartOrderRouter10Bps, one.tinesBps].map(bps),
    remarks.join(', '),
  ]
}

function shortfallRows({ shortfallBps }: Summary): Row[] {
  return shortfallBps.map(({ usd, ours, smartOrderRouter5, smartOrderRouter10, tines }) => [
    `$${dollars(usd)}`,
    ...[ours, smartOrderRouter5, smartOrderRouter10, tines].map((one) =>
      one === null ? '-' : `${bps(one.p50)}, ${bps(one.mean)} (${bps(one.max)})`,
    ),
  ])
}

function timeRows({ cpuMs, newBlockMs, inWorkerd, netOfGas, peerMs }: Summary): Row[] {
  const row = (what: string, spread: Spread | null): Row[] =>
    spread === null ? [] : [[what, String(spread.count), ...spreadCells(spread, milliseconds)]]
  const rows = (what: string, byClass: Summary['cpuMs']) =>
    byClass.flatMap((one) => row(`${what}: ${one.class}`, one.milliseconds))
  return [
    ...rows('same pools', cpuMs),
    ...rows('new block', newBlockMs),
    ...rows('in workerd, same pools', inWorkerd.cpuMs),
    ...rows('in workerd, new block', inWorkerd.newBlockMs),
    ...row('net of gas: direct', netOfGas.cpuMs),
    ...row('SOR 5 %, search alone', peerMs.smartOrderRouter5),
    ...row('tines', peerMs.tines),
  ]
}

function meanRows({ newBlockMeanMs }: Summary): Row[] {
  return newBlockMeanMs.map((one) => [one.class, milliseconds(one.milliseconds)])
}

function firstCallRows({ firstCall, inWorkerd }: Summary): Row[] {
  return [
    ...firstCall.map((one) => [`fresh process: ${one.class}`, milliseconds(one.callMs), milliseconds(one.importMs)]),
    ...inWorkerd.firstCall.map((one) => [`fresh isolate in workerd: ${one.class}`, milliseconds(one.callMs), '']),
  ]
}

function gasReport({ netOfGas: { cases, against5, against10, leftOut } }: Summary): string {
  const lines = [`Net of gas: ${cases} direct cases at 1, 10 and 30 gwei.`]
  if (against5 === null || against10 === null) return lines.join('\n')
  const verdict = (name: string, { cases: compared, below, belowBeyondRounding, losses: [worst] }: GasVerdict) => {
    const counted = `Ours is below ${name} in ${below} of ${compared}, in ${belowBeyondRounding} by more than rounding`
    return worst === undefined ? `${counted}.` : `${counted}; at worst by ${bps(-worst.gainBps)} bp (${worst.case}).`
  }
  const gains = against5.meanGainBps.map(({ gwei, usd, bps: gain }, index) => [
    `${gwei} gwei, $${dollars(usd)}`,
    bps(gain),
    bps(against10.meanGainBps[index]?.bps ?? null),
  ])
  if (leftOut > 0)
    lines.push(`${leftOut} comparisons are left out: the router finds nothing there that is worth its gas.`)
  return [
    ...lines,
    verdict('SOR 5 %', against5),
    verdict('SOR 10 %', against10),
    '',
    table([['mean gain net of gas, bp', 'over SOR 5 %', 'over SOR 10 %'], ...gains]),
  ].join('\n')
}

function spreadCells(spread: Spread | null, format: (value: number) => string): string[] {
  return spread === null ? ['-', '-', '-'] : [spread.p50, spread.p95, spread.max].map(format)
}

function dollars(usd: number): string {
  return usd.toLocaleString('en')
}

function milliseconds(value: number): string {
  return value.toFixed(3)
}

/** Four digits where there is something, the power of ten where there is almost nothing. */
function bps(value: number | null): string {
  if (value === null) return '-'
  if (value === 0) return '0'
  return Math.abs(value) < 0.001 ? value.toExponential(1) : value.toFixed(Math.abs(value) < 10 ? 3 : 1)
}
