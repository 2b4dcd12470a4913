import { type Address, type Hex, hexToBigInt, hexToNumber, parseEventLogs } from 'viem'
import { z } from 'zod'
import { vaultAbi } from '../../shared/chain/generated/vault.ts'
import { address, bytes32, hexString } from '../../shared/schema/primitives.ts'
import { askBoth, ProvidersDisagree, ProviderUnavailable, type Quorum } from './providers.ts'

/** What the chain says about one transaction, agreed by two providers. */
export interface Inclusion {
  hash: Hex
  blockNumber: bigint
  blockHash: Hex
  succeeded: boolean
  gasUsed: bigint
  /** Wei per gas. */
  gasPriceWei: bigint
  logs: { address: Address; topics: [Hex, ...Hex[]] | []; data: Hex }[]
}

const quantity = z.string().regex(/^0x[0-9a-fA-F]+$/)
const receiptSchema = z.object({
  status: quantity,
  blockNumber: quantity,
  blockHash: bytes32,
  gasUsed: quantity,
  effectiveGasPrice: quantity,
  logs: z.array(z.object({ address, topics: z.array(bytes32), data: hexString })),
})

/**
 * The receipt of a transaction; null where neither provider has one in a block up to the pinned one.
 * @throws ProvidersDisagree while only one of them knows it, or they name different blocks: undecided, look again
 */
export async function readInclusion(quorum: Quorum, hash: Hex): Promise<Inclusion | null> {
  const answers = await Promise.all(
    quorum.providers.map((provider) => provider.request('eth_getTransactionReceipt', [hash])),
  )
  const [first, second] = answers.map(receiptOrNull)
  if (first === undefined || second === undefined) throw new ProviderUnavailable('Two providers must be asked')
  if (first === null && second === null) return null
  if (first === null || second === null || first.blockHash !== second.blockHash || first.status !== second.status) {
    throw new ProvidersDisagree('The providers disagree about a receipt')
  }
  const blockNumber = hexToBigInt(first.blockNumber as Hex)
  if (blockNumber > quorum.pin.number) throw new ProvidersDisagree('A receipt is newer than the block both know')
  return {
    hash,
    blockNumber,
    blockHash: first.blockHash,
    succeeded: hexToBigInt(first.status as Hex) === 1n,
    gasUsed: hexToBigInt(first.gasUsed as Hex),
    gasPriceWei: hexToBigInt(first.effectiveGasPrice as Hex),
    logs: first.logs.map((log) => ({ ...log, topics: nonEmpty(log.topics) })),
  }
}

function receiptOrNull(answer: unknown) {
  if (answer === null) return null
  const parsed = receiptSchema.safeParse(answer)
  if (!parsed.success) throw new ProviderUnavailable('A receipt is undecodable')
  return parsed.data
}

function nonEmpty(topics: Hex[]): [Hex, ...Hex[]] | [] {
  const [first, ...rest] = topics
  return first === undefined ? [] : [first, ...rest]
}

/** What the vault measured for one execution; null where the transaction traded nothing of it. */
export function executedIn(
  inclusion: Inclusion,
  vault: Address,
  mandateId: Hex,
  executionIndex: number,
): { amountIn: bigint; amountOut: bigint; oracleOut: bigint } | null {
  if (!inclusion.succeeded) return null
  // viem reads only address, topics and data of a log.
  const logs = inclusion.logs.filter((log) => log.address === vault).map((log) => ({ ...unplaced, ...log }))
  const events = parseEventLogs({ abi: vaultAbi, eventName: 'Executed', logs })
  const event = events.find(({ args }) => args.mandateId === mandateId && args.executionIndex === executionIndex)
  return event === undefined ? null : event.args
}

const unplaced = {
  blockHash: null,
  blockNumber: null,
  logIndex: null,
  transactionHash: null,
  transactionIndex: null,
  removed: false,
} as const

/** A block by its number, agreed by both providers; `timestamp` in seconds. */
export async function readBlock(quorum: Quorum, number: bigint): Promise<{ hash: Hex; timestamp: number }> {
  const block = await askBoth(quorum, 'eth_getBlockByNumber', [`0x${number.toString(16)}`, false])
  const parsed = z.object({ hash: bytes32, timestamp: quantity }).safeParse(block)
  if (!parsed.success) throw new ProviderUnavailable('A block is undecodable')
  return { hash: parsed.data.hash, timestamp: hexToNumber(parsed.data.timestamp as Hex) }
}
