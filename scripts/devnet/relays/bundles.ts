import type { Address, Hex } from 'viem'
import type { BuilderName } from '../block-builders.ts'
import type { ChainState } from '../chain-state.ts'
import { serverError } from '../json-rpc.ts'
import { readSignedTransaction, type SignedTransaction } from '../signed-transaction.ts'
import type { OrderDesk } from './order-desk.ts'

/** What every `eth_sendBundle` has in common. */
export interface BundleRequest {
  txs: readonly string[]
  blockNumber: number
  minTimestamp?: number | undefined
  maxTimestamp?: number | undefined
  revertingTxHashes?: readonly string[] | undefined
  replacementUuid?: string | undefined
}

/** Checks a bundle that holds transactions and hands it in; returns its hash. */
export async function submitBundle(
  desk: OrderDesk,
  state: ChainState,
  request: BundleRequest,
  from: { owner: Address | undefined; builders?: ReadonlySet<BuilderName> | undefined; preferences?: unknown },
): Promise<Hex> {
  const { blockNumber } = request
  if (blockNumber <= desk.head) {
    throw serverError(`block ${blockNumber} is in the past, current block ${desk.head}`)
  }
  return desk.takeBundle({
    ...from,
    transactions: await readAll(request.txs, state.chainId),
    blockNumber,
    minimumTimestamp: request.minTimestamp ?? 0,
    // A zero is "none".
    maximumTimestamp: request.maxTimestamp || Number.MAX_SAFE_INTEGER,
    mayRevert: new Set(request.revertingTxHashes?.map((hash) => hash.toLowerCase()) ?? []),
    replacementUuid: request.replacementUuid,
  })
}

export function readAll(raws: readonly string[], chainId: number): Promise<SignedTransaction[]> {
  return Promise.all(raws.map((raw) => readSignedTransaction(raw, chainId)))
}

/** A signed transaction whose nonce is not used; throws geth's refusal otherwise. */
export async function readPending(raw: unknown, state: ChainState): Promise<SignedTransaction> {
  const transaction = await readSignedTransaction(raw, state.chainId)
  const next = await state.nonce(transaction.from)
  if (transaction.nonce >= next) return transaction
  throw serverError(`nonce too low: next nonce ${next}, tx nonce ${transaction.nonce}`)
}
