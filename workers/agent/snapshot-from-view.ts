import { refusals } from '../../shared/chain/generated/refusals.ts'
import type { PoolCandidate } from '../../shared/chain/pool-address.ts'
import { barSeconds } from '../../shared/schema/bars.ts'
import type { InitialisedTick, Pool } from '../../shared/schema/pool.ts'
import {
  type AssetState,
  listings,
  type MandateProgress,
  type Refill,
  type Snapshot,
  type VaultState,
} from '../../shared/schema/snapshot.ts'
import type { PoolView, SweepView, TickView } from './lens-call.ts'
import { ProviderUnavailable } from './providers.ts'

/** Index in the Solidity enum `Venue`. */
export const venueNumbers = { UniswapV2: 0, UniswapV3: 1, UniswapV4: 2 } as const

export function vaultStateFrom(view: TickView['vault'] | SweepView[1]): VaultState {
  return {
    ...view,
    executorExpiry: Number(view.executorExpiry),
    checkpointAt: Number(view.checkpointAt),
    suspendedAt: Number(view.suspendedAt),
    limits: { ...view.limits },
  }
}

export function assetStateFrom(view: TickView['assets'][number]): AssetState {
  const reason = refusals[view.verdict.reason]
  const listing = listings[view.listing]
  // A code we cannot name is a vault we do not know: nothing it says may be traded on.
  if (reason === undefined || listing === undefined) {
    throw new ProviderUnavailable('The vault gives a code that is not known here')
  }
  return {
    ...view,
    listing,
    sizeFactorBps: Number(view.sizeFactorBps),
    verdict: { ...view.verdict, reason, updatedAt: Number(view.verdict.updatedAt) },
  }
}

export function refillFrom(view: Pick<TickView, 'refillUsed' | 'refillUpdatedAt'>): Refill {
  return { used: view.refillUsed, updatedAt: Number(view.refillUpdatedAt) }
}

export function mandateProgressFrom(view: TickView['mandate']): MandateProgress {
  return { ...view, lastExecution: Number(view.lastExecution) }
}

/**
 * A pool as the lens saw it; null where it does not exist, is empty or was never initialised. `keptTicks` are those that the lens
 * left out because the caller has them.
 */
export function poolFrom(view: PoolView, candidate: PoolCandidate, keptTicks: InitialisedTick[]): Pool | null {
  if (!view.exists) return null
  const { pool, token0, token1 } = view
  if (candidate.venue === 'UniswapV2') {
    const { reserve0, reserve1 } = view
    if (reserve0 === 0n || reserve1 === 0n) return null
    return { venue: 'UniswapV2', pool, token0, token1, feePips: candidate.feePips, reserve0, reserve1 }
  }
  if (view.sqrtPriceX96 === 0n) return null
  const { feePips, tickSpacing, sqrtPriceX96, tick, liquidity, tickLower, tickUpper } = view
  const ticks = view.ticksKnown ? keptTicks : view.ticks.map(({ index, liquidityNet }) => ({ index, liquidityNet }))
  const concentrated = {
    ...{ token0, token1, feePips, tickSpacing, sqrtPriceX96, tick, liquidity },
    ...{ tickLower, tickUpper, ticks },
  }
  if (candidate.venue === 'UniswapV3') return { venue: 'UniswapV3', pool, ...concentrated }
  const { id, hooks, protocolFee0: zeroForOne, protocolFee1: oneForZero } = view
  return { venue: 'UniswapV4', pool, id, hooks, protocolFeePips: { zeroForOne, oneForZero }, ...concentrated }
}

/** The history's pool is the zero address where no v3 pool has liquidity. */
export function historyFrom({ pool, secondsAgo, tickCumulatives }: TickView['history']): Snapshot['history'] {
  return { pool, secondsAgo: [...secondsAgo], tickCumulatives: [...tickCumulatives] }
}

/** Samples of the price history: two hours of bars. */
const historySamples = 25

/** Ages of the price history's samples at a time, in seconds, oldest first: the ends of the last whole bars. */
export function historyAges(at: number): number[] {
  return Array.from({ length: historySamples }, (_, position) => {
    return (at % barSeconds) + (historySamples - 1 - position) * barSeconds
  })
}
