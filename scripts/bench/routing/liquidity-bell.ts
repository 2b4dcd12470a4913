import { maximumTick } from '../../../shared/routing/tick-math.ts'
import type { InitialisedTick } from '../../../shared/schema/pool.ts'
import type { Random } from '../../devnet/random.ts'

export interface Bell {
  tick: number
  tickSpacing: number
  /** Standard deviation of the liquidity around the price, in ticks. */
  width: number
  /** Liquidity at the price. */
  height: number
  /** About how many ticks are initialised. */
  ticks: number
  /** Whether somebody provides over the whole range: otherwise the pool ends with the bell. */
  fullRange: boolean
}

/** The bell ends this many widths from the price. */
const reach = 3.2
/** Full-range liquidity, as a share of that at the price. */
const fullRangeShare = 0.006
/** One stretch in so many is left empty. */
const emptyShare = 0.01

/** A ragged bell of liquidity as initialised ticks, ascending, and what of it is active at the bell's tick. */
export function liquidityBell(bell: Bell, random: Random): { ticks: InitialisedTick[]; liquidity: bigint } {
  const { tick, tickSpacing, width, height } = bell
  const aligned = (index: number) => Math.floor(index / tickSpacing) * tickSpacing
  const stride = Math.max(Math.round((2 * reach * width) / bell.ticks / tickSpacing), 1) * tickSpacing
  const nets = new Map<number, bigint>()
  const provide = (lower: number, upper: number, liquidity: bigint) => {
    nets.set(lower, (nets.get(lower) ?? 0n) + liquidity)
    nets.set(upper, (nets.get(upper) ?? 0n) - liquidity)
  }
  const edge = aligned(maximumTick)
  if (bell.fullRange) provide(-edge, edge, BigInt(Math.round(height * fullRangeShare)))
  for (let lower = aligned(tick - reach * width); lower < tick + reach * width; lower += stride) {
    const isAtPrice = lower <= tick && tick < lower + stride
    const ragged = 0.7 + 0.6 * random.uniform()
    if (random.uniform() < emptyShare && !isAtPrice) continue
    const deviations = (lower + stride / 2 - tick) / width
    const share = isAtPrice ? 1 : ragged * Math.exp(-(deviations ** 2) / 2)
    provide(lower, lower + stride, BigInt(Math.round(height * share)))
  }
  const ticks = [...nets]
    .map(([index, liquidityNet]) => ({ index, liquidityNet }))
    .filter(({ liquidityNet }) => liquidityNet !== 0n)
    .sort((one, other) => one.index - other.index)
  return { ticks, liquidity: ticks.reduce((sum, one) => (one.index <= tick ? sum + one.liquidityNet : sum), 0n) }
}
