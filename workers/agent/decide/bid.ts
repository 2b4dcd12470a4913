import type { ChainDefinition } from '../../../shared/chain/chains/chain.ts'
import { maximum, minimum } from '../../../shared/chain/units.ts'
import type { DecisionInput } from '../../../shared/schema/decision.ts'

/** Tip where recent blocks tell nothing, wei per gas: relays share no transaction without one. */
const smallestTip = 10_000_000n

/** Wei per gas that a transaction of this strategy pays at most. */
export function feeCapOf({ strategy }: DecisionInput, chain: ChainDefinition): bigint {
  return strategy.configuration.maximumFeePerGas ?? chain.maximumFeePerGas
}

/** The tip of recent blocks, never none. Wei per gas. */
export function usualTip(priorityFeePerGas: bigint): bigint {
  return maximum(priorityFeePerGas, smallestTip)
}

/** What a transaction offers at most where nothing must be outbid: room for the base fee to double, up to the cap. Wei per gas. */
export function maximumFee(baseFeePerGas: bigint, tip: bigint, cap: bigint): bigint {
  return minimum(2n * baseFeePerGas + tip, cap)
}
