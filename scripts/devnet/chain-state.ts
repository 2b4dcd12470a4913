import type { Address } from 'viem'
import { z } from 'zod'
import { quantity, type RpcClient, smallQuantity, toQuantity } from './json-rpc.ts'

const headSchema = z.object({
  number: smallQuantity,
  hash: z.string(),
  timestamp: smallQuantity,
  baseFeePerGas: quantity,
})
/** The newest block. */
export type Head = z.output<typeof headSchema>

const blockSchema = headSchema.extend({ transactions: z.array(z.string()) })
export type MinedBlock = z.output<typeof blockSchema>

const receiptsSchema = z.array(z.object({ transactionHash: z.string(), status: z.string() }))

/** What builder, pool and relay ask the live chain, past the proxy. */
export class ChainState {
  readonly rpc: RpcClient
  readonly chainId: number

  constructor(rpc: RpcClient, chainId: number) {
    this.rpc = rpc
    this.chainId = chainId
  }

  async head(): Promise<Head> {
    return headSchema.parse(await this.rpc.request('eth_getBlockByNumber', ['latest', false]))
  }

  async latestBlock(): Promise<MinedBlock> {
    return blockSchema.parse(await this.rpc.request('eth_getBlockByNumber', ['latest', false]))
  }

  async block(number: number): Promise<MinedBlock> {
    return blockSchema.parse(await this.rpc.request('eth_getBlockByNumber', [toQuantity(number), false]))
  }

  /** Hashes of the latest block's transactions that reverted. */
  async revertedInLatest(): Promise<Set<string>> {
    const receipts = receiptsSchema.parse(await this.rpc.request('eth_getBlockReceipts', ['latest']))
    return new Set(receipts.filter(({ status }) => status !== '0x1').map((receipt) => receipt.transactionHash))
  }

  async nonce(account: Address): Promise<number> {
    return smallQuantity.parse(await this.rpc.request('eth_getTransactionCount', [account, 'latest']))
  }

  /** Wei. */
  async balance(account: Address): Promise<bigint> {
    return quantity.parse(await this.rpc.request('eth_getBalance', [account, 'latest']))
  }
}
