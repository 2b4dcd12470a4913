import { type Address, getAddress, isAddress } from 'viem'
import { withoutPending } from './block-parameter.ts'
import type { ChainState } from './chain-state.ts'
import { invalidParameters, type JsonRpcRequest, methodNotFound, type RpcClient, toQuantity } from './json-rpc.ts'
import { PendingFilters } from './pool-readers.ts'
import type { PoolContent, PublicPool } from './public-pool.ts'
import { readSignedTransaction, type SignedTransaction } from './signed-transaction.ts'

/** What the chain itself answers. Everything else (anvil's own methods above all) does not exist for clients. */
const passedOn = new Set([
  ...['web3_clientVersion', 'web3_sha3', 'net_version', 'net_listening', 'eth_chainId', 'eth_syncing'],
  ...['eth_blockNumber', 'eth_getBlockByNumber', 'eth_getBlockByHash', 'eth_getBlockReceipts'],
  ...['eth_getBlockTransactionCountByNumber', 'eth_getBlockTransactionCountByHash'],
  ...['eth_getTransactionByBlockHashAndIndex', 'eth_getTransactionByBlockNumberAndIndex'],
  ...['eth_getTransactionReceipt', 'eth_getBalance', 'eth_getCode', 'eth_getStorageAt', 'eth_getProof'],
  ...['eth_call', 'eth_estimateGas', 'eth_createAccessList', 'eth_simulateV1'],
  ...['eth_gasPrice', 'eth_maxPriorityFeePerGas', 'eth_feeHistory', 'eth_blobBaseFee'],
  ...['eth_getLogs', 'eth_newFilter', 'eth_newBlockFilter', 'eth_getFilterLogs'],
  ...['debug_traceTransaction', 'debug_traceCall', 'trace_transaction', 'trace_block'],
])

/** The chain as clients see it: anvil's blocks and state, with the public pool laid over them. */
export class NodeMethods {
  readonly #rpc: RpcClient
  readonly #state: ChainState
  readonly #pool: PublicPool
  readonly #filters: PendingFilters

  constructor(state: ChainState, pool: PublicPool) {
    this.#rpc = state.rpc
    this.#state = state
    this.#pool = pool
    this.#filters = new PendingFilters(pool)
  }

  async answer({ method, params: given }: JsonRpcRequest): Promise<unknown> {
    const params = Array.isArray(given) ? given : []
    switch (method) {
      case 'eth_sendRawTransaction':
        return this.#pool.add(await readSignedTransaction(params[0], this.#state.chainId))
      case 'eth_getTransactionByHash':
        return (await this.#rpc.request(method, params)) ?? this.#waiting(params[0])?.pending ?? null
      case 'eth_getRawTransactionByHash':
        return this.#waiting(params[0])?.raw ?? (await this.#rpc.request(method, params))
      case 'eth_getTransactionCount':
        return this.#transactionCount(params)
      case 'eth_accounts':
        return []
      case 'eth_newPendingTransactionFilter':
        return this.#filters.open()
      case 'eth_getFilterChanges':
        return this.#filters.changes(text(params[0])) ?? this.#rpc.request(method, params)
      case 'eth_uninstallFilter':
        return this.#filters.close(text(params[0])) || this.#rpc.request(method, params)
      case 'txpool_status':
        return this.#poolStatus()
      case 'txpool_content':
        return this.#poolView((transaction) => transaction.pending)
      case 'txpool_inspect':
        return this.#poolView(summary)
      case 'txpool_contentFrom':
        return this.#poolOf(accountOf(params[0]))
      default:
        if (!passedOn.has(method)) throw methodNotFound(method)
        return this.#rpc.request(method, withoutPending(method, params))
    }
  }

  #waiting(hash: unknown): SignedTransaction | undefined {
    return typeof hash === 'string' ? this.#pool.get(hash) : undefined
  }

  async #transactionCount(params: readonly unknown[]): Promise<unknown> {
    const account = accountOf(params[0])
    if (params[1] !== 'pending') return this.#rpc.request('eth_getTransactionCount', params)
    return toQuantity(this.#pool.pendingNonce(account, await this.#state.nonce(account)))
  }

  async #poolStatus() {
    const { pending, queued } = await this.#pool.content()
    const count = (side: PoolContent) => [...side.values()].reduce((sum, waiting) => sum + waiting.length, 0)
    return { pending: toQuantity(count(pending)), queued: toQuantity(count(queued)) }
  }

  async #poolView(show: (transaction: SignedTransaction) => unknown) {
    const { pending, queued } = await this.#pool.content()
    const view = (side: PoolContent) =>
      Object.fromEntries([...side].map(([account, waiting]) => [account, byNonce(waiting, show)]))
    return { pending: view(pending), queued: view(queued) }
  }

  async #poolOf(account: Address) {
    const { pending, queued } = await this.#pool.content()
    const view = (side: PoolContent) => byNonce(side.get(account) ?? [], (transaction) => transaction.pending)
    return { pending: view(pending), queued: view(queued) }
  }
}

function byNonce(waiting: readonly SignedTransaction[], show: (transaction: SignedTransaction) => unknown) {
  return Object.fromEntries(waiting.map((transaction) => [String(transaction.nonce), show(transaction)]))
}

/** geth's one-line form. */
function summary({ to, value, gas, maxFeePerGas }: SignedTransaction): string {
  return `${to ?? 'contract creation'}: ${value} wei + ${gas} gas × ${maxFeePerGas} wei`
}

function accountOf(value: unknown): Address {
  if (typeof value !== 'string' || !isAddress(value, { strict: false })) {
    throw invalidParameters('invalid argument 0: an address is 20 bytes of hex')
  }
  return getAddress(value)
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw invalidParameters('invalid argument 0: a filter id is a hex string')
  return value
}
