import { table } from '../bench/bench.ts'
import { guardRows } from './guard-rows.ts'
import type { BacktestResult, StrategyResult, Subject } from './result.ts'
import type { Estimate } from './statistics.ts'

/** "12.3 ± 4.5", or the mean alone where there is only one window. */
export function withError({ mean, standardError }: Estimate, digits: number): string {
  const text = minus(mean.toFixed(digits))
  return standardError === null ? text : `${text} ± ${standardError.toFixed(digits)}`
}

/** A hyphen is no minus sign, and nothing is less than zero when it rounds to it. */
export function minus(text: string): string {
  return /^-0(\.0*)?$/.test(text) ? text.slice(1) : text.replace('-', '−')
}

/** What the figures cannot be taken for; empty where there is nothing to say. */
export function caveatsOf({ areOverlapping, trainedOn, trainedUntil, windows }: Subject): string[] {
  const seen = trainedOn === windows ? 'All windows' : `${trainedOn} of the ${windows} windows`
  return [
    ...(areOverlapping ? ['Windows overlap, so the standard errors are too small.'] : []),
    ...(trainedOn > 0
      ? [
          `${seen} begin before ${trainedUntil}, up to when the models were trained: there forecasts know more than they could.`,
        ]
      : []),
  ]
}

/** The comparison as tables for a terminal. */
export function formatResult({ subject, strategies }: BacktestResult): string {
  const { order, windows, leftOut, symbol, from, to } = subject
  const missing = leftOut > 0 ? `; ${leftOut} more lack a candle` : ''
  return [
    `${order}: ${windows} windows of ${symbol} between ${from} and ${to}${missing}.`,
    'Costs in basis points of the order’s worth on arrival, mean ± standard error; positive is a cost.',
    ...caveatsOf(subject),
    '',
    costTable(strategies),
    '',
    'What the guards did with the gate, decisions and orders over all windows:',
    '',
    guardTable(strategies.filter(({ isGated }) => isGated)),
  ].join('\n')
}

const nameOf = ({ name, isGated }: StrategyResult) => `${name}${isGated ? '' : ', no gate'}`

function costTable(strategies: readonly StrategyResult[]): string {
  const heading = [
    'strategy',
    'shortfall bp',
    'deviation',
    'beyond TWAP',
    'fee',
    'impact',
    'timing',
    'gas',
    'filled %',
    'fall %',
  ]
  const rows = strategies.map((strategy) => [
    nameOf(strategy),
    withError(strategy.shortfallBps, 1),
    strategy.shortfallDeviationBps?.toFixed(0) ?? '',
    withError(strategy.beyondTwapBps, 1),
    withError(strategy.feeBps, 2),
    withError(strategy.impactBps, 2),
    withError(strategy.timingBps, 1),
    withError(strategy.gasBps, 2),
    strategy.filledPercent.mean.toFixed(1),
    withError(strategy.drawdownFromArrival, 2),
  ])
  return table([heading, ...rows])
}

function guardTable(strategies: readonly StrategyResult[]): string {
  const rows = guardRows(strategies).map(({ verdict, reason, counts }) => [verdict, reason, ...counts.map(String)])
  return table([['verdict', 'reason', ...strategies.map(({ name }) => name)], ...rows])
}
