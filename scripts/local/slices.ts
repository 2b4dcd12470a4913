import { type Address, type Hash, type PublicClient, parseEventLogs } from 'viem'
import { vaultAbi } from '../../shared/chain/generated/vault.ts'
import type { ApiClient } from './api-client.ts'

/** One executed slice: what the API recorded, with the amounts as the chain's own event says them. */
export interface Slice {
  slot: number
  txHash: Hash
  blockNumber: string
  /** Base units, measured by the vault. */
  amountIn: string
  amountOut: string
  /** What the oracle said amountIn was worth. */
  oracleOut: string
  /** Realised shortfall below the oracle, basis points; negative is better than the oracle. */
  slippageBps: number
  predictedSlippageBps: number
  /** What the transaction cost, and what of it the vault gave back, wei. */
  gasCostWei: string
  gasRefundWei: string
  legs: number
  split: { venue: string; pool: Address; feePips: number; amountIn: string }[]
  relay: string
  /** As emitted by the vault. */
  decisionHead: Hash
}

interface ExecutionView {
  slot: number
  state: string
  transactionHash: Hash | null
  relay: string
  predictedSlippageBps: string | number
  legs: { venue: string; pool: Address; feePips: number; amountIn: string }[]
}

/** Every filled slice of a strategy, oldest first. The chain decides what was filled; the API adds how. */
export async function filledSlices(
  api: ApiClient,
  client: PublicClient,
  vault: Address,
  strategyId: string,
): Promise<Slice[]> {
  const { items } = await api.get<{ items: ExecutionView[] }>(`/v1/executions?strategy=${strategyId}&limit=100`)
  const slices: Slice[] = []
  for (const execution of items) {
    if (execution.transactionHash === null || execution.state !== 'included') continue
    const receipt = await client.getTransactionReceipt({ hash: execution.transactionHash })
    const logs = receipt.logs.filter(({ address }) => address.toLowerCase() === vault.toLowerCase())
    const [executed] = parseEventLogs({ abi: vaultAbi, eventName: 'Executed', logs })
    if (executed === undefined) continue
    const [refunded] = parseEventLogs({ abi: vaultAbi, eventName: 'GasRefunded', logs })
    const { amountIn, amountOut, oracleOut, decisionHead } = executed.args
    slices.push({
      slot: execution.slot,
      txHash: execution.transactionHash,
      blockNumber: receipt.blockNumber.toString(),
      amountIn: amountIn.toString(),
      amountOut: amountOut.toString(),
      oracleOut: oracleOut.toString(),
      slippageBps: Number(((oracleOut - amountOut) * 100_000_000n) / oracleOut) / 10_000,
      predictedSlippageBps: Number(execution.predictedSlippageBps),
      gasCostWei: (receipt.gasUsed * receipt.effectiveGasPrice).toString(),
      gasRefundWei: (refunded?.args.amountWei ?? 0n).toString(),
      legs: execution.legs.length,
      split: execution.legs.map(({ venue, pool, feePips, amountIn: part }) => ({
        venue,
        pool,
        feePips,
        amountIn: part,
      })),
      relay: execution.relay,
      decisionHead,
    })
  }
  return slices.sort((a, b) => a.slot - b.slot || Number(BigInt(a.blockNumber) - BigInt(b.blockNumber)))
}
