import { devnet } from '../../../shared/chain/chains/424242.ts'
import type { Reason } from '../../../shared/schema/decision.ts'
import { explain } from '../../../workers/agent/decide/reason-meanings.ts'
import { guardRows } from '../guard-rows.ts'
import type { StrategyResult } from '../result.ts'
import type { Estimate } from '../statistics.ts'
import { withError } from '../terminal.ts'

/** Text as HTML. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

type Cell = string | { number: string }

function table(heading: readonly Cell[], rows: readonly (readonly Cell[])[]): string {
  const cell = (tag: 'td' | 'th') => (content: Cell) =>
    typeof content === 'string' ? `<${tag}>${content}</${tag}>` : `<${tag} class="number">${content.number}</${tag}>`
  const body = rows.map((row) => `<tr>${row.map(cell('td')).join('')}</tr>`).join('\n')
  const head = `<tr>${heading.map(cell('th')).join('')}</tr>`
  return `<div class="wide"><table><thead>${head}</thead><tbody>${body}</tbody></table></div>`
}

const number = (text: string): Cell => ({ number: text })
const figure = (estimate: Estimate, digits: number): Cell => number(withError(estimate, digits))
const unit = (name: string, of: string): Cell => number(`${name}<br><span class="unit">${of}</span>`)

const nameCell = ({ name }: StrategyResult) => `<span class="name">${name}</span>`

/** What each strategy cost, mean ± standard error. */
export function costTable(strategies: readonly StrategyResult[]): string {
  const heading: Cell[] = [
    ...['Strategy', 'Gate', unit('Shortfall', 'bp'), unit('Deviation', 'bp, one order'), unit('Beyond TWAP', 'bp')],
    ...[unit('Fee', 'bp'), unit('Impact', 'bp'), unit('Timing', 'bp'), unit('Gas', 'bp'), unit('Filled', '%')],
    unit('Fills', 'in all'),
  ]
  const rows = strategies.map((strategy): Cell[] => [
    ...[nameCell(strategy), strategy.isGated ? 'on' : 'off'],
    ...[figure(strategy.shortfallBps, 1), number(strategy.shortfallDeviationBps?.toFixed(0) ?? '–')],
    ...[figure(strategy.beyondTwapBps, 1), figure(strategy.feeBps, 2), figure(strategy.impactBps, 2)],
    ...[figure(strategy.timingBps, 1), figure(strategy.gasBps, 2), number(strategy.filledPercent.mean.toFixed(1))],
    number(String(strategy.fills)),
  ])
  return table(heading, rows)
}

export function drawdownTable(strategies: readonly StrategyResult[]): string {
  const heading: Cell[] = ['Strategy', 'Gate', unit('Below arrival', '%'), unit('Below its high-water mark', '%')]
  const rows = strategies.map((strategy): Cell[] => [
    ...[nameCell(strategy), strategy.isGated ? 'on' : 'off'],
    ...[figure(strategy.drawdownFromArrival, 2), figure(strategy.drawdownFromPeak, 2)],
  ])
  return table(heading, rows)
}

/** Every way in which decisions and orders ended, with what it means. */
export function guardTable(strategies: readonly StrategyResult[]): string {
  const names = strategies.map(({ name, isGated }) =>
    number(isGated ? name : `${name}<br><span class="unit">no gate</span>`),
  )
  const rows = guardRows(strategies).map(({ verdict, reason, counts }): Cell[] => [
    `<b>${verdict}</b>${reason === 'None' ? '' : ` ${reason}`}<br><span class="unit">${escaped(meaningOf(verdict, reason))}</span>`,
    ...counts.map((count) => number(count === 0 ? '·' : String(count))),
  ])
  return table(['Ending', ...names], rows)
}

function meaningOf(verdict: string, reason: Reason): string {
  if (reason === 'None') return 'The slice is traded as wanted.'
  const meaning = explain(devnet, reason)
  if (verdict === 'shrink') return `The slice is made smaller. ${meaning}`
  if (verdict === 'expired') return `Sent, and no block could hold it before its deadline. ${meaning}`
  return meaning
}
