import {
  type Address,
  decodeFunctionResult,
  deploylessCallViaBytecodeBytecode,
  encodeDeployData,
  encodeFunctionData,
  type Hex,
} from 'viem'
import { lensAbi, lensBytecode } from '../../shared/chain/generated/lens.ts'
import { askBoth, byHash, ProviderUnavailable, type Quorum } from './providers.ts'

/** A pool to look at; `words`: tick-bitmap words on each side of the current one (v3 only). */
export interface PoolQuery {
  venue: number
  pool: Address
  words: number
}

export type TickView = ReturnType<typeof decodeObserve>
export type SweepView = ReturnType<typeof decodeSweep>

function decodeObserve(data: Hex) {
  return decodeFunctionResult({ abi: lensAbi, functionName: 'observe', data })
}

function decodeSweep(data: Hex) {
  return decodeFunctionResult({ abi: lensAbi, functionName: 'sweep', data })
}

/** Runs the lens at the pinned block without it being deployed; both providers must give the same bytes. */
async function callLens(quorum: Quorum, call: Hex): Promise<Hex> {
  const data = encodeDeployData({
    abi: [{ type: 'constructor', inputs: [{ type: 'bytes' }, { type: 'bytes' }], stateMutability: 'nonpayable' }],
    bytecode: deploylessCallViaBytecodeBytecode,
    args: [lensBytecode, call],
  })
  const answer = await askBoth(quorum, 'eth_call', [{ data }, byHash(quorum.pin)])
  if (typeof answer !== 'string' || !answer.startsWith('0x') || answer === '0x') {
    throw new ProviderUnavailable('The lens gave no answer')
  }
  return answer as Hex
}

/**
 * Vault, assets with their prices, one mandate's progress, pools, and the price history of the deepest of them at
 * `secondsAgo`, all at the pinned block.
 */
export async function callObserve(
  quorum: Quorum,
  vault: Address,
  mandateId: Hex,
  pools: readonly PoolQuery[],
  secondsAgo: readonly number[],
): Promise<TickView> {
  const call = encodeFunctionData({
    abi: lensAbi,
    functionName: 'observe',
    args: [vault, mandateId, pools, secondsAgo],
  })
  return decodeObserve(await callLens(quorum, call))
}

/** The vault's state and the progress of many mandates, in their order, at the pinned block. */
export async function callSweep(quorum: Quorum, vault: Address, mandateIds: readonly Hex[]): Promise<SweepView> {
  const call = encodeFunctionData({ abi: lensAbi, functionName: 'sweep', args: [vault, mandateIds] })
  return decodeSweep(await callLens(quorum, call))
}
