import { type Address, decodeFunctionResult, encodeFunctionData, type Hex } from 'viem'
import { lensAbi } from '../../shared/chain/generated/lens.ts'
import { lensAddress, lensOverride } from '../../shared/chain/lens.ts'
import { askBoth, byHash, ProviderUnavailable, type Quorum } from './providers.ts'

/** A pool to look at, and how much of it: see contracts/src/interfaces/ILens.sol. */
export interface PoolQuery {
  /** As `venueNumbers` has it. */
  venue: number
  /** v4: the PoolManager. */
  pool: Address
  /** The pool's key, v4 only; v2 and v3 pools know their own. */
  token0: Address
  token1: Address
  feePips: number
  tickSpacing: number
  hooks: Address
  /** Largest inputs of token0 and of token1 that somebody wants to plan with, base units. */
  amount0: bigint
  amount1: bigint
  /** Tick-bitmap words to read on each side of the current one at most, 0 to 255. */
  words: number
  /** A window kept from an earlier answer, and its `tickDigest`; equal bounds: none. */
  knownLower: number
  knownUpper: number
  knownTicks: Hex
}

export type TickView = ReturnType<typeof decodeObserve>
export type PoolView = TickView['pools'][number]
export type SweepView = ReturnType<typeof decodeSweep>

function decodeObserve(data: Hex) {
  return decodeFunctionResult({ abi: lensAbi, functionName: 'observe', data })
}

function decodeSweep(data: Hex) {
  return decodeFunctionResult({ abi: lensAbi, functionName: 'sweep', data })
}

/** Runs the lens at the pinned block without it being deployed; both providers must give the same bytes. */
async function callLens(quorum: Quorum, call: Hex): Promise<Hex> {
  const transaction = { to: lensAddress, data: call }
  const answer = await askBoth(quorum, 'eth_call', [transaction, byHash(quorum.pin), lensOverride])
  if (typeof answer !== 'string' || !answer.startsWith('0x') || answer === '0x') {
    throw new ProviderUnavailable('The lens gave no answer; the provider may not support state overrides of eth_call')
  }
  return answer as Hex
}

/**
 * Vault, assets with their prices, one mandate's progress, whether a model may trade, pools, and the price history at
 * `secondsAgo` of the deepest among the first `pairPools` of them, all at the pinned block.
 */
export async function callObserve(
  quorum: Quorum,
  vault: Address,
  mandateId: Hex,
  modelId: Hex,
  pools: readonly PoolQuery[],
  secondsAgo: readonly number[],
  pairPools: number,
): Promise<TickView> {
  const call = encodeFunctionData({
    abi: lensAbi,
    functionName: 'observe',
    args: [vault, mandateId, modelId, pools, secondsAgo, BigInt(pairPools)],
  })
  return decodeObserve(await callLens(quorum, call))
}

/** All assets the vault ever listed, priced as it would price them at the pinned block. */
export async function callAssets(quorum: Quorum, vault: Address) {
  const call = encodeFunctionData({ abi: lensAbi, functionName: 'assetsOf', args: [vault] })
  return decodeFunctionResult({ abi: lensAbi, functionName: 'assetsOf', data: await callLens(quorum, call) })
}

/** The vault's state and the progress of many mandates, in their order, at the pinned block. */
export async function callSweep(quorum: Quorum, vault: Address, mandateIds: readonly Hex[]): Promise<SweepView> {
  const call = encodeFunctionData({ abi: lensAbi, functionName: 'sweep', args: [vault, mandateIds] })
  return decodeSweep(await callLens(quorum, call))
}
