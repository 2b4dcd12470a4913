import type { StrategyResult } from '../result.ts'
import type { Estimate } from '../statistics.ts'
import { categoryAxis, faint, gridTitle, legend, svgOf, valueAxis, whiskers } from './svg.ts'

const gatedOf = (strategies: readonly StrategyResult[]) => strategies.filter(({ isGated }) => isGated)
const ungatedOf = (strategies: readonly StrategyResult[]) => strategies.filter(({ isGated }) => !isGated)
const barWidth = 20

/** Bars with and without the gate side by side, with whiskers; strategies along the axis. */
function gatePair(
  strategies: readonly StrategyResult[],
  of: (strategy: StrategyResult) => Estimate,
  axes = { xAxisIndex: 0, yAxisIndex: 0 },
) {
  const groups = [
    { name: 'with the volatility gate', shown: gatedOf(strategies), opacity: 1 },
    { name: 'without it', shown: ungatedOf(strategies), opacity: 0.4 },
  ]
  return groups.flatMap(({ name, shown, opacity }, index) => [
    {
      ...{ type: 'bar', name, barWidth, barGap: '0%', ...axes, itemStyle: { color: '#0072b2', opacity } },
      data: shown.map((strategy) => of(strategy).mean),
    },
    whiskers(shown.map(of), { index, of: groups.length, barWidth }, axes),
  ])
}

/** Mean shortfall, and what it is beyond that of TWAP in the same windows. */
export function shortfallChart(strategies: readonly StrategyResult[]): string {
  const names = gatedOf(strategies).map(({ name }) => name)
  const xAxis = (gridIndex: number) => ({
    ...categoryAxis,
    gridIndex,
    data: names,
    axisLine: { onZero: false, lineStyle: { color: faint } },
  })
  return svgOf(
    {
      legend: { ...legend, left: 'center', data: ['with the volatility gate', 'without it'], selectedMode: false },
      title: [gridTitle('Shortfall against arrival', '6%', 26), gridTitle('Beyond TWAP in the same window', '56%', 26)],
      grid: [
        { left: '6.5%', width: '41%', top: 56, bottom: 30 },
        { left: '56.5%', width: '42%', top: 56, bottom: 30 },
      ],
      xAxis: [xAxis(0), xAxis(1)],
      yAxis: [0, 1].map((gridIndex) => ({ ...valueAxis('basis points'), gridIndex })),
      series: [
        ...gatePair(strategies, ({ shortfallBps }) => shortfallBps),
        ...gatePair(strategies, ({ beyondTwapBps }) => beyondTwapBps, { xAxisIndex: 1, yAxisIndex: 1 }),
      ],
    },
    330,
  )
}

/** What execution costs by its parts, and what the market's own moves did. */
export function partsChart(strategies: readonly StrategyResult[]): string {
  const shown = gatedOf(strategies)
  const names = shown.map(({ name }) => name)
  const parts = [
    { name: 'pool fee', color: '#0072b2', of: ({ feeBps }: StrategyResult) => feeBps.mean },
    { name: 'impact', color: '#e69f00', of: ({ impactBps }: StrategyResult) => impactBps.mean },
    { name: 'gas', color: '#8b98a5', of: ({ gasBps }: StrategyResult) => gasBps.mean },
  ]
  const timing = { xAxisIndex: 1, yAxisIndex: 1 }
  const xAxis = (gridIndex: number) => ({
    ...categoryAxis,
    gridIndex,
    data: names,
    axisLine: { onZero: false, lineStyle: { color: faint } },
  })
  return svgOf(
    {
      legend: { ...legend, left: 'center', data: [...parts.map(({ name }) => name), 'timing'], selectedMode: false },
      title: [gridTitle('Fee, impact and gas (whisker: of their sum)', '6%', 26), gridTitle('Timing', '56%', 26)],
      grid: [
        { left: '6.5%', width: '41%', top: 56, bottom: 30 },
        { left: '56.5%', width: '42%', top: 56, bottom: 30 },
      ],
      xAxis: [xAxis(0), xAxis(1)],
      yAxis: [0, 1].map((gridIndex) => ({ ...valueAxis('basis points'), gridIndex })),
      series: [
        ...parts.map(({ name, color, of }) => ({
          type: 'bar',
          stack: 'parts',
          name,
          barWidth: 34,
          itemStyle: { color },
          data: shown.map(of),
        })),
        whiskers(
          shown.map(({ executionBps }) => executionBps),
          { index: 0, of: 1, barWidth: 34 },
        ),
        {
          type: 'bar',
          name: 'timing',
          ...timing,
          barWidth: 34,
          itemStyle: { color: '#cc79a7' },
          data: shown.map(({ timingBps }) => timingBps.mean),
        },
        whiskers(
          shown.map(({ timingBps }) => timingBps),
          { index: 0, of: 1, barWidth: 34 },
          timing,
        ),
      ],
    },
    330,
  )
}

/** Mean fall of what the order is worth, against arrival and against its highest. */
export function drawdownChart(strategies: readonly StrategyResult[]): string {
  const shown = gatedOf(strategies)
  const groups = [
    { name: 'below arrival', color: '#0072b2', of: ({ drawdownFromArrival }: StrategyResult) => drawdownFromArrival },
    {
      name: 'below its high-water mark',
      color: '#56b4e9',
      of: ({ drawdownFromPeak }: StrategyResult) => drawdownFromPeak,
    },
  ]
  return svgOf(
    {
      legend: { ...legend, left: 'center', selectedMode: false, data: groups.map(({ name }) => name) },
      grid: { left: '6.5%', right: '2%', top: 34, bottom: 30 },
      xAxis: { ...categoryAxis, data: shown.map(({ name }) => name) },
      yAxis: valueAxis('% of its worth on arrival or at its highest'),
      series: groups.flatMap(({ name, color, of }, index) => [
        {
          type: 'bar',
          name,
          barWidth: 34,
          barGap: '0%',
          itemStyle: { color },
          data: shown.map((strategy) => of(strategy).mean),
        },
        whiskers(shown.map(of), { index, of: groups.length, barWidth: 34 }),
      ]),
    },
    290,
  )
}
