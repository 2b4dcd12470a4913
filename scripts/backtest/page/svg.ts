import { BarChart, CustomChart, LineChart, ScatterChart } from 'echarts/charts'
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components'
import { type EChartsCoreOption, init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

use([BarChart, LineChart, ScatterChart, CustomChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer])

export const ink = '#1f2933'
export const faint = '#6b7785'
export const line = '#d9dfe5'
/** In single quotes: it stands in attributes. */
const font = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', 'DejaVu Sans', sans-serif"

/** One colour a strategy, told apart also without colour vision (Okabe & Ito 2008). */
const colours = ['#0072b2', '#56b4e9', '#009e73', '#e69f00', '#d55e00']
export const colourOf = (index: number) => colours[index % colours.length] ?? ink

type Option = EChartsCoreOption & { series: readonly object[] }

/** A chart as SVG text, rendered here and now: the page asks nobody for anything. */
export function svgOf(option: Option, height: number, width = 1000): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height })
  const series = option.series.map((one) => ({ ...one, silent: true }))
  chart.setOption({ animation: false, textStyle: { fontFamily: font, color: ink }, ...option, series })
  const svg = chart.renderToSVGString()
  chart.dispose()
  return svg
}

/** How axes look everywhere. */
export const categoryAxis = {
  type: 'category' as const,
  axisTick: { show: false },
  axisLine: { lineStyle: { color: faint } },
  axisLabel: { color: ink, fontSize: 12, interval: 0 },
}

export function valueAxis(name: string) {
  return {
    type: 'value' as const,
    name,
    nameLocation: 'middle' as const,
    nameGap: 44,
    nameTextStyle: { color: faint, fontSize: 12 },
    axisLabel: { color: faint, fontSize: 12, formatter: (value: number) => String(value).replace('-', '−') },
    splitLine: { lineStyle: { color: line } },
  }
}

/** Wide gaps: the width of text is only estimated here, and fonts differ. */
export const legend = { itemGap: 40, itemWidth: 14, itemHeight: 10, textStyle: { color: ink, fontSize: 12 }, top: 0 }

export function gridTitle(text: string, left: number | string, top = 0) {
  return { text, left, top, textStyle: { fontSize: 13, fontWeight: 600, color: ink, fontFamily: font } }
}

/** What echarts asks a custom series to draw with. */
interface Pen {
  value(dimension: number): number
  coord(point: [number, number]): [number, number]
  size(extent: [number, number]): [number, number]
}

/**
 * Whiskers of one standard error around the bars of a grouped bar chart.
 *
 * @param bars mean and standard error of each category's bar; null where there is none
 * @param place which of how many bars of a category, from 0
 */
export function whiskers(
  bars: readonly ({ mean: number; standardError: number | null } | null)[],
  place: { index: number; of: number; barWidth: number },
  axes: { xAxisIndex: number; yAxisIndex: number } = { xAxisIndex: 0, yAxisIndex: 0 },
) {
  const data = bars.flatMap((bar, category) => {
    return bar?.standardError == null ? [] : [[category, bar.mean - bar.standardError, bar.mean + bar.standardError]]
  })
  const shift = (place.index - (place.of - 1) / 2) * place.barWidth
  const style = { stroke: ink, lineWidth: 1.2, fill: 'none' }
  return {
    ...axes,
    type: 'custom' as const,
    z: 10,
    silent: true,
    // So that axes make room for them.
    encode: { x: 0, y: [1, 2] },
    data,
    renderItem: (_: unknown, pen: Pen) => {
      const [centre, low] = pen.coord([pen.value(0), pen.value(1)])
      const [, high] = pen.coord([pen.value(0), pen.value(2)])
      const x = centre + shift
      const stroke = (x1: number, y1: number, x2: number, y2: number) => {
        return { type: 'line' as const, shape: { x1, y1, x2, y2 }, style }
      }
      const children = [stroke(x, low, x, high), stroke(x - 4, low, x + 4, low), stroke(x - 4, high, x + 4, high)]
      return { type: 'group' as const, children }
    },
  }
}
