import { type Address, type Hex, keccak256, stringToBytes } from 'viem'
import { generatePrivateKey, type HDAccount, privateKeyToAccount } from 'viem/accounts'
import { blockBuilders } from '../../scripts/devnet/block-builders.ts'
import type { Devnet } from '../../scripts/devnet/devnet.ts'

/** What a JSON-RPC server answered. */
export interface RpcAnswer {
  result?: unknown
  error?: { code: number; message: string; data?: unknown }
}

export async function post(url: string, body: string, headers: Record<string, string> = {}): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })
  return response.json()
}

export async function call(url: string, method: string, ...params: unknown[]): Promise<RpcAnswer> {
  return answerOf(await post(url, JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })))
}

/** Titan says null where there is no error. */
function answerOf(answer: unknown): RpcAnswer {
  const { error, ...rest } = answer as Omit<RpcAnswer, 'error'> & { error?: RpcAnswer['error'] | null }
  return error === undefined || error === null ? rest : { ...rest, error }
}

/** The result of a call that must succeed. */
export async function ask(url: string, method: string, ...params: unknown[]): Promise<unknown> {
  const { result, error } = await call(url, method, ...params)
  if (error !== undefined) throw new Error(`${method}: ${error.message}`)
  return result
}

/** A client of a relay, the Flashbots one unless another is named, with a key of its own. */
export function relayClient(devnet: Devnet, url = devnet.relayUrl) {
  const key = privateKeyToAccount(generatePrivateKey())
  return async (method: string, ...params: unknown[]): Promise<RpcAnswer> => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    const signature = await key.signMessage({ message: keccak256(stringToBytes(body)) })
    return answerOf(await post(url, body, { 'x-flashbots-signature': `${key.address}:${signature}` }))
  }
}

export interface TransferOptions {
  nonce: number
  to?: Address
  value?: bigint
  data?: Hex
  gas?: bigint
  tip?: bigint
  maximumFee?: bigint
  chainId?: number
}

/** A signed transfer of a little ether. */
export function signTransfer(from: HDAccount, options: TransferOptions): Promise<Hex> {
  return from.signTransaction({
    type: 'eip1559',
    chainId: options.chainId ?? 424242,
    nonce: options.nonce,
    to: options.to ?? '0x000000000000000000000000000000000000beef',
    value: options.value ?? 1n,
    data: options.data ?? '0x',
    gas: options.gas ?? 100_000n,
    maxFeePerGas: options.maximumFee ?? 20_000_000_000n,
    maxPriorityFeePerGas: options.tip ?? 1_000_000_000n,
  })
}

/** The account's nonce in the newest block. */
export async function nonceOf(devnet: Devnet, account: { address: Address }): Promise<number> {
  return Number(await ask(devnet.rpcUrl, 'eth_getTransactionCount', account.address, 'latest'))
}

/** Hashes in a block, in order. */
export async function transactionsOf(devnet: Devnet, block: number): Promise<string[]> {
  const answer = await ask(devnet.rpcUrl, 'eth_getBlockByNumber', `0x${block.toString(16)}`, false)
  return (answer as { transactions: string[] }).transactions
}

/** The name of the builder that made a block, by its coinbase. */
export async function winnerOf(devnet: Devnet, block: number): Promise<string | undefined> {
  const answer = await ask(devnet.rpcUrl, 'eth_getBlockByNumber', `0x${block.toString(16)}`, false)
  return blockBuilders.find(({ coinbase }) => coinbase.toLowerCase() === (answer as { miner: string }).miner)?.name
}

/** Number of the block that holds a transaction; undefined while none does. */
export async function blockOf(devnet: Devnet, hash: string): Promise<number | undefined> {
  const receipt = await ask(devnet.rpcUrl, 'eth_getTransactionReceipt', hash)
  return receipt === null ? undefined : Number((receipt as { blockNumber: string }).blockNumber)
}

/** Code that reverts when it is called. */
export const revertingCode: Hex = '0x60006000fd'
/** Creation code that leaves {@link revertingCode} behind. */
export const revertingCreation: Hex = '0x6460006000fd6000526005601bf3'

/** Deploys a contract that always reverts. */
export async function deployReverting(devnet: Devnet): Promise<{ reverting: Address }> {
  const { deployer } = devnet.accounts
  const raw = await deployer.signTransaction({
    type: 'eip1559',
    chainId: 424242,
    nonce: await nonceOf(devnet, deployer),
    data: revertingCreation,
    gas: 200_000n,
    maxFeePerGas: 20_000_000_000n,
    maxPriorityFeePerGas: 1_000_000_000n,
  })
  await ask(devnet.rpcUrl, 'eth_sendRawTransaction', raw)
  await devnet.control.mine()
  const receipt = await ask(devnet.rpcUrl, 'eth_getTransactionReceipt', keccak256(raw))
  const { status, contractAddress } = receipt as { status: string; contractAddress: Address }
  if (status !== '0x1') throw new Error('the reverting contract was not deployed')
  return { reverting: contractAddress }
}
