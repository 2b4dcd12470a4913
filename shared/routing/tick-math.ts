import { maximumUint256 } from '../chain/units.ts'

// The v3 core's TickMath in bigint, bit for bit: √(1.0001^tick) as Q64.96 (Uniswap v3 whitepaper, section 6.1).

export const minimumTick = -887_272
export const maximumTick = 887_272

/** 2^128 · 1.0001^(−2^i / 2), rounded as the chain has it, for i = 0 … 19. */
const powers = [
  0xfffcb933bd6fad37aa2d162d1a594001n,
  0xfff97272373d413259a46990580e213an,
  0xfff2e50f5f656932ef12357cf3c7fdccn,
  0xffe5caca7e10e4e61c3624eaa0941cd0n,
  0xffcb9843d60f6159c9db58835c926644n,
  0xff973b41fa98c081472e6896dfb254c0n,
  0xff2ea16466c96a3843ec78b326b52861n,
  0xfe5dee046a99a2a811c461f1969c3053n,
  0xfcbe86c7900a88aedcffc83b479aa3a4n,
  0xf987a7253ac413176f2b074cf7815e54n,
  0xf3392b0822b70005940c7a398e4b70f3n,
  0xe7159475a2c29b7443b29c7fa6e889d9n,
  0xd097f3bdfd2022b8845ad8f792aa5825n,
  0xa9f746462d870fdf8a65dc1f90e061e5n,
  0x70d869a156d2a1b890bb3df62baf32f7n,
  0x31be135f97d08fd981231505542fcfa6n,
  0x9aa508b5b7a84e1c677de54f3e99bc9n,
  0x5d6af8dedb81196699c329225ee604n,
  0x2216e584f5fa1ea926041bedfe98n,
  0x48a170391f7dc42444e8fa2n,
] as const

/** √prices at the lowest and the highest tick: what a pool can express, the upper one excluded. Q64.96. */
export const minimumSqrtPrice = 4295128739n
export const maximumSqrtPrice = 1461446703485210103287273052203988822378723970342n

/** A pool's ticks are asked for again and again; so many are remembered, a few pools' worth. */
const rememberedTicks = 16_384
const remembered = new Map<number, bigint>()

/**
 * √price at a tick, Q64.96.
 *
 * @throws RangeError outside ±887,272
 */
export function sqrtPriceAtTick(tick: number): bigint {
  const known = remembered.get(tick)
  if (known !== undefined) return known
  const sqrtPriceX96 = computeSqrtPrice(tick)
  if (remembered.size >= rememberedTicks) remembered.clear()
  remembered.set(tick, sqrtPriceX96)
  return sqrtPriceX96
}

function computeSqrtPrice(tick: number): bigint {
  if (!Number.isInteger(tick) || tick < minimumTick || tick > maximumTick) {
    throw new RangeError(`Tick ${tick} is outside ±${maximumTick}.`)
  }
  const distance = Math.abs(tick)
  let ratio = 1n << 128n
  for (const [bit, power] of powers.entries()) {
    if ((distance >> bit) & 1) ratio = (ratio * power) >> 128n
  }
  if (tick > 0) ratio = maximumUint256 / ratio
  // From Q128.128 to Q64.96, rounding up: so that the result's own tick is this one again.
  return (ratio & 0xffffffffn) === 0n ? ratio >> 32n : (ratio >> 32n) + 1n
}

/**
 * The greatest tick whose √price is not above this one.
 *
 * @throws RangeError where no tick has it: below the lowest, or from the highest one's on
 */
export function tickAtSqrtPrice(sqrtPriceX96: bigint): number {
  if (sqrtPriceX96 < minimumSqrtPrice || sqrtPriceX96 >= maximumSqrtPrice) {
    throw new RangeError(`No tick has the √price ${sqrtPriceX96}.`)
  }
  // The estimate only says where to look: the comparison decides.
  const estimate = estimatedTick(Number(sqrtPriceX96) / q96)
  let tick = Math.min(Math.max(estimate, minimumTick), maximumTick - 1)
  while (computeSqrtPrice(tick) > sqrtPriceX96) tick -= 1
  while (computeSqrtPrice(tick + 1) <= sqrtPriceX96) tick += 1
  return tick
}

/** One as a √price, in doubles. Not 2 ** 96: powers of doubles are not the same on every engine. */
export const q96 = Number(1n << 96n)

/** √1.0001 to the powers 2^0 … 2^19, correctly rounded. */
const rootPowers = [
  1.0000499987500624, 1.0001, 1.00020001, 1.0004000600040002, 1.000800280056007, 1.001601200560182, 1.0032049649635981,
  1.0064202017276138, 1.012881622445451, 1.0259291810877293, 1.052530684607339, 1.1078208420399935, 1.2272670180582004,
  1.5061843336134675, 2.268591246822645, 5.146506245160322, 26.486526531474198, 701.5360877024866, 492152.882348911,
  242214459604.34106,
]

/** The tick of a √price in doubles, or one beside it: its binary digits, greatest first. */
function estimatedTick(rootPrice: number): number {
  const size = rootPrice < 1 ? 1 / rootPrice : rootPrice
  let [reached, distance] = [1, 0]
  for (let bit = rootPowers.length - 1; bit >= 0; bit--) {
    const next = reached * (rootPowers[bit] ?? Number.NaN)
    if (next > size) continue
    reached = next
    distance += 1 << bit
  }
  return rootPrice < 1 ? -distance : distance
}

/** √price at a tick as a double, to a few units in the last place: for choosing a split, never for pricing one. */
export function approximateRootPrice(tick: number): number {
  let ratio = 1
  for (let bit = 0, left = Math.abs(tick); left > 0; bit++, left >>= 1) {
    if ((left & 1) === 1) ratio *= rootPowers[bit] ?? Number.NaN
  }
  return tick < 0 ? 1 / ratio : ratio
}
