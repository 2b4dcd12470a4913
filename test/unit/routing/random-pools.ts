import { amount0Between, amount1Between } from '../../../shared/routing/sqrt-price-math.ts'
import { maximumSqrtPrice, maximumTick, minimumTick, sqrtPriceAtTick } from '../../../shared/routing/tick-math.ts'
import type { Random } from '../random.ts'

export interface Position {
  tickLower: number
  tickUpper: number
  liquidity: bigint
}

/** A concentrated pool to be. */
export interface PoolPlan {
  feePips: number
  tickSpacing: number
  sqrtPriceX96: bigint
  /** Of that √price. */
  tick: number
  positions: Position[]
  /** Where a first swap takes the price, to stand exactly on a tick or somewhere else; null for no such swap. */
  firstSwap: { zeroForOne: boolean; limit: bigint } | null
}

/** Evenly spread over all numbers of so many bits. */
export function randomBits(random: Random, bits: number): bigint {
  let value = 0n
  for (let left = bits; left > 0; left -= 32) value = (value << 32n) | BigInt(random.integer(0, 2 ** 32 - 1))
  return value & ((1n << BigInt(bits)) - 1n)
}

/** Evenly spread over the magnitudes from 1 to `most`. */
export function anyMagnitude(random: Random, most: bigint): bigint {
  const bits = random.integer(1, most.toString(2).length)
  const value = randomBits(random, bits) | 1n
  return value > most ? most : value
}

/** A liquidity that no tick's maximum forbids, even with all positions on it. */
function anyLiquidity(random: Random, tickSpacing: number): bigint {
  const ticks = BigInt(2 * Math.floor(maximumTick / tickSpacing) + 1)
  const most = ((1n << 128n) - 1n) / ticks / 16n
  const kind = random.unit()
  if (kind < 0.1) return 1n
  if (kind < 0.2) return most - BigInt(random.integer(0, 9))
  return anyMagnitude(random, kind < 0.8 ? 10n ** 24n : most)
}

/** Where the price begins: everywhere, and every so often next to the lowest or the highest tick. */
function anyTick(random: Random): number {
  const kind = random.unit()
  if (kind < 0.15) return minimumTick + random.integer(0, 3000)
  if (kind < 0.3) return maximumTick - 1 - random.integer(0, 3000)
  return kind < 0.7 ? random.integer(-60_000, 60_000) : random.integer(-600_000, 600_000)
}

function anyPosition(random: Random, tick: number, tickSpacing: number): Position {
  const end = Math.floor(maximumTick / tickSpacing)
  const distance = () => Math.floor(10 ** (random.unit() * 4.7)) * (random.unit() < 0.5 ? -1 : 1)
  const whole = random.unit() < 0.08
  const middle = Math.round((tick + distance()) / tickSpacing)
  const width = Math.max(1, Math.floor(Math.abs(distance()) / tickSpacing))
  const lower = whole ? -end : Math.min(Math.max(middle - (width >> 1), -end), end - 1)
  const upper = whole ? end : Math.max(Math.min(lower + width, end), lower + 1)
  const liquidity = anyLiquidity(random, tickSpacing)
  return { tickLower: lower * tickSpacing, tickUpper: upper * tickSpacing, liquidity }
}

/** What the position holds at most must fit into so many bits. */
function fitted(position: Position, amountBits: bigint): Position {
  const [lower, upper] = [sqrtPriceAtTick(position.tickLower), sqrtPriceAtTick(position.tickUpper)]
  let { liquidity } = position
  const amounts = () => amount0Between(lower, upper, liquidity, true) + amount1Between(lower, upper, liquidity, true)
  while (liquidity > 1n && amounts() >> amountBits !== 0n) liquidity = (liquidity >> 3n) | 1n
  return { ...position, liquidity }
}

/** A pool with random positions, gaps between them included; none holds more than `amountBits` bits of a token. */
export function randomPool(random: Random, feePips: number, tickSpacing: number, amountBits: number): PoolPlan {
  const tick = anyTick(random)
  const [here, above] = [sqrtPriceAtTick(tick), sqrtPriceAtTick(tick + 1)]
  const between = here + (randomBits(random, 200) % (above - here))
  const positions = Array.from({ length: random.integer(1, 9) }, () =>
    fitted(anyPosition(random, tick, tickSpacing), BigInt(amountBits)),
  )
  const sqrtPriceX96 = random.unit() < 0.15 ? here : between
  return {
    feePips,
    tickSpacing,
    sqrtPriceX96,
    tick,
    positions,
    firstSwap: anyFirstSwap(random, sqrtPriceX96, positions),
  }
}

/** To one of the initialised ticks, from above or from below; or one unit of √price beside it. */
function anyFirstSwap(random: Random, from: bigint, positions: readonly Position[]): PoolPlan['firstSwap'] {
  if (random.unit() < 0.35) return null
  const ends = positions.flatMap(({ tickLower, tickUpper }) => [sqrtPriceAtTick(tickLower), sqrtPriceAtTick(tickUpper)])
  const reachable = ends.filter(
    (price) => price !== from && price > sqrtPriceAtTick(minimumTick) && price < maximumSqrtPrice,
  )
  const target = reachable[random.integer(0, reachable.length - 1)]
  if (target === undefined) return null
  const zeroForOne = target < from
  const beside = random.unit() < 0.25 ? 1n : 0n
  const limit = target + (zeroForOne ? beside : -beside)
  return limit === from ? null : { zeroForOne, limit }
}

/** So wide a spacing, so high a price and so much liquidity that √price times an input can exceed 256 bits. */
export function coarsePool(random: Random, feePips: number): PoolPlan {
  const tickSpacing = 16_000
  const end = 55 * tickSpacing
  const liquidity = 2n ** 120n + randomBits(random, 119)
  const tick = end - random.integer(1, 4000)
  const sqrtPriceX96 = sqrtPriceAtTick(tick) + randomBits(random, 90)
  const positions = [{ tickLower: -end, tickUpper: end, liquidity }]
  return { feePips, tickSpacing, sqrtPriceX96, tick, positions, firstSwap: null }
}

const fullReserve = 2n ** 112n - 1n

/** Reserves of a v2 pair: any, tiny, nearly as many as fit, or lopsided. The pair burns a thousand shares of its own. */
export function randomReserves(random: Random): [bigint, bigint] {
  const kind = random.unit()
  const any = () => anyMagnitude(random, fullReserve)
  const tiny = () => BigInt(random.integer(1001, 5000))
  const nearlyFull = () => fullReserve - anyMagnitude(random, 2n ** 60n)
  if (kind < 0.15) return [tiny(), tiny()]
  if (kind < 0.3) return [nearlyFull(), nearlyFull()]
  if (kind < 0.4) return [BigInt(random.integer(1, 9)), nearlyFull()]
  if (kind < 0.5) return [nearlyFull(), BigInt(random.integer(1, 9))]
  const [reserve0, reserve1] = [any(), any()]
  return reserve0 * reserve1 > 1_002_001n ? [reserve0, reserve1] : [reserve0 + 1001n, reserve1 + 1001n]
}
