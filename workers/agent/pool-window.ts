import { type Hex, zeroAddress, zeroHash } from 'viem'
import type { PoolQuery, PoolView } from './lens-call.ts'
import type { BookedPool, KeptPool, LargestInput } from './pool-book.ts'
import { venueNumbers } from './snapshot-from-view.ts'

/** Tick-bitmap words beyond the current one that the lens reads at most; it stops earlier where the input ends. */
const words = 8
/** The same where that was not enough. */
const moreWords = 8 * words
/**
 * Ticks that a price falls by to a quarter, or rises by to four times. No mandate trades that far from its oracle, so a window this
 * wide is wide enough, whatever little the pool takes.
 */
const widestMove = 13_863

/** The question for one pool: as many ticks as the inputs could cross, unless they are kept and have not changed. */
export function poolQuery(
  { candidate, pair: [token0, token1], kept }: BookedPool,
  largestInput: LargestInput,
): PoolQuery {
  const { venue, pool, feePips } = candidate
  return {
    ...{ venue: venueNumbers[venue], pool, feePips },
    ...(candidate.venue === 'UniswapV4' ? candidate.key : noKey),
    ...{ amount0: largestInput(token0, token1), amount1: largestInput(token1, token0), words },
    ...(kept === null || kept.tickLower === kept.tickUpper ? nothingKnown : knownOf(kept)),
  }
}

function knownOf({ tickLower, tickUpper, digest }: KeptPool) {
  return { knownLower: tickLower, knownUpper: tickUpper, knownTicks: digest }
}

const noKey = { token0: zeroAddress, token1: zeroAddress, tickSpacing: 0, hooks: zeroAddress } as const
const nothingKnown = { knownLower: 0, knownUpper: 0, knownTicks: zeroHash } as const

/** Whether the sale might leave what was read of the pool. */
function endsTooEarly({ exists, venue, reached0, reached1 }: PoolView): boolean {
  return exists && venue !== venueNumbers.UniswapV2 && !(reached0 && reached1)
}

/** The same question about a larger window; undefined where that would be of no use. */
export function widerQuery(query: PoolQuery, view: PoolView): PoolQuery | undefined {
  const { tick, tickLower, tickUpper } = view
  const width = view.reached0 ? tickUpper - tick : tick - tickLower
  return endsTooEarly(view) && width < widestMove ? { ...query, words: moreWords } : undefined
}

/**
 * Pools of which so little was read that the largest slice might leave it: plans through them are for what is known. By address;
 * v4 pools, which have none, by id.
 */
export function windowsTooSmall(views: readonly PoolView[]): Hex[] {
  return views.filter(endsTooEarly).map(({ venue, pool, id }) => (venue === venueNumbers.UniswapV4 ? id : pool))
}
