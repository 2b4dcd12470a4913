import { zeroAddress } from 'viem'
import { type ConcentratedSwap, Ladder } from '../../../shared/routing/ladder.ts'
import { maximumTick, minimumTick } from '../../../shared/routing/tick-math.ts'
import type { InitialisedTick, V3Pool } from '../../../shared/schema/pool.ts'
import type { LiquidityEvent, PoolHistory, PoolState, SwapEvent } from './history.ts'
import { TickBook } from './tick-book.ts'

/** How the pool must have been asked for a swap to come out as it did. */
export type Form = 'exactInput' | 'exactOutput' | 'priceLimit'

/** Swaps of one kind, and how many came out the same to the last bit: amounts, √price, tick and liquidity. */
export interface Tally {
  swaps: number
  exactInput: number
  exactOutput: number
  priceLimit: number
  /** Among the three: those that crossed ticks. */
  crossing: number
  /** Ticks that the file does not know change the liquidity on the way. */
  unknownTicks: number
  /** Everything is known and still it comes out differently. */
  missed: string[]
}

export interface Replay {
  file: string
  /** Swaps that ended at the liquidity the swap before them ended at. */
  sameLiquidity: Tally
  /** The others. */
  changedLiquidity: Tally
  /** Whether the pool ended as the file has it, ticks included; null where the file does not tell. */
  endsAsKnown: boolean | null
}

/** More than any swap. */
const boundless = 2n ** 250n

const emptyTally = (): Tally => ({
  swaps: 0,
  exactInput: 0,
  exactOutput: 0,
  priceLimit: 0,
  crossing: 0,
  unknownTicks: 0,
  missed: [],
})

/** Makes every swap of a pool's history again, each from the state that the events before it left. */
export function replay(history: PoolHistory, progress: (line: string) => void): Replay {
  const { name, events, snapshots } = history
  const result: Replay = {
    file: name,
    sameLiquidity: emptyTally(),
    changedLiquidity: emptyTally(),
    endsAsKnown: null,
  }
  const book = new TickBook(snapshots?.before.ticks ?? [])
  let state = snapshots?.before.state ?? null
  let liquidityOfLastSwap = state?.liquidity ?? null
  for (const [index, event] of events.entries()) {
    if (index > 0 && index % 2000 === 0) progress(`${name}: ${index} of ${events.length} events ...`)
    if (event.kind === 'liquidity') {
      if (snapshots === null) book.applyOwn(event)
      else book.apply(event)
      if (state !== null) state = withPosition(state, event)
      continue
    }
    if (state !== null) {
      const isSame = event.state.liquidity === liquidityOfLastSwap
      tally(isSame ? result.sameLiquidity : result.changedLiquidity, event, candidates(history, state, book))
    }
    state = event.state
    liquidityOfLastSwap = state.liquidity
  }
  if (snapshots !== null && state !== null) result.endsAsKnown = isSnapshot(history, state, book)
  return result
}

/** A position counts where the price stands within it. */
function withPosition(state: PoolState, { tickLower, tickUpper, liquidityDelta }: LiquidityEvent): PoolState {
  const isActive = tickLower <= state.tick && state.tick < tickUpper
  return isActive ? { ...state, liquidity: state.liquidity + liquidityDelta } : state
}

/**
 * The pool as it may have been. Without a tick map there are two ways to see it: no tick on the way at all, or those alone of
 * positions opened since the file begins, as of somebody who provides liquidity for a single swap.
 */
function candidates({ feePips, tickSpacing, snapshots }: PoolHistory, state: PoolState, book: TickBook): V3Pool[] {
  const { tickLower, tickUpper } = snapshots?.before ?? { tickLower: minimumTick, tickUpper: maximumTick }
  const withTicks = (ticks: InitialisedTick[]): V3Pool => ({
    venue: 'UniswapV3',
    pool: zeroAddress,
    token0: zeroAddress,
    token1: zeroAddress,
    feePips,
    tickSpacing,
    ...state,
    tickLower,
    tickUpper,
    ticks,
  })
  const known = withTicks(book.initialised())
  return snapshots === null ? [withTicks([]), known] : [known]
}

function tally(tally: Tally, event: SwapEvent, pools: readonly V3Pool[]): void {
  tally.swaps += 1
  let isExplained = false
  for (const pool of pools) {
    const attempts = attemptsOf(pool, event)
    const found = attempts.find(({ swap }) => isReproduced(event, swap))
    if (found !== undefined) {
      tally[found.form] += 1
      if (found.swap.crossings > 0) tally.crossing += 1
      return
    }
    isExplained ||= attempts.some(({ swap }) => swap.liquidity === event.state.liquidity)
  }
  if (isExplained) tally.missed.push(event.place)
  else tally.unknownTicks += 1
}

function attemptsOf(pool: V3Pool, { amount0, amount1, state }: SwapEvent): { form: Form; swap: ConcentratedSwap }[] {
  const zeroForOne = amount0 > 0n
  const ladder = new Ladder(pool, zeroForOne)
  const [amountIn, amountOut] = zeroForOne ? [amount0, -amount1] : [amount1, -amount0]
  return [
    { form: 'exactInput', swap: ladder.exactInput(amountIn) },
    { form: 'exactOutput', swap: ladder.exactOutput(amountOut) },
    { form: 'priceLimit', swap: ladder.exactInput(boundless, state.sqrtPriceX96) },
  ]
}

function isReproduced({ amount0, amount1, state }: SwapEvent, swap: ConcentratedSwap): boolean {
  const [in0, in1] = amount0 > 0n ? [swap.amountIn, -swap.amountOut] : [-swap.amountOut, swap.amountIn]
  return in0 === amount0 && in1 === amount1 && isState(swap, state)
}

function isState(one: PoolState, other: PoolState): boolean {
  return one.sqrtPriceX96 === other.sqrtPriceX96 && one.tick === other.tick && one.liquidity === other.liquidity
}

/** The windows before and after follow the price: what both know is compared. */
function isSnapshot({ snapshots }: PoolHistory, state: PoolState, book: TickBook): boolean {
  if (snapshots === null) return false
  const { before, after } = snapshots
  const isKnown = ({ index }: { index: number }) =>
    index >= before.tickLower && index <= before.tickUpper && index >= after.tickLower && index <= after.tickUpper
  const [ours, theirs] = [book.list().filter(isKnown), after.ticks.filter(isKnown)]
  const areTicks = theirs.every((tick, index) => {
    const own = ours[index]
    return own?.index === tick.index && own.gross === tick.gross && own.net === tick.net
  })
  return isState(state, after.state) && areTicks && ours.length === theirs.length
}
