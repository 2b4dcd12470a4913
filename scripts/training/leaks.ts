import type { Bar } from '../../models/market/bar.ts'
import { measure, seriesOf } from '../../models/market/measure.ts'
import { barSeconds } from '../../shared/schema/bars.ts'
import { seededRandom } from '../devnet/random.ts'
import type { Asset } from './asset.ts'

/** A feature knows what had not happened yet. Nothing may be trained on it. */
export class LookAhead extends Error {
  override name = 'LookAhead'
}

/** Times at which an asset's features are examined before a training. */
const examinedTimes = 50
/** Bars around each of them: a week before and a day after. */
const [barsBefore, barsAfter] = [2_017, 288]

/** @throws LookAhead where what the models see at some time depends on a bar that had not closed by then */
export function refuseLeaks({ symbol, bars }: Asset, seed: number): void {
  const random = seededRandom(`leaks ${symbol} ${seed}`)
  const features = (visible: readonly Bar[], at: number) => measure(seriesOf(visible, 'candles'), at)
  for (let look = 0; look < examinedTimes; look++) {
    const middle = barsBefore + Math.floor(random.uniform() * Math.max(0, bars.length - barsBefore - barsAfter))
    const around = bars.slice(middle - barsBefore, middle + barsAfter)
    const at = (bars[middle]?.openTime ?? 0) + Math.floor(random.uniform() * barSeconds)
    refuseLookAhead(symbol, features, around, at)
  }
}

/**
 * Changes everything after a time, and asks whether what is seen at that time changes with it.
 *
 * @param features anything that is computed from bars for a time
 * @throws LookAhead where it does
 */
export function refuseLookAhead(
  name: string,
  features: (bars: readonly Bar[], at: number) => unknown,
  bars: readonly Bar[],
  at: number,
): void {
  const seen = JSON.stringify(features(bars, at))
  for (const change of futures) {
    const changed = bars.map((bar) => (bar.openTime + barSeconds > at ? change(bar) : bar))
    if (JSON.stringify(features(changed, at)) !== seen) {
      throw new LookAhead(`What ${name} shows at ${new Date(at * 1000).toISOString()} depends on bars after it.`)
    }
  }
}

/** Other futures: one that doubles, one that stands still, one without numbers. */
const futures: readonly ((bar: Bar) => Bar)[] = [
  (bar) => scaled(bar, 2),
  (bar) => ({ ...bar, high: bar.open, low: bar.open, close: bar.open, volume: 0 }),
  (bar) => scaled(bar, Number.NaN),
]

function scaled({ openTime, open, high, low, close, volume }: Bar, factor: number): Bar {
  const times = (value: number | null) => (value === null ? null : value * factor)
  return {
    openTime,
    open: open * factor,
    high: times(high),
    low: times(low),
    close: close * factor,
    volume: times(volume),
  }
}
