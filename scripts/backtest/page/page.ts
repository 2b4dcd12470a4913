import type { BacktestResult, StrategyResult, Subject } from '../result.ts'
import { caveatsOf, withError } from '../terminal.ts'
import { drawdownChart, partsChart, shortfallChart } from './cost-charts.ts'
import { guardChart } from './guard-chart.ts'
import { costTable, drawdownTable, escaped, guardTable } from './tables.ts'
import { exampleChart, scheduleChart } from './time-charts.ts'

/** The whole comparison as one page that asks nobody for anything. */
export function pageOf({ subject, strategies, example }: BacktestResult): string {
  const title = `${subject.order}: what five schedules would have cost`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<header>
<p class="kicker">Portcullis backtest</p>
<h1>${escaped(title)}</h1>
<p class="lead">${escaped(leadOf(subject))}</p>
${caveatsOf(subject)
  .map((sentence) => `<p class="caveat">${escaped(sentence)}</p>`)
  .join('\n')}
</header>
${section(
  'In short',
  `<ul>${findings(strategies)
    .map((sentence) => `<li>${escaped(sentence)}</li>`)
    .join('')}</ul>`,
)}
${section('Cost against arrival', costSection(strategies))}
${section('What was planned and what was filled', scheduleSection(strategies, subject))}
${section('Price and fills in the wildest window', exampleSection(example))}
${section('How far the worth fell', drawdownSection(strategies))}
${section('What the guards did', guardSection(strategies))}
${section('What was assumed', `<ul>${subject.assumptions.map((sentence) => `<li>${escaped(sentence)}</li>`).join('')}</ul>`)}
</main>
</body>
</html>
`
}

function section(heading: string, content: string): string {
  return `<section>\n<h2>${escaped(heading)}</h2>\n${content}\n</section>`
}

function figure(svg: string, caption: string): string {
  return `<figure>${svg}<figcaption>${escaped(caption)}</figcaption></figure>`
}

function leadOf(subject: Subject): string {
  const { windows, leftOut, symbol, from, to, meanUsd, hours } = subject
  const worth = Math.round(meanUsd).toLocaleString('en-US')
  const missing = leftOut > 0 ? ` ${leftOut} more windows lack a candle and are left out.` : ''
  return (
    `The same parent order, worth ${worth} USD in the mean and worked over ${round(hours)} hours, in ${windows} windows of ${symbol} ` +
    `five-minute candles between ${from} and ${to}. Each schedule runs through the agent’s own decide(), once with its volatility ` +
    `gate and once without, on the same market.${missing}`
  )
}

function round(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(1)
}

/** Standard errors that chance exceeds in one comparison of twenty, of four that are made at once (Bonferroni). */
const farApart = 2.5

/** Per cent of the order. */
const nearlyAll = 98

/** What the figures say, and no more than they do. */
function findings(strategies: readonly StrategyResult[]): string[] {
  const gated = strategies.filter(({ isGated }) => isGated)
  const unfilled = gated.filter(({ filledPercent }) => filledPercent.mean < 99.5)
  // What stays unsold pays no fee: only those that sell all can be compared by it.
  const byCost = gated
    .filter(({ filledPercent }) => filledPercent.mean >= nearlyAll)
    .sort((one, other) => one.executionBps.mean - other.executionBps.mean)
  const [cheapest, dearest] = [byCost[0], byCost.at(-1)]
  const [surest] = [...gated].sort(
    (one, other) => (one.shortfallDeviationBps ?? 0) - (other.shortfallDeviationBps ?? 0),
  )
  const apart = gated.filter(({ beyondTwapBps: { mean, standardError } }) => {
    return standardError !== null && Math.abs(mean) > farApart * standardError
  })
  if (surest === undefined) return []
  return [
    ...(cheapest === undefined || dearest === undefined || cheapest === dearest
      ? []
      : [
          `Fee, impact and gas, of those that sell at least ${nearlyAll} %: ${cheapest.name} pays least, ${withError(cheapest.executionBps, 2)} bp, and ${dearest.name} most, ${withError(dearest.executionBps, 2)} bp.`,
        ]),
    apart.length === 0
      ? `No schedule’s shortfall is further from that of TWAP in the same windows than chance may bring (${farApart} standard errors): the market’s own moves outweigh what tells them apart.`
      : `Further from TWAP in the same windows than chance would bring (${farApart} standard errors): ${apart.map(({ name, beyondTwapBps }) => `${name} by ${withError(beyondTwapBps, 1)} bp`).join(', ')}.`,
    ...(surest.shortfallDeviationBps === null
      ? []
      : [
          `One order’s shortfall varies least with ${surest.name}: a standard deviation of ${surest.shortfallDeviationBps.toFixed(0)} bp between windows.`,
        ]),
    ...(unfilled.length === 0
      ? []
      : [
          `Not all is sold by ${unfilled.map(({ name, filledPercent }) => `${name} (${filledPercent.mean.toFixed(1)} %)`).join(', ')}; what is left is counted at the last price, as timing.`,
        ]),
  ]
}

function costSection(strategies: readonly StrategyResult[]): string {
  const caption =
    'Basis points of the order’s worth on arrival; positive is a cost. Bars are means over the windows, whiskers one standard error.'
  return [
    figure(shortfallChart(strategies), caption),
    figure(
      partsChart(strategies),
      'The parts of the shortfall with the gate. Timing is what the market moved between arrival and fill.',
    ),
    costTable(strategies),
    '<p class="note">Mean ± standard error over the windows. Deviation is that of one order’s shortfall. Beyond TWAP compares window by window.</p>',
  ].join('\n')
}

function scheduleSection(strategies: readonly StrategyResult[], subject: Subject): string {
  const caption =
    'Share of the order, mean over all windows, with the gate. POV plans nothing ahead: it follows what the market turns over.'
  return figure(scheduleChart(strategies, subject), caption)
}

function exampleSection(example: BacktestResult['example']): string {
  const day = new Date(example.start * 1_000).toISOString().replace('T', ' ').slice(0, 16)
  return figure(exampleChart(example), `The window from ${day} UTC, in which the price moved most; with the gate.`)
}

function drawdownSection(strategies: readonly StrategyResult[]): string {
  const caption =
    'The largest fall, in dollars, of what the order sells and what it bought, until its mandate’s end: mean over all windows, with the gate.'
  return figure(drawdownChart(strategies), caption) + drawdownTable(strategies)
}

function guardSection(strategies: readonly StrategyResult[]): string {
  const caption =
    'How decisions ended, and orders that no block could hold. A slice that waits or expires is decided again.'
  return figure(guardChart(strategies), caption) + guardTable(strategies)
}

const style = `
:root { color-scheme: light; --ink: #1f2933; --faint: #5b6773; --line: #d9dfe5; }
* { box-sizing: border-box; }
body { margin: 0; background: #f5f7f9; color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", "DejaVu Sans", sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 40px 24px 64px; }
header { margin-bottom: 28px; }
.kicker { margin: 0 0 6px; color: #0072b2; font-weight: 600; font-size: 14px; letter-spacing: 0.02em; }
h1 { margin: 0 0 12px; font-size: 30px; line-height: 1.25; letter-spacing: -0.01em; }
.lead { margin: 0; max-width: 78ch; color: var(--faint); }
.caveat { margin: 10px 0 0; padding: 8px 12px; max-width: 92ch; background: #fff4e0; border: 1px solid #e8c27a; border-radius: 6px; font-size: 14.5px; }
section { background: #fff; border: 1px solid var(--line); border-radius: 10px; padding: 22px 24px 20px; margin-bottom: 20px; }
h2 { margin: 0 0 12px; font-size: 19px; }
ul { margin: 0; padding-left: 20px; }
li { margin: 4px 0; max-width: 92ch; }
figure { margin: 0 0 18px; }
figure svg { display: block; width: 100%; height: auto; }
figcaption, .note { margin: 8px 0 0; color: var(--faint); font-size: 14px; max-width: 92ch; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; font-variant-numeric: tabular-nums; }
th, td { padding: 7px 8px; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { font-weight: 600; border-bottom: 2px solid var(--line); vertical-align: bottom; }
td.number, th.number { text-align: right; white-space: nowrap; }
.name { white-space: nowrap; }
.unit { color: var(--faint); font-weight: 400; font-size: 12px; white-space: normal; }
tbody tr:last-child td { border-bottom: 0; }
`
