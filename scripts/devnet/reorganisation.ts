import { type Address, getAddress, isHex } from 'viem'
import { z } from 'zod'
import type { ChainState, MinedBlock } from './chain-state.ts'
import { JsonRpcError, serverError, toQuantity } from './json-rpc.ts'
import type { PrivateOrders } from './private-orders.ts'
import type { PublicPool } from './public-pool.ts'
import { readSignedTransaction } from './signed-transaction.ts'
import { restore, touchedState } from './touched-state.ts'

/** More is no reorganisation that a public chain shows. */
export const deepestReorganisation = 3

/** Whoever made the other branch: its blocks differ from ours even where both are empty. */
const rival: Address = getAddress('0x0000000000000000000000000000000000f04ced')

/**
 * Replaces the newest `depth` blocks by empty ones of the same times, and puts what was in them back where it came from:
 * private orders to the relay while their window lasts, everything else to the public pool. What no key signed (a gift of
 * `devnet_fund`) is gone. Nobody may read or make blocks meanwhile.
 */
export async function reorganise(
  state: ChainState,
  depth: number,
  pool: PublicPool,
  orders: PrivateOrders,
): Promise<MinedBlock> {
  const { rpc } = state
  const head = await state.latestBlock()
  const replaced: MinedBlock[] = []
  for (let number = head.number - depth + 1; number <= head.number; number++) replaced.push(await state.block(number))
  const hashes = replaced.flatMap(({ transactions }) => transactions)
  const raws = await Promise.all(hashes.map((hash) => rpc.request('eth_getRawTransactionByHash', [hash])))
  const touched = await touchedState(rpc, hashes, head.number - depth)
  await rpc.request('anvil_rollback', [depth])
  await restore(rpc, touched)
  await rpc.request('anvil_setCoinbase', [rival])
  for (const { timestamp, baseFeePerGas } of replaced) {
    await rpc.request('anvil_setNextBlockBaseFeePerGas', [toQuantity(baseFeePerGas)])
    await rpc.request('evm_setNextBlockTimestamp', [toQuantity(timestamp)])
    await rpc.request('evm_mine')
  }
  for (const raw of z.array(z.string().refine(isHex)).parse(raws)) await putBack(state, raw, head.number, pool, orders)
  return state.latestBlock()
}

async function putBack(
  state: ChainState,
  raw: string,
  blockNumber: number,
  pool: PublicPool,
  orders: PrivateOrders,
): Promise<void> {
  try {
    const transaction = await readSignedTransaction(raw, state.chainId)
    if (!orders.reinstate(transaction.hash, blockNumber)) await pool.add(transaction)
  } catch (error) {
    // What the pool does not take any more, or nobody signed, does not come back.
    if (!(error instanceof JsonRpcError)) throw error
  }
}

/** @throws JsonRpcError where there are not as many blocks of ours */
export function checkDepth(depth: number, madeHere: number): void {
  if (depth > madeHere) throw serverError(`only ${madeHere} blocks were made here, and what is below them is given`)
}
