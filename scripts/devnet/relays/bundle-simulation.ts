import { type BlockSlot, simulateInOrder } from '../block-simulation.ts'
import type { Builder } from '../builder.ts'
import type { ChainState } from '../chain-state.ts'
import { toQuantity } from '../json-rpc.ts'
import { bundleReport } from './bundle-report.ts'
import { readAll } from './bundles.ts'
import { bundleHash } from './order-desk.ts'

/** The block of that number as it will be: of the next block's fee and builder, at the time it is due unless one is given. */
export function slotFor(builder: Builder, number: number, timestamp: number | undefined): BlockSlot {
  const next = builder.nextSlot()
  const ahead = Math.max(0, number - next.number)
  return { ...next, number, timestamp: timestamp ?? next.timestamp + ahead * builder.blockSeconds }
}

export interface CallBundleRequest {
  txs: readonly string[]
  blockNumber: number
  stateBlockNumber: number | string
  timestamp?: number | undefined
}

/** The answer to `eth_callBundle`, and the gas it took. */
export async function callBundle(
  state: ChainState,
  builder: Builder,
  request: CallBundleRequest,
): Promise<{ report: Record<string, unknown>; gas: bigint }> {
  const { stateBlockNumber, blockNumber, timestamp } = request
  const transactions = await readAll(request.txs, state.chainId)
  const slot = slotFor(builder, blockNumber, timestamp)
  const block = typeof stateBlockNumber === 'number' ? toQuantity(stateBlockNumber) : 'latest'
  const results = await simulateInOrder(state.rpc, slot, transactions, block)
  const gas = results.reduce((sum, result) => sum + result.gasUsed, 0n)
  const stateNumber = typeof stateBlockNumber === 'number' ? stateBlockNumber : builder.head.number
  return { report: bundleReport(bundleHash(transactions), results, slot.baseFeePerGas, stateNumber), gas }
}
