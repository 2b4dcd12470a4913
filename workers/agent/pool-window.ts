import { type Hex, zeroAddress, zeroHash } from 'viem'
import { basisPointsOfOne, divideRoundingUp } from '../../shared/chain/units.ts'
import { depthImpactBps, depthShareBps } from './decide/bounds.ts'
import type { PoolQuery, PoolView } from './lens-call.ts'
import type { BookedPool, KeptPool, LargestInput } from './pool-book.ts'
import { venueNumbers } from './snapshot-from-view.ts'
import { tickDigest } from './tick-digest.ts'

/**
 * Tick-bitmap words beyond the current one that the lens reads at most; it stops earlier where the input ends. One is 256 ticks of
 * the finest spacing, more than the price move by which a slice's share of a pool is measured.
 */
const words = 1
/** Ticks of that price move, each about a basis point, and a little more: a window that is as wide is wide enough. */
const widestMove = depthImpactBps + 10
/** A slice may take this part of a pool's depth: so many times as much must be seen. */
const timesAsMuch = divideRoundingUp(basisPointsOfOne, BigInt(depthShareBps))

/** The question for one pool: as many ticks as the inputs could cross, unless they are kept and have not changed. */
export function poolQuery(
  { candidate, pair: [token0, token1], kept }: BookedPool,
  largestInput: LargestInput,
): PoolQuery {
  const { venue, pool, feePips } = candidate
  return {
    ...{ venue: venueNumbers[venue], pool, feePips },
    ...(candidate.venue === 'UniswapV4' ? candidate.key : noKey),
    ...{
      amount0: timesAsMuch * largestInput(token0, token1),
      amount1: timesAsMuch * largestInput(token1, token0),
      words,
    },
    ...(kept === null || kept.tickLower === kept.tickUpper ? nothingKnown : knownOf(kept)),
  }
}

/** The digest is of the ticks that would be planned with, so that nothing else can pass for them. */
function knownOf({ tickLower, tickUpper, ticks }: KeptPool) {
  return { knownLower: tickLower, knownUpper: tickUpper, knownTicks: tickDigest(ticks) }
}

const noKey = { token0: zeroAddress, token1: zeroAddress, tickSpacing: 0, hooks: zeroAddress } as const
const nothingKnown = { knownLower: 0, knownUpper: 0, knownTicks: zeroHash } as const

/**
 * Pools of which so little was read that the largest slice might leave it, although a slice may move the price further: plans through
 * them are for what is known. By address; v4 pools, which have none, by id.
 */
export function windowsTooSmall(views: readonly PoolView[]): Hex[] {
  return views.filter(endsTooEarly).map(({ venue, pool, id }) => (venue === venueNumbers.UniswapV4 ? id : pool))
}

function endsTooEarly({ exists, venue, tick, tickLower, tickUpper, reached0, reached1 }: PoolView): boolean {
  if (!exists || venue === venueNumbers.UniswapV2) return false
  return (!reached0 && tick - tickLower < widestMove) || (!reached1 && tickUpper - tick < widestMove)
}
