import { type PublicClient, parseAbi } from 'viem'
import type { WorldPool } from '../../scripts/devnet/world-pools.ts'

const pairAbi = parseAbi(['function getReserves() view returns (uint112, uint112, uint32)'])
const poolAbi = parseAbi(['function slot0() view returns (uint160, int24, uint16, uint16, uint16, uint8, bool)'])

/** A pool's price without its fee: base units of token1 per base unit of token0. */
export async function midPrice(client: PublicClient, { address, venue }: WorldPool): Promise<number> {
  if (venue === 'UniswapV2') {
    const [reserve0, reserve1] = await client.readContract({ address, abi: pairAbi, functionName: 'getReserves' })
    return Number(reserve1) / Number(reserve0)
  }
  const [root] = await client.readContract({ address, abi: poolAbi, functionName: 'slot0' })
  return (Number(root) / 2 ** 96) ** 2
}
