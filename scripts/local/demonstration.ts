import type { ChainDefinition, TokenDefinition } from '../../shared/chain/chains/chain.ts'
import { tokenBySymbol } from '../devnet/world-pools.ts'

/** What the demonstration order trades. Base units. */
export interface Demonstration {
  sell: TokenDefinition
  buy: TokenDefinition
  total: bigint
}

/** On the local chain 100,000 USDC for WETH; on a fork of a public chain, where only ether can be made, 30 WETH for USDC. */
export function demonstrationOf(chain: ChainDefinition, isLocal: boolean): Demonstration {
  const usdc = tokenBySymbol(chain, 'USDC')
  const weth = tokenBySymbol(chain, 'WETH')
  return isLocal
    ? { sell: usdc, buy: weth, total: 100_000n * 10n ** 6n }
    : { sell: weth, buy: usdc, total: 30n * 10n ** 18n }
}
