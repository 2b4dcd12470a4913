// Bundles of one transaction, one for each block of its window: what relays that know no windows are given.
import { type Hex, hexToBytes, keccak256, stringToBytes, toHex } from 'viem'
import { z } from 'zod'
import { redact } from '../redact.ts'
import { RelayError } from './errors.ts'
import type { RelayClient } from './json-rpc.ts'
import type { PrivateOrder, RelaySimulation } from './relay.ts'

/** `eth_sendBundle` as all of its dialects take it (docs.flashbots.net, JSON-RPC endpoints). */
export interface BlockBundle {
  txs: readonly Hex[]
  blockNumber: Hex
  /** Seconds. */
  maxTimestamp: number
  replacementUuid: string
}

/** The order for one block; a resend replaces itself and no other block's bundle. */
export function bundleFor({ bytes, hash, deadline }: PrivateOrder, block: bigint): BlockBundle {
  return {
    txs: [bytes],
    blockNumber: toHex(block),
    maxTimestamp: deadline,
    replacementUuid: replacementUuid(hash, block),
  }
}

export function blocksOf({ firstBlock, lastBlock }: PrivateOrder): bigint[] {
  return Array.from(
    { length: Math.max(0, Number(lastBlock - firstBlock) + 1) },
    (_, offset) => firstBlock + BigInt(offset),
  )
}

/** A version 4 UUID that follows from transaction and block, the same in every isolate. */
export function replacementUuid(hash: Hex, block: bigint): string {
  const bytes = hexToBytes(keccak256(stringToBytes(`${hash}:${block}`))).slice(0, 16)
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  const variant = ((Number.parseInt(digits.charAt(16), 16) & 0x3) | 0x8).toString(16)
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20, 32)}`
}

/**
 * Hands over one block after the other. A block that has passed for the relay is skipped. Once a block is taken the order counts
 * as sent, whatever the relay says to the later ones: the next hand-over, a block later, makes up for them.
 *
 * @throws RelayError the last one, if no block was taken
 */
export async function sendForEachBlock(order: PrivateOrder, send: (block: bigint) => Promise<void>): Promise<void> {
  let taken = false
  let failure: RelayError | null = null
  for (const block of blocksOf(order)) {
    try {
      await send(block)
      taken = true
    } catch (error) {
      if (!(error instanceof RelayError)) throw error
      failure = error
      if (error.name !== 'Excluded') break
    }
  }
  if (!taken && failure !== null) throw failure
}

/**
 * Takes back each block's bundle; a block that has passed for the relay needs none.
 *
 * @throws RelayError the first one: then some of them may still stand
 */
export async function cancelEachBlock(order: PrivateOrder, cancel: (block: bigint) => Promise<unknown>): Promise<true> {
  for (const block of blocksOf(order)) {
    try {
      await cancel(block)
    } catch (error) {
      if (!(error instanceof RelayError && error.name === 'Excluded')) throw error
    }
  }
  return true
}

/** The hash under which builders list a bundle of this one transaction: the hash of its transactions' hashes. */
export function bundleHash({ hash }: PrivateOrder): Hex {
  return keccak256(hash)
}

const simulationSchema = z.object({
  results: z
    .array(z.object({ gasUsed: z.coerce.bigint(), error: z.string().nullish(), revert: z.string().nullish() }))
    .min(1),
})

/**
 * What an answer to `eth_callBundle` says of the order. Absent and null both mean that nothing failed.
 *
 * @throws RelayError `Unknown` where it cannot be read: a relay that talks nonsense must not hold an order back
 */
export function readSimulation(relay: string, url: string, answer: unknown): RelaySimulation {
  const result = simulationSchema.safeParse(answer).data?.results[0]
  if (result === undefined) throw new RelayError('Unknown', relay, 'gave a simulation that cannot be read')
  const { gasUsed, revert, error } = result
  if ((revert ?? error ?? null) === null) return { ok: true, gasUsed }
  return { ok: false, reason: redact(revert || error || 'reverted', url).slice(0, 300) }
}

/** `eth_callBundle` on the newest block, for the first block of the window. */
export async function callBundle(client: RelayClient, order: PrivateOrder): Promise<RelaySimulation> {
  const parameters = { txs: [order.bytes], blockNumber: toHex(order.firstBlock), stateBlockNumber: 'latest' }
  return readSimulation(client.relay, client.url, await client.call('eth_callBundle', [parameters]))
}
