import type { Address } from 'viem'
import type { Bar } from '../../models/market/bar.ts'
import { measure, seriesOf } from '../../models/market/measure.ts'
import { poolBars } from '../../models/market/pool-bars.ts'
import { screenBars } from '../../models/market/screen.ts'
import { isComplete } from '../../models/volatility/complete.ts'
import type { ChainDefinition } from '../../shared/chain/chains/chain.ts'
import { sortTokens } from '../../shared/chain/pool-address.ts'
import { assetOf } from '../../shared/policy/oracle-bound.ts'
import { barSeconds, windowBars } from '../../shared/schema/bars.ts'
import type { PairMarket, PriceHistory } from '../../shared/schema/price-history.ts'
import type { Snapshot } from '../../shared/schema/snapshot.ts'
import { complaintAbout } from './candle-check.ts'
import type { CandleChoice } from './candle-choices.ts'
import { CandlesUnavailable, fetchCandles } from './candle-source.ts'
import type { ledgerOf } from './ledger-address.ts'

export type BarLedger = Pick<ReturnType<typeof ledgerOf>, 'bars' | 'keepBars'>
export interface Pair {
  sell: Address
  buy: Address
}
type Seen = Pick<Snapshot, 'history' | 'timestamp' | 'assets'>

/** What is known of a pair's market. */
export interface KnownMarket {
  market: PairMarket
  /** Whose bars it is of, as the ledger keeps them. */
  series: string
  /** Why the candle source that is configured was not used; null where it was, or there is none. */
  withoutCandles: string | null
}

/**
 * The pair's market by the candle source that is configured for it, or by its deepest pool: where there is none, where it fails, and
 * where pool and oracle do not bear it out. Never fails for a candle source.
 */
export async function pairMarket(
  chain: ChainDefinition,
  choices: readonly CandleChoice[],
  ledger: BarLedger,
  seen: Seen,
  pair: Pair,
): Promise<KnownMarket> {
  const pool = await poolMarket(chain, ledger, seen, pair)
  const source = sourceFor(chain, choices, seen, pair)
  if (source === null) return pool
  try {
    const candles = await candleMarket(chain, ledger, seen, pair, source)
    if (candles.withoutCandles !== null) return { ...pool, withoutCandles: candles.withoutCandles }
    // A week of the pool's averages says more than a few candles.
    return isComplete(pool.market) && !isComplete(candles.market)
      ? { ...pool, withoutCandles: 'the candle source has too few candles of the last week' }
      : candles
  } catch (error) {
    if (!(error instanceof CandlesUnavailable)) throw error
    return { ...pool, withoutCandles: error.message }
  }
}

/** "pool, 24 of 2016 bars", for the log. */
export function describeMarket({ source, windows }: PriceHistory): string {
  return `${source}, ${windows.at(-1)?.present ?? 0} of ${longestWindow} bars`
}

const longestWindow = Math.max(...windowBars)

interface Source {
  base: Address
  url: string
}

/** The other token must be a dollar by the vault's own oracle: candles are in dollars, and their volume is taken for dollars. */
function sourceFor(
  { tokens }: ChainDefinition,
  choices: readonly CandleChoice[],
  { assets }: Seen,
  { sell, buy }: Pair,
): Source | null {
  for (const [base, other] of [
    [sell, buy],
    [buy, sell],
  ] as const) {
    const symbol = tokens.find(({ address }) => address === base)?.symbol
    const choice = choices.find((one) => one.symbol === symbol)
    const dollars = oraclePrice(assets, other)
    if (choice !== undefined && dollars !== null && Math.abs(dollars - 1) < 0.05) return { base, url: choice.url }
  }
  return null
}

/** Dollars for one whole token; null where the oracle gives no price. */
function oraclePrice(assets: Snapshot['assets'], token: Address): number | null {
  const verdict = assetOf(assets, token)?.verdict
  return verdict?.reason === 'None' ? Number((verdict.low + verdict.high) / 2n) / 1e18 : null
}

/** Only what is not kept yet is asked for: a week at first, then what has closed since. */
async function candleMarket(
  chain: ChainDefinition,
  ledger: BarLedger,
  { history, timestamp, assets }: Seen,
  pair: Pair,
  { base, url }: Source,
): Promise<KnownMarket> {
  const series = `candles:${base}`
  const until = timestamp - (timestamp % barSeconds)
  const kept = await ledger.bars(series, timestamp)
  const weekAgo = until - (longestWindow + 1) * barSeconds
  const from = Math.max(weekAgo, (kept.at(-1)?.openTime ?? 0) + barSeconds)
  const fresh = from < until ? await fetchCandles(url, from, until) : []
  const bars = [...kept, ...fresh]
  const screened = screenBars(bars).bars
  const measured = { base, ...measure(seriesOf(bars, 'candles'), timestamp) }
  const [token0] = sortTokens(pair.sell, pair.buy)
  const pool = poolBars(history, timestamp).map((bar) => (token0 === base ? bar : { ...bar, close: 1 / bar.close }))
  const witnesses = { at: timestamp, oraclePrice: oraclePrice(assets, base), pool }
  const complaint = complaintAbout(screened, witnesses)
  if (complaint === null) {
    const isFresh = new Set(fresh)
    await keepSettled(
      chain,
      ledger,
      series,
      screened.filter((bar) => isFresh.has(bar)),
      timestamp,
    )
  }
  return { market: measured, series, withoutCandles: complaint }
}

/**
 * What the pair's deepest pool shows of its market: the bars that were kept of it and those that the snapshot adds. A pool's bars
 * are its own: where another one has become the deepest, its price is a little different, and a jump between them would be none
 * of the market's.
 */
export async function poolMarket(
  chain: ChainDefinition,
  ledger: BarLedger,
  { history, timestamp }: Pick<Seen, 'history' | 'timestamp'>,
  { sell, buy }: Pair,
): Promise<KnownMarket> {
  const [base] = sortTokens(sell, buy)
  const series = `pool:${history.pool}`
  const kept = await ledger.bars(series, timestamp)
  const known = new Set(kept.map(({ openTime }) => openTime))
  const fresh = poolBars(history, timestamp).filter(({ openTime }) => !known.has(openTime))
  await keepSettled(chain, ledger, series, fresh, timestamp)
  const bars = [...kept, ...fresh].sort((one, other) => one.openTime - other.openTime)
  return { market: { base, ...measure(seriesOf(bars, 'pool'), timestamp) }, series, withoutCandles: null }
}

/**
 * Keeps bars that can no longer change: those that closed as many blocks ago as make an outcome final. A later one is measured
 * now and kept by a later observation, each of which sees two hours of a pool, and what has not been kept of candles.
 */
async function keepSettled(
  { confirmations, blockSeconds }: ChainDefinition,
  ledger: BarLedger,
  series: string,
  bars: readonly Bar[],
  at: number,
): Promise<void> {
  const settled = at - confirmations * blockSeconds
  const lasting = bars.filter(({ openTime }) => openTime + barSeconds <= settled)
  if (lasting.length > 0) await ledger.keepBars(series, lasting, at)
}

/** What one observation of the pair's deepest pool shows of its market by itself. */
export function marketFrom(
  { history, timestamp }: Pick<Snapshot, 'history' | 'timestamp'>,
  { sell, buy }: Pair,
): PairMarket {
  const [base] = sortTokens(sell, buy)
  return { base, ...measure(seriesOf(poolBars(history, timestamp), 'pool'), timestamp) }
}
