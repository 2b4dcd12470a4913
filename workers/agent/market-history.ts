import type { Bar } from '../../models/market/bar.ts'
import { measure, seriesOf } from '../../models/market/measure.ts'
import { poolBars } from '../../models/market/pool-bars.ts'
import type { ChainDefinition } from '../../shared/chain/chains/chain.ts'
import { sortTokens } from '../../shared/chain/pool-address.ts'
import { barSeconds } from '../../shared/schema/bars.ts'
import type { PairMarket } from '../../shared/schema/price-history.ts'
import type { Snapshot } from '../../shared/schema/snapshot.ts'
import type { ledgerOf } from './ledger-address.ts'

export type BarLedger = Pick<ReturnType<typeof ledgerOf>, 'bars' | 'keepBars'>
export type Pair = { sell: PairMarket['base']; buy: PairMarket['base'] }

/**
 * What the pair's deepest pool shows of its market: the bars that were kept of it and those that the snapshot adds. A pool's bars
 * are its own: where another one has become the deepest, its price is a little different, and a jump between them would be none
 * of the market's.
 */
export async function poolMarket(
  chain: ChainDefinition,
  ledger: BarLedger,
  { history, timestamp }: Pick<Snapshot, 'history' | 'timestamp'>,
  { sell, buy }: Pair,
): Promise<PairMarket> {
  const [base] = sortTokens(sell, buy)
  const bars = await keptAnd(chain, ledger, `pool:${history.pool}`, poolBars(history, timestamp), timestamp)
  return { base, ...measure(seriesOf(bars, 'pool'), timestamp) }
}

/**
 * The kept bars of a series and fresh ones, oldest first; keeps what is new. Only bars that closed as many blocks ago as make an
 * outcome final are kept, and the first one stays: what a reorganisation could still change is measured now, and kept by a later
 * observation, each of which sees two hours.
 */
export async function keptAnd(
  chain: ChainDefinition,
  ledger: BarLedger,
  series: string,
  fresh: readonly Bar[],
  at: number,
): Promise<Bar[]> {
  const kept = await ledger.bars(series, at)
  const known = new Set(kept.map(({ openTime }) => openTime))
  const added = fresh.filter(({ openTime }) => !known.has(openTime))
  const settled = at - chain.confirmations * chain.blockSeconds
  const lasting = added.filter(({ openTime }) => openTime + barSeconds <= settled)
  if (lasting.length > 0) await ledger.keepBars(series, lasting, at)
  return [...kept, ...added].sort((one, other) => one.openTime - other.openTime)
}

/** What one observation of the pair's deepest pool shows of its market by itself. */
export function marketFrom(
  { history, timestamp }: Pick<Snapshot, 'history' | 'timestamp'>,
  { sell, buy }: Pair,
): PairMarket {
  const [base] = sortTokens(sell, buy)
  return { base, ...measure(seriesOf(poolBars(history, timestamp), 'pool'), timestamp) }
}
