import type { Random } from './random.ts'

export interface Position {
  tickLower: number
  tickUpper: number
  liquidity: bigint
}

/** `weight` of the liquidity at the price comes from positions about `halfWidth` ticks to each side. */
interface Layer {
  halfWidth: number
  weight: number
  positions: number
}

/**
 * Shapes read off the mainnet pools of January 2026. A 0.05 % pool (and a 0.01 % one of a moving pair) has a plateau of about ±1.5 %, a quarter of it out to
 * ±5 %, a seventh at ±10 %, under a tenth at ±50 % and half a percent at the ends. A 0.3 % pool keeps nine tenths to
 * ±5 % and a half at ±10 %. A stable pool has almost all within a tenth of a percent.
 */
const shapes: Readonly<Record<'stable' | 'tight' | 'wide', readonly Layer[]>> = {
  stable: [
    { halfWidth: 2, weight: 0.25, positions: 3 },
    { halfWidth: 8, weight: 0.4, positions: 5 },
    { halfWidth: 30, weight: 0.25, positions: 4 },
    { halfWidth: 300, weight: 0.08, positions: 3 },
    { halfWidth: 4000, weight: 0.02, positions: 1 },
  ],
  tight: [
    { halfWidth: 60, weight: 0.08, positions: 4 },
    { halfWidth: 160, weight: 0.62, positions: 10 },
    { halfWidth: 450, weight: 0.07, positions: 5 },
    { halfWidth: 900, weight: 0.06, positions: 4 },
    { halfWidth: 2200, weight: 0.06, positions: 4 },
    { halfWidth: 5500, weight: 0.07, positions: 4 },
    { halfWidth: 11_000, weight: 0.034, positions: 2 },
  ],
  wide: [
    { halfWidth: 180, weight: 0.06, positions: 2 },
    { halfWidth: 700, weight: 0.24, positions: 5 },
    { halfWidth: 1100, weight: 0.18, positions: 4 },
    { halfWidth: 3000, weight: 0.26, positions: 5 },
    { halfWidth: 5500, weight: 0.17, positions: 4 },
    { halfWidth: 11_000, weight: 0.08, positions: 2 },
  ],
}

/** Full range holds this share of the liquidity at the price. */
const fullRangeWeight = 0.006
/** Narrow positions beside the price, as range orders leave them: how many, how far at most (in shape widths), how tall. */
const spikes = { count: 10, reach: 4, tallest: 0.35 }
const maximumTick = 887_272

/** Nested positions around `tick` whose liquidity at the price adds up to about `liquidity`. */
export function liquidityProfile(
  pool: { tick: number; tickSpacing: number; feePips: number; isStable: boolean; liquidity: bigint },
  random: Random,
): Position[] {
  const layers = shapes[pool.isStable ? 'stable' : pool.feePips <= 500 ? 'tight' : 'wide']
  const aligned = (tick: number) => Math.round(tick / pool.tickSpacing) * pool.tickSpacing
  const edge = Math.floor(maximumTick / pool.tickSpacing) * pool.tickSpacing
  const clamp = (tick: number) => Math.max(-edge, Math.min(edge, tick))
  const share = (weight: number) => (pool.liquidity * BigInt(Math.round(weight * 1e9))) / 1_000_000_000n
  const positions: Position[] = [{ tickLower: -edge, tickUpper: edge, liquidity: share(fullRangeWeight) }]
  const add = (lower: number, upper: number, weight: number) => {
    const tickLower = clamp(aligned(lower))
    const tickUpper = clamp(Math.max(aligned(upper), tickLower + pool.tickSpacing))
    positions.push({ tickLower, tickUpper, liquidity: share(weight) })
  }
  for (const { halfWidth, weight, positions: count } of layers) {
    for (let index = 0; index < count; index++) {
      // People centre their ranges badly, and each side differently.
      const below = halfWidth * (0.6 + 0.8 * random.uniform())
      const above = halfWidth * (0.6 + 0.8 * random.uniform())
      const reach = Math.max(pool.tickSpacing, 1)
      add(pool.tick - Math.max(below, reach), pool.tick + Math.max(above, reach), weight / count)
    }
  }
  const reach = (layers[1]?.halfWidth ?? pool.tickSpacing) * spikes.reach
  for (let index = 0; index < spikes.count; index++) {
    const side = random.uniform() < 0.5 ? -1 : 1
    const distance = pool.tickSpacing + reach * random.uniform() ** 2
    const width = pool.tickSpacing * (1 + Math.floor(3 * random.uniform()))
    add(pool.tick + side * distance, pool.tick + side * distance + width, spikes.tallest * random.uniform())
  }
  return positions.filter((position) => position.liquidity > 0n)
}
