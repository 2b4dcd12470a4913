import { guardRows, sumOf } from '../guard-rows.ts'
import type { StrategyResult } from '../result.ts'
import { categoryAxis, ink, legend, svgOf, valueAxis } from './svg.ts'

const verdictColours: Readonly<Record<string, readonly string[]>> = {
  allow: ['#cfd8df'],
  shrink: ['#e69f00', '#f0c15c', '#f7dca3'],
  wait: ['#56b4e9', '#8fcdf1', '#c3e4f8'],
  review: ['#009e73'],
  refuse: ['#d55e00', '#e58a4a', '#f0b58d', '#f7d6bf'],
  latch: ['#000000'],
  expired: ['#cc79a7', '#dda3c2', '#ebc8db'],
}

/** How decisions and orders ended, in per cent of each strategy's. */
export function guardChart(strategies: readonly StrategyResult[]): string {
  const names = strategies.map(({ name, isGated }) => (isGated ? name : `${name}, no gate`))
  const totals = strategies.map(({ endings }) => sumOf(endings.map(({ count }) => count)))
  const order = Object.keys(verdictColours)
  const rows = guardRows(strategies).sort((one, other) => order.indexOf(one.verdict) - order.indexOf(other.verdict))
  const seen = new Map<string, number>()
  const series = rows.map(({ verdict, reason, counts }) => {
    const shades = verdictColours[verdict] ?? [ink]
    const place = seen.get(verdict) ?? 0
    seen.set(verdict, place + 1)
    const color = shades[Math.min(place, shades.length - 1)]
    const data = counts.map((count, index) => (count / Math.max(1, totals[index] ?? 1)) * 100)
    return { type: 'bar', stack: 'all', name: labelOf(verdict, reason), itemStyle: { color }, barWidth: 18, data }
  })
  const perRow = 3
  const top = 14 + Math.ceil(series.length / perRow) * 22
  return svgOf(
    {
      legend: { ...legend, left: 170, right: 20, selectedMode: false, itemGap: 36 },
      grid: { left: 170, right: 24, top, bottom: 44 },
      xAxis: { ...valueAxis('% of decisions and orders'), nameGap: 28, max: 100 },
      yAxis: { ...categoryAxis, data: names, inverse: true },
      series,
    },
    top + 44 + names.length * 28,
  )
}

/** "shrink: VolatilityGate"; a trade without a reason is called by its verdict. */
export function labelOf(verdict: string, reason: string): string {
  return reason === 'None' ? verdict : `${verdict}: ${reason}`
}
