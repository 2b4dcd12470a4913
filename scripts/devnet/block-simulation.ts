import { type Address, getAddress, type Hex, isAddressEqual } from 'viem'
import { z } from 'zod'
import { quantity, type RpcClient, smallQuantity, toQuantity } from './json-rpc.ts'
import { effectiveTip, type SignedTransaction, type UnsignedTransaction } from './signed-transaction.ts'

/** Gas a block of the live chain holds. */
export const blockGasLimit = 60_000_000n

/** The block that is to be made. */
export interface BlockSlot {
  number: number
  timestamp: number
  baseFeePerGas: bigint
  coinbase: Address
}

/** An event, as receipts and simulations show it. */
export const logSchema = z.object({ address: z.string(), topics: z.array(z.string()), data: z.string() })
export type EventLog = z.output<typeof logSchema>

export interface SimulatedTransaction<Transaction extends UnsignedTransaction = SignedTransaction> {
  transaction: Transaction
  succeeded: boolean
  gasUsed: bigint
  returnData: Hex
  /** Why it did not succeed; empty where it did. */
  error: string
  /** Wei sent to the builder by the transaction itself. */
  sentToCoinbase: bigint
  /** Wei the builder earns in fees. */
  tips: bigint
  /** Transfers of ether among them, as made-up events. */
  logs: readonly EventLog[]
}

const hexData = z.string().transform((text): Hex => `0x${text.slice(2)}`)
const callSchema = z.object({
  status: smallQuantity,
  gasUsed: quantity,
  returnData: hexData,
  logs: z.array(logSchema).default([]),
})
const answerSchema = z.array(z.object({ calls: z.array(callSchema) }))

/** What `traceTransfers` calls ether in its made-up logs. */
const etherPseudoToken = '0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee'

/** Runs transactions in order on top of a block, as they would run in `slot`. Nonces and balances are not checked. */
export async function simulateInOrder<Transaction extends UnsignedTransaction>(
  rpc: RpcClient,
  slot: BlockSlot,
  transactions: readonly Transaction[],
  stateBlock = 'latest',
): Promise<SimulatedTransaction<Transaction>[]> {
  if (transactions.length === 0) return []
  const blockStateCalls = [
    {
      blockOverrides: {
        number: toQuantity(slot.number),
        time: toQuantity(slot.timestamp),
        baseFeePerGas: toQuantity(slot.baseFeePerGas),
        feeRecipient: slot.coinbase,
        gasLimit: toQuantity(blockGasLimit),
      },
      calls: transactions.map(callOf),
    },
  ]
  const request = { blockStateCalls, traceTransfers: true, validation: false }
  const answer = answerSchema.parse(await rpc.request('eth_simulateV1', [request, stateBlock]))
  const calls = answer.flatMap((block) => block.calls)
  return transactions.map((transaction, index) => {
    const call = calls[index]
    if (call === undefined) throw new Error('eth_simulateV1 answered fewer calls than it was asked')
    return {
      transaction,
      succeeded: call.status === 1,
      gasUsed: call.gasUsed,
      returnData: call.returnData,
      error: call.status === 1 ? '' : failureOf(call.gasUsed, transaction),
      sentToCoinbase: call.logs.reduce((sum, log) => sum + transferTo(slot.coinbase, log), 0n),
      tips: call.gasUsed * effectiveTip(transaction, slot.baseFeePerGas),
      logs: call.logs,
    }
  })
}

/** anvil says only that it failed; a halt (out of gas, a bad instruction) burns the whole limit, a revert does not. */
function failureOf(gasUsed: bigint, transaction: UnsignedTransaction): string {
  return gasUsed >= transaction.gas ? 'out of gas' : 'execution reverted'
}

function callOf(transaction: UnsignedTransaction) {
  return {
    from: transaction.from,
    ...(transaction.to === null ? {} : { to: transaction.to }),
    input: transaction.data,
    value: toQuantity(transaction.value),
    gas: toQuantity(transaction.gas),
    nonce: toQuantity(transaction.nonce),
    maxFeePerGas: toQuantity(transaction.maxFeePerGas),
    maxPriorityFeePerGas: toQuantity(transaction.maxPriorityFeePerGas),
  }
}

function transferTo(recipient: Address, log: EventLog): bigint {
  const to = log.topics[2]
  if (log.address.toLowerCase() !== etherPseudoToken || to === undefined) return 0n
  return isAddressEqual(getAddress(`0x${to.slice(-40)}`), recipient) ? BigInt(log.data) : 0n
}
