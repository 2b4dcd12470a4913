import { type Address, createPublicClient, type Hex, http, type PublicClient, type TransactionReceipt } from 'viem'
import type { HDAccount } from 'viem/accounts'
import type { Devnet } from './devnet.ts'
import { DevnetError } from './errors.ts'

/** What sending to the local chain takes: everything goes through the proxy, like anybody's transactions. */
export type Reach = Pick<Devnet, 'rpcUrl' | 'chain' | 'accounts' | 'control' | 'chainTime'>

export interface PublicTransaction {
  from: HDAccount
  /** Undefined creates a contract. */
  to?: Address
  data: Hex
  value?: bigint
  /** What it does, for the error when it fails. */
  purpose: string
}

const gasLimit = 8_000_000n
const tip = 3_000_000_000n
const maximumFee = 100_000_000_000n

/** A client without a chain object or batching, for reads through the proxy. */
export function clientOf({ rpcUrl }: Pick<Reach, 'rpcUrl'>): PublicClient {
  return createPublicClient({ transport: http(rpcUrl) })
}

/**
 * Sends public transactions, makes one block, and returns their receipts. Transactions of one account keep their order.
 * Throws DevnetError when one of them fails.
 */
export async function sendAll(reach: Reach, transactions: readonly PublicTransaction[]): Promise<TransactionReceipt[]> {
  const client = clientOf(reach)
  const hashes: Hex[] = []
  for (const { from, to, data, value } of transactions) {
    const nonce = await client.getTransactionCount({ address: from.address, blockTag: 'pending' })
    const serializedTransaction = await from.signTransaction({
      type: 'eip1559',
      chainId: reach.chain.id,
      nonce,
      data,
      value: value ?? 0n,
      gas: gasLimit,
      maxFeePerGas: maximumFee,
      maxPriorityFeePerGas: tip,
      ...(to === undefined ? {} : { to }),
    })
    hashes.push(await client.sendRawTransaction({ serializedTransaction }))
  }
  await reach.control.mine()
  const receipts = await Promise.all(hashes.map((hash) => client.getTransactionReceipt({ hash })))
  const failed = receipts.findIndex(({ status }) => status !== 'success')
  if (failed === -1) return receipts
  throw new DevnetError(
    'transaction-failed',
    `On the local chain, ${transactions[failed]?.purpose ?? 'a call'} failed.`,
  )
}
