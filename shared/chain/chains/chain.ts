import type { Address, Hex } from 'viem'
import type { RelayName } from '../relays.ts'

/** A token the agent may trade on a chain. */
export interface TokenDefinition {
  address: Address
  symbol: string
  name: string
  decimals: number
  /** Chainlink-style feed in USD; `heartbeat` in seconds. */
  feed: { source: Address; heartbeat: number }
}

/** What Portcullis must know of a chain before it acts there. A chain without a definition is refused. */
export interface ChainDefinition {
  id: number
  name: string
  /** Seconds between blocks. */
  blockSeconds: number
  /** Blocks after which an outcome is taken as settled. */
  confirmations: number
  /** Wei per gas that a transaction pays at most while it can trade, where its strategy names no other cap. */
  maximumFeePerGas: bigint
  tokens: readonly TokenDefinition[]
  /** The chain's own currency as a token: what gas is priced by. */
  wrappedNative: Address
  /** Tokens with deep pools, through which a route may pass. */
  intermediates: readonly Address[]
  /** Constant-product factories; pair addresses follow from CREATE2. */
  uniswapV2: readonly { factory: Address; initCodeHash: Hex; feePips: number }[]
  /** Concentrated-liquidity factories and the fee tiers (in hundredths of a basis point) worth looking at. */
  uniswapV3: readonly { factory: Address; initCodeHash: Hex; feeTiers: readonly number[] }[]
  /**
   * Managers of v4 pools, and what the keys of those worth looking at have beside the two tokens: fee in hundredths of a basis
   * point. Pools with a fee or with hooks that may change a swap are not traded with.
   */
  uniswapV4: readonly { manager: Address; pools: readonly { feePips: number; tickSpacing: number; hooks: Address }[] }[]
  /** The relays that reach this chain, with their published address; null where the configuration must give it. */
  relays: Partial<Record<RelayName, string | null>>
}
