import type { Example, StrategyResult, Subject } from '../result.ts'
import { categoryAxis, colourOf, faint, gridTitle, ink, legend, line, svgOf, valueAxis } from './svg.ts'

/** Planned and filled share of the order over time, one panel a strategy. */
export function scheduleChart(strategies: readonly StrategyResult[], { hours }: Subject): string {
  const shown = strategies.filter(({ isGated }) => isGated)
  const width = 100 / shown.length
  const boxes = shown.map((_, index) => ({
    left: `${index * width + 3.6}%`,
    width: `${width - 4.4}%`,
    top: 52,
    bottom: 46,
  }))
  const slots = shown[0]?.plannedBySlot?.length ?? shown[0]?.filledBySlot.length ?? 1
  const planned = shown.find(({ plannedBySlot }) => plannedBySlot !== null)?.plannedBySlot ?? []
  const slices = planned.findIndex((share) => share >= 99.999) + 1
  const hoursPerSlot = hours / (slices > 0 ? slices : slots)
  const points = (shares: readonly number[]) => [
    [0, 0],
    ...shares.map((share, index) => [(index + 1) * hoursPerSlot, share]),
  ]
  const steps = { type: 'line' as const, showSymbol: false }
  return svgOf(
    {
      legend: { ...legend, left: 'center', data: ['planned', 'filled'], selectedMode: false },
      title: shown.map(({ name }, index) => gridTitle(name, `${index * width + 3.6}%`, 26)),
      grid: boxes,
      xAxis: shown.map((_, gridIndex) => ({
        ...valueAxis('hours'),
        gridIndex,
        nameGap: 26,
        max: Math.ceil(slots * hoursPerSlot),
        splitLine: { show: false },
      })),
      yAxis: shown.map((_, gridIndex) => ({
        ...valueAxis(gridIndex === 0 ? '% of the order' : ''),
        nameGap: 32,
        gridIndex,
        max: 100,
        axisLabel: { show: gridIndex === 0, color: faint },
      })),
      series: shown.flatMap(({ plannedBySlot, filledBySlot }, index) => {
        const axes = { xAxisIndex: index, yAxisIndex: index }
        const colour = colourOf(index)
        return [
          ...(plannedBySlot === null
            ? []
            : [
                {
                  ...steps,
                  ...axes,
                  name: 'planned',
                  data: points(plannedBySlot),
                  z: 5,
                  lineStyle: { color: ink, type: 'dashed', width: 1.2 },
                  itemStyle: { color: ink },
                },
              ]),
          {
            ...steps,
            ...axes,
            name: 'filled',
            data: points(filledBySlot),
            lineStyle: { color: colour, width: 2.5 },
            itemStyle: { color: colour },
            areaStyle: { color: colour, opacity: 0.1 },
          },
        ]
      }),
    },
    270,
  )
}

/** The price of the wildest window, and under it what each strategy sold when. */
export function exampleChart({ prices, fills, start }: Example): string {
  const hoursAt = (at: number) => (at - start) / 3_600
  const last = hoursAt(prices.at(-1)?.at ?? start)
  const xAxis = { ...valueAxis(''), max: last, splitLine: { lineStyle: { color: line, type: 'dotted' } } }
  const names = fills.map(({ name }) => name)
  const largest = Math.max(1e-9, ...fills.flatMap((one) => one.fills.map(({ percent }) => percent)))
  return svgOf(
    {
      title: [gridTitle('Market price', 64), gridTitle('Fills (area: share of the order)', 64, 226)],
      grid: [
        { left: 120, right: 20, top: 28, height: 180 },
        { left: 120, right: 20, top: 254, height: 150 },
      ],
      xAxis: [
        { ...xAxis, gridIndex: 0, axisLabel: { show: false } },
        { ...xAxis, gridIndex: 1, name: 'hours after arrival', nameGap: 26 },
      ],
      yAxis: [
        { ...valueAxis('USD'), gridIndex: 0, scale: true, nameGap: 52 },
        {
          ...categoryAxis,
          gridIndex: 1,
          data: names,
          inverse: true,
          axisLabel: { ...categoryAxis.axisLabel, margin: 20 },
          splitLine: { show: true, lineStyle: { color: line } },
        },
      ],
      series: [
        {
          type: 'line',
          data: prices.map(({ at, usd }) => [hoursAt(at), usd]),
          showSymbol: false,
          lineStyle: { color: ink, width: 1.3 },
        },
        ...fills.map((one, index) => ({
          ...{ type: 'scatter', xAxisIndex: 1, yAxisIndex: 1, itemStyle: { color: colourOf(index), opacity: 0.75 } },
          data: one.fills.map(({ at, percent }) => ({
            value: [hoursAt(at), one.name],
            symbolSize: 3 + 21 * Math.sqrt(percent / largest),
          })),
        })),
      ],
    },
    450,
  )
}
