import { isHex } from 'viem'
import { z } from 'zod'
import { stateBlockIndex } from './block-parameter.ts'
import {
  invalidParameters,
  type JsonRpcRequest,
  methodNotFound,
  type RpcClient,
  serverError,
  smallQuantity,
  toQuantity,
} from './json-rpc.ts'
import type { NodeMethods } from './node-methods.ts'

/** Methods whose first parameter is a block's number or tag, or its hash; for a block that is not there they answer null. */
const ofBlock = new Set([
  ...['eth_getBlockByNumber', 'eth_getBlockTransactionCountByNumber', 'eth_getTransactionByBlockNumberAndIndex'],
  ...['eth_getBlockByHash', 'eth_getBlockTransactionCountByHash', 'eth_getTransactionByBlockHashAndIndex'],
  ...['eth_getBlockReceipts', 'trace_block'],
])
const ofTransaction = new Set(['eth_getTransactionReceipt', 'eth_getTransactionByHash', 'eth_getRawTransactionByHash'])
const openFilter = new Set(['eth_newFilter', 'eth_newBlockFilter', 'eth_newPendingTransactionFilter'])
const readFilter = new Set(['eth_getFilterChanges', 'eth_getFilterLogs'])

const numberedSchema = z.object({ number: smallQuantity }).nullable()
const minedSchema = z.object({ blockNumber: smallQuantity }).nullable()
const logsSchema = z.looseObject({
  fromBlock: z.unknown().optional(),
  toBlock: z.unknown().optional(),
  blockHash: z.unknown().optional(),
})
const byHashSchema = z.looseObject({ blockHash: z.string() })
const byNumberSchema = z.looseObject({ blockNumber: z.string() })

/**
 * The chain as a node sees it that has not heard of the newest blocks: everything is as of an older head, what is above it is
 * unknown, in geth's words. What waits in the public pool it knows as every node does. It keeps no filters.
 */
export class LaggingNode {
  readonly #node: NodeMethods
  readonly #rpc: RpcClient
  /** Number of the newest block. */
  readonly #head: () => number

  constructor(node: NodeMethods, rpc: RpcClient, head: () => number) {
    this.#node = node
    this.#rpc = rpc
    this.#head = head
  }

  /** `lag`: how many of the newest blocks are unknown. */
  async answer(request: JsonRpcRequest, lag: number): Promise<unknown> {
    const { method } = request
    const params = Array.isArray(request.params) ? request.params : []
    const head = Math.max(0, this.#head() - lag)
    const ask = (changed: readonly unknown[]) => this.#node.answer({ ...request, params: [...changed] })
    if (method === 'eth_blockNumber') return toQuantity(head)
    const index = method === 'eth_feeHistory' ? 1 : stateBlockIndex(method)
    if (index !== undefined) return ask(padded(params, index).with(index, await this.#stateBlock(params[index], head)))
    if (ofBlock.has(method)) {
      const number = await this.#numberOf(params[0], head)
      if (number === undefined || number > head) return null
      return ask(isHash(params[0]) ? params : params.with(0, toQuantity(number)))
    }
    if (ofTransaction.has(method)) return (await this.#isNewer(params[0], head)) ? null : ask(params)
    if (method === 'eth_getLogs') return this.#logs(params[0], head, ask)
    if (method === 'debug_traceTransaction' || method === 'trace_transaction') {
      if (await this.#isNewer(params[0], head)) throw serverError('transaction not found')
      return ask(params)
    }
    if (openFilter.has(method)) throw methodNotFound(method)
    if (readFilter.has(method)) throw serverError('filter not found')
    return ask(params)
  }

  /** A block whose state is asked for, made explicit. Refused when it is above the head, or unknown. */
  async #stateBlock(block: unknown, head: number): Promise<unknown> {
    const byHash = byHashSchema.safeParse(block)
    const byNumber = byNumberSchema.safeParse(block)
    const hash = byHash.success ? byHash.data.blockHash : isHash(block) ? block : undefined
    const number = await this.#numberOf(hash ?? (byNumber.success ? byNumber.data.blockNumber : block), head)
    if (number !== undefined && number <= head) return hash === undefined ? toQuantity(number) : block
    throw serverError(hash === undefined ? 'header not found' : 'header for hash not found')
  }

  async #logs(given: unknown, head: number, ask: (params: readonly unknown[]) => Promise<unknown>): Promise<unknown> {
    const filter = logsSchema.safeParse(given)
    if (!filter.success) return ask([given])
    const { fromBlock, toBlock, blockHash } = filter.data
    if (blockHash !== undefined) {
      const number = await this.#numberOf(blockHash, head)
      if (number === undefined || number > head) throw serverError('unknown block')
      return ask([given])
    }
    const from = (await this.#numberOf(fromBlock, head)) ?? head
    const to = Math.min((await this.#numberOf(toBlock, head)) ?? head, head)
    if (from > to) return []
    return ask([{ ...filter.data, fromBlock: toQuantity(from), toBlock: toQuantity(to) }])
  }

  /** Number of a block that is named by tag, number or hash; undefined for an unknown hash. */
  async #numberOf(block: unknown, head: number): Promise<number | undefined> {
    if (block === undefined || block === null || block === 'latest' || block === 'pending') return head
    if (block === 'earliest') return 0
    if (block === 'safe' || block === 'finalized') {
      const found = await this.#rpc.request('eth_getBlockByNumber', [block, false])
      const number = numberedSchema.parse(found)?.number ?? 0
      return Math.max(0, number - (this.#head() - head))
    }
    if (isHash(block)) {
      return numberedSchema.parse(await this.#rpc.request('eth_getBlockByHash', [block, false]))?.number
    }
    const number = smallQuantity.safeParse(block)
    if (!number.success) throw invalidParameters('invalid block number or tag')
    return number.data
  }

  async #isNewer(hash: unknown, head: number): Promise<boolean> {
    const receipt = minedSchema.parse(await this.#rpc.request('eth_getTransactionReceipt', [hash]))
    return receipt !== null && receipt.blockNumber > head
  }
}

function isHash(block: unknown): block is string {
  return isHex(block) && block.length === 66
}

/** Parameters that may be left out, up to that one. */
function padded(params: readonly unknown[], index: number): unknown[] {
  return Array.from({ length: Math.max(params.length, index + 1) }, (_, place) => params[place])
}
