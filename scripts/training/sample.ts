import { measure } from '../../models/market/measure.ts'
import { isComplete } from '../../models/volatility/complete.ts'
import type { PriceHistory } from '../../shared/schema/price-history.ts'
import { type Asset, timesBetween } from './asset.ts'

/** What a model sees at a time, and the variance that then came. */
export interface Sample {
  time: number
  history: PriceHistory
  /** Realised variance over the horizon, above zero. */
  realised: number
}

/** The times of an asset at which both a complete history and an outcome exist. */
export function samplesOf(
  asset: Asset,
  source: 'candles' | 'pool',
  { first, last, every, hours }: { first: number; last: number; every: number; hours: number },
): Sample[] {
  const samples: Sample[] = []
  for (const time of timesBetween(Math.max(first, asset.from), Math.min(last, asset.to), every)) {
    const realised = asset.realisedAfter(time, hours)
    if (!(realised > 0)) continue
    const history = measure(asset[source], time)
    if (isComplete(history)) samples.push({ time, history, realised })
  }
  return samples
}
