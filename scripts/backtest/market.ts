import type { Bar } from '../../models/market/bar.ts'
import { measure, seriesOf } from '../../models/market/measure.ts'
import { barSeconds, windowBars } from '../../shared/schema/bars.ts'
import type { PriceHistory } from '../../shared/schema/price-history.ts'
import type { CandleHistory } from './candle-history.ts'
import { Feed, type FeedTerms } from './feed.ts'
import { GasPath } from './gas-path.ts'
import { type MarketPath, pathThrough } from './market-path.ts'
import type { Pair } from './pair.ts'

/** The vault's time-weighted price looks back so far, seconds; the local treasury's has the same. */
export const twapSeconds = 1_800
/** Before a window begins, the feed must have answered and the average must have something to look back on. */
const leadSeconds = 9_000
const longestWindow = Math.max(...windowBars)

/** Terms of the market around an order that candles do not tell. */
export interface MarketTerms {
  /** candles: what an exchange shows. pool: what the worker reads off the deepest pool by itself, without turnover. */
  forecastFrom: 'candles' | 'pool'
  feedDeviationBps: number
  medianGasGwei: number
  seed: string
}

/** All that happens around one parent order, whoever trades in it: the same for every strategy that is compared. */
export interface WindowMarket {
  forecastFrom: MarketTerms['forecastFrom']
  /** Of the parent order, seconds. */
  start: number
  /** Past the last block in which one of its orders could run. */
  end: number
  path: MarketPath
  feed: Feed
  /** USD of one native token: what gas is paid in. */
  native: MarketPath
  nativeFeed: Feed
  gas: GasPath
  /** What the market did lately, from the candles that had closed by then. */
  history(at: number): PriceHistory
}

/** The market of a window; null where a candle of it is missing. */
export function windowMarket(
  candles: CandleHistory,
  nativeCandles: CandleHistory,
  pair: Pair,
  terms: MarketTerms,
  window: { start: number; end: number },
): WindowMarket | null {
  const from = floorToBar(window.start) - leadSeconds
  const to = floorToBar(window.end + barSeconds - 1)
  const [traded, native] = [candles.whole(from, to), nativeCandles.whole(from, to)]
  if (traded === null || native === null) return null
  const { blockSeconds } = pair.chain
  const path = pathThrough(traded, blockSeconds, terms.seed)
  const nativePath = candles === nativeCandles ? path : pathThrough(native, blockSeconds, `${terms.seed} native`)
  const feedTerms: FeedTerms = { deviationBps: terms.feedDeviationBps, heartbeat: pair.base.feed.heartbeat }
  return {
    ...window,
    forecastFrom: terms.forecastFrom,
    path,
    feed: new Feed(path, feedTerms, blockSeconds),
    native: nativePath,
    nativeFeed: new Feed(nativePath, feedTerms, blockSeconds),
    gas: new GasPath({ from, to }, blockSeconds, terms.medianGasGwei, terms.seed),
    history: rememberedHistory(candles),
  }
}

function floorToBar(time: number): number {
  return time - (time % barSeconds)
}

/** Only closed candles are handed over at all. The same minutes are asked for again and again. */
function rememberedHistory(candles: CandleHistory): WindowMarket['history'] {
  const remembered = new Map<number, PriceHistory>()
  return (at) => {
    const until = floorToBar(at)
    const known =
      remembered.get(until) ?? historyAt(candles.known(until - (longestWindow + 1) * barSeconds, until), until)
    remembered.set(until, known)
    return known
  }
}

function historyAt(bars: readonly Bar[], until: number): PriceHistory {
  return measure(seriesOf(bars, 'candles'), until)
}
