import type { Address, Hex } from 'viem'
import { z } from 'zod'
import { DevnetError } from './errors.ts'
import { type RpcClient, toQuantity } from './json-rpc.ts'

/** A transaction of the world's building, sent from an account that anvil holds the key of. */
export interface WorldTransaction {
  from: Address
  to?: Address
  data?: Hex
  value?: bigint
  /** What it does, for the error when it fails. */
  purpose: string
}

const receiptsSchema = z.array(z.object({ status: z.string(), gasUsed: z.string() }))

/** No building step needs more. */
const gasPerTransaction = 60_000_000n
const buildingFeePerGas = 20_000_000_000n

/** An anvil without mining of its own, on which the world is built block by block. */
export class WorldChain {
  readonly rpc: RpcClient
  readonly #nonces = new Map<Address, number>()
  timestamp: number

  constructor(rpc: RpcClient, timestamp: number) {
    this.rpc = rpc
    this.timestamp = timestamp
  }

  /** Puts the transactions into one block in this order, `seconds` after the last; throws when one of them fails. */
  async block(transactions: readonly WorldTransaction[], seconds = 12): Promise<void> {
    for (const transaction of transactions) await this.#send(transaction)
    this.timestamp += seconds
    await this.rpc.request('evm_setNextBlockTimestamp', [toQuantity(this.timestamp)])
    await this.rpc.request('evm_mine')
    if (transactions.length === 0) return
    const receipts = receiptsSchema.parse(await this.rpc.request('eth_getBlockReceipts', ['latest']))
    const failed = receipts.findIndex((receipt) => receipt.status !== '0x1')
    if (receipts.length === transactions.length && failed === -1) return
    const purpose = transactions[failed === -1 ? receipts.length : failed]?.purpose ?? 'a transaction'
    throw new DevnetError('world-differs', `The world could not be built: ${purpose} failed.`)
  }

  async #send({ from, to, data, value, purpose }: WorldTransaction): Promise<void> {
    const nonce = this.#nonces.get(from) ?? 0
    const request = {
      from,
      ...(to === undefined ? {} : { to }),
      ...(data === undefined ? {} : { data }),
      value: toQuantity(value ?? 0n),
      nonce: toQuantity(nonce),
      gas: toQuantity(gasPerTransaction),
      gasPrice: toQuantity(buildingFeePerGas),
    }
    try {
      await this.rpc.request('eth_sendTransaction', [request])
    } catch (cause) {
      throw new DevnetError('world-differs', `The world could not be built: ${purpose} was refused.`, { cause })
    }
    this.#nonces.set(from, nonce + 1)
  }
}
