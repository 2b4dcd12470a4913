import { Ladder } from '../../../shared/routing/ladder.ts'
import type { ConcentratedPool, RoutablePool } from '../../../shared/schema/pool.ts'
import { seededRandom } from '../../devnet/random.ts'
import type { PoolSet } from './pool-set.ts'

/** How many states of each pool are made; a round through all of them. */
const states = 25
/** A block moves a price by so much, one standard deviation: hundredths of a percent. */
const moveBps = 3

/** What a swap changes about a pool. */
type State = Partial<RoutablePool>

/**
 * The set's pools as block after block leaves them: every call gives new pool objects at other prices, with the very same
 * arrays of ticks, since swaps move prices and leave the ticks alone.
 */
export function blocksOf(set: PoolSet): () => RoutablePool[] {
  const random = seededRandom(`blocks of ${set.name}`)
  const moved = set.pools.map((pool) =>
    Array.from({ length: states }, () => movedState(pool, moveBps * random.normal())),
  )
  let block = 0
  return () => {
    block += 1
    return set.pools.map((pool, index) => ({ ...pool, ...moved[index]?.[block % states] }) as RoutablePool)
  }
}

function movedState(pool: RoutablePool, bps: number): State {
  // In parts of a hundred million of the reserves, or of the √price.
  const share = BigInt(Math.round(bps * 5000))
  const scaled = (value: bigint, parts: bigint) => (value * (100_000_000n + parts)) / 100_000_000n
  if (pool.venue === 'StableSwap') {
    return { balances: pool.balances.map((balance, index) => scaled(balance, index === 0 ? share : -share)) }
  }
  if (pool.venue === 'UniswapV2') {
    return { reserve0: scaled(pool.reserve0, -share), reserve1: scaled(pool.reserve1, share) }
  }
  return concentratedState(pool, scaled(pool.sqrtPriceX96, share))
}

/** A swap without end, up to that price. */
function concentratedState(pool: ConcentratedPool, target: bigint): State {
  const endless = 2n ** 127n
  const swap = new Ladder(pool, target < pool.sqrtPriceX96).exactInput(endless, target)
  return { sqrtPriceX96: swap.sqrtPriceX96, tick: swap.tick, liquidity: swap.liquidity }
}
