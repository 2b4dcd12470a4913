import { describe, expect, it } from 'vitest'
import type { Bar } from '../../../models/market/bar.ts'
import { screenBars } from '../../../models/market/screen.ts'
import { walk } from './bars.ts'

const bars = walk(0.6, 3, 20)

/** What is wrong with the bars when the eleventh is changed so. */
function faultsWith(change: (bar: Bar) => Bar | Bar[]): string[] {
  const changed = bars.flatMap((bar, index) => (index === 10 ? change(bar) : [bar]))
  return screenBars(changed).discarded.map(({ fault }) => fault)
}

describe('bars that cannot be', () => {
  it('are none of a market’s own', () => {
    expect(screenBars(bars)).toEqual({ bars, discarded: [] })
  })

  it.each<[string, (bar: Bar) => Bar | Bar[], string[]]>([
    ['a close that is no number', (bar) => ({ ...bar, close: Number.NaN }), ['NotANumber']],
    ['an infinite volume', (bar) => ({ ...bar, volume: Number.POSITIVE_INFINITY }), ['NotANumber']],
    ['a price of zero', (bar) => ({ ...bar, low: 0 }), ['NotPositive']],
    ['a negative volume', (bar) => ({ ...bar, volume: -1 }), ['NotPositive']],
    ['a time between bars', (bar) => ({ ...bar, openTime: bar.openTime + 60 }), ['OffGrid']],
    ['a bar twice', (bar) => [bar, bar], ['Duplicate']],
    ['a bar from the past', (bar) => [bar, { ...bar, openTime: bar.openTime - 3_000 }], ['Unordered']],
    ['high and low exchanged', (bar) => ({ ...bar, high: bar.low, low: bar.high }), ['RangeBroken']],
    ['volume in the place of the close', (bar) => ({ ...bar, close: 12_345, high: 12_346 }), ['Leap']],
    ['a price in another unit', (bar) => scaled(bar, 1e-6), ['Leap']],
  ])('%s', (_name, change, expected) => {
    expect(faultsWith(change)).toEqual(expected)
  })

  it('that fall by half within five minutes can be: markets have', () => {
    expect(faultsWith((bar) => ({ ...bar, close: bar.close / 2, low: bar.close / 2 }))).toEqual([])
  })
})

function scaled(bar: Bar, factor: number): Bar {
  const { open, high, low, close } = bar
  return { ...bar, open: open * factor, high: (high ?? 0) * factor, low: (low ?? 0) * factor, close: close * factor }
}
