import { measure, seriesOf } from '../../models/market/measure.ts'
import { poolBars } from '../../models/market/pool-bars.ts'
import { sortTokens } from '../../shared/chain/pool-address.ts'
import type { Mandate } from '../../shared/schema/mandate.ts'
import type { PairMarket } from '../../shared/schema/price-history.ts'
import type { Snapshot } from '../../shared/schema/snapshot.ts'

/** What the pair's deepest pool shows of its market. */
export function marketFrom({ history, timestamp }: Snapshot, { sell, buy }: Mandate): PairMarket {
  const [base] = sortTokens(sell, buy)
  return { base, ...measure(seriesOf(poolBars(history, timestamp), 'pool'), timestamp) }
}
