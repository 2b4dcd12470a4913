import { type Hex, keccak256 } from 'viem'
import type { InitialisedTick } from '../../shared/schema/pool.ts'

/** Of one tick: 3 of its index, 16 of its net liquidity. */
const bytesPerTick = 19

/**
 * What the lens compares a kept window's ticks by: keccak256 over all of them, ascending, each as its index (int24) and its net
 * liquidity (int128) in two's complement, the highest byte first, with nothing between. Defined in contracts/src/interfaces/ILens.sol.
 */
export function tickDigest(ticks: readonly InitialisedTick[]): Hex {
  const packed = new Uint8Array(ticks.length * bytesPerTick)
  const view = new DataView(packed.buffer)
  ticks.forEach(({ index, liquidityNet }, position) => {
    const start = position * bytesPerTick
    // Four bytes, the last of which the net liquidity covers.
    view.setInt32(start, index << 8)
    view.setBigInt64(start + 3, liquidityNet >> 64n)
    view.setBigUint64(start + 11, BigInt.asUintN(64, liquidityNet))
  })
  return keccak256(packed)
}
