import { type Address, keccak256, slice, stringToHex } from 'viem'
import type { RoutablePool } from '../../../shared/schema/pool.ts'

export interface BenchToken {
  symbol: string
  address: Address
  /** Null where the symbol is not a known one: amounts then come from prices per base unit alone. */
  decimals: number | null
}

/** Pools of one moment, and the pairs that are traded on them, each in both directions. */
export interface PoolSet {
  name: string
  pools: RoutablePool[]
  tokens: BenchToken[]
  pairs: [BenchToken, BenchToken][]
}

const knownTokens: readonly BenchToken[] = [
  { symbol: 'USDC', address: '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48', decimals: 6 },
  { symbol: 'USDT', address: '0xdAC17F958D2ee523a2206206994597C13D831ec7', decimals: 6 },
  { symbol: 'DAI', address: '0x6B175474E89094C44Da98b954EedeAC495271d0F', decimals: 18 },
  { symbol: 'WETH', address: '0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2', decimals: 18 },
  { symbol: 'WBTC', address: '0x2260FAC5E5542a773Aa44fBCfeDf7C193bc2C599', decimals: 8 },
  { symbol: 'UNI', address: '0x1f9840a85d5aF5bf1D1762F925BDADdC4201F984', decimals: 18 },
]

/** Symbols that count one dollar. */
export const stableSymbols: readonly string[] = ['USDC', 'USDT', 'DAI']

/** The token of a symbol; one that is not known gets an address made from it. */
export function tokenOf(symbol: string): BenchToken {
  const known = knownTokens.find((token) => token.symbol === symbol)
  return known ?? { symbol, address: slice(keccak256(stringToHex(symbol)), 0, 20), decimals: null }
}

/** Address of the pool number `index` of a set: pools of a file have none of their own. */
export function addressOfPool(index: number): Address {
  return `0x${(0xb0_0000 + index).toString(16).padStart(40, '0')}`
}

/** What a pool trades. */
export function tokensOfPool(pool: RoutablePool): readonly Address[] {
  return pool.venue === 'StableSwap' ? pool.tokens : [pool.token0, pool.token1]
}

/** More than two tokens: routes may pass through the others. */
export function isNetwork(set: PoolSet): boolean {
  return set.tokens.length > 2
}
