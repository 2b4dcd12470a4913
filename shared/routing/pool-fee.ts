import { pipsOfOne } from '../chain/units.ts'
import type { ConcentratedPool, V2Pool } from '../schema/pool.ts'

/**
 * What a swap pays in this direction, hundredths of a basis point of its input. A v4 protocol fee is taken first, the
 * liquidity providers' from what is left: protocol + lp − ⌊protocol · lp / 10^6⌋ (v4-core, ProtocolFeeLibrary).
 */
export function swapFeePips(pool: V2Pool | ConcentratedPool, zeroForOne: boolean): number {
  if (pool.venue !== 'UniswapV4') return pool.feePips
  const protocol = zeroForOne ? pool.protocolFeePips.zeroForOne : pool.protocolFeePips.oneForZero
  return protocol + pool.feePips - Math.floor((protocol * pool.feePips) / Number(pipsOfOne))
}
