import type { Bar } from '../../models/market/bar.ts'

/** One way in which a feed goes wrong. */
export interface Spoil {
  what: string
  spoil: (bars: readonly Bar[]) => Bar[]
}

/** Applies a change to the newest bars, so many of them. */
const newest = (count: number, change: (bar: Bar, last: Bar | undefined) => Bar) => (bars: readonly Bar[]) => {
  const first = bars.length - count
  return bars.map((bar, index) => (index < first ? bar : change(bar, bars[first - 1])))
}

export const spoils: readonly Spoil[] = [
  { what: 'the last bar is missing', spoil: (bars) => bars.slice(0, -1) },
  { what: 'the last hour is missing', spoil: (bars) => bars.slice(0, -12) },
  { what: 'a day of the week is missing', spoil: (bars) => [...bars.slice(0, -900), ...bars.slice(-612)] },
  { what: 'every tenth bar is missing', spoil: (bars) => bars.filter((_, index) => index % 10 !== 0) },
  { what: 'six hours come twice, the second time with other prices', spoil: doubled },
  { what: 'closes of zero for an hour', spoil: newest(12, (bar) => ({ ...bar, close: 0 })) },
  { what: 'no numbers for two hours', spoil: newest(24, (bar) => ({ ...bar, close: Number.NaN })) },
  { what: 'high and low exchanged for a day', spoil: newest(288, (bar) => ({ ...bar, high: bar.low, low: bar.high })) },
  {
    what: 'close and volume exchanged for a day',
    spoil: newest(288, (bar) => ({ ...bar, close: bar.volume ?? 0, volume: bar.close })),
  },
  { what: 'a price that stands still for an hour', spoil: newest(12, still) },
  { what: 'a price that stands still for a day', spoil: newest(288, still) },
  { what: 'cents in the place of dollars for an hour', spoil: newest(12, (bar) => scaled(bar, 100)) },
]

function still(bar: Bar, last: Bar | undefined): Bar {
  const price = last?.close ?? bar.open
  return { ...bar, open: price, high: price, low: price, close: price }
}

function scaled({ openTime, open, high, low, close, volume }: Bar, factor: number): Bar {
  return {
    openTime,
    open: open * factor,
    high: (high ?? open) * factor,
    low: (low ?? open) * factor,
    close: close * factor,
    volume,
  }
}

function doubled(bars: readonly Bar[]): Bar[] {
  return bars.flatMap((bar, index) => (index < bars.length - 72 ? [bar] : [bar, scaled(bar, 1.5)]))
}
