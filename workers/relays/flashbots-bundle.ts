import type { FlashbotsBundleProvider } from '@flashbots/ethers-provider-bundle'
import type { FetchRequest } from 'ethers'
import { type Hex, hexToBytes, keccak256, stringToBytes } from 'viem'
import { alreadyKnown, relayErrorFrom } from './errors.ts'
import { postToRelay, resultOf } from './json-rpc.ts'
import { nothingReported, type PrivateOrder, type Relay, type RelayReport } from './relay.ts'

const name = 'flashbots-bundle'

/**
 * Bundles of one transaction through Flashbots' own client, one for each block of the window. Only signed raw transactions
 * pass through it, and its `wait()` is never called: it polls for minutes, and receipts are the tracker's business.
 */
export function flashbotsBundle(url: string, authenticationKey: Hex, chainId: number): Relay {
  let opened: Promise<FlashbotsBundleProvider> | undefined
  const provider = () => {
    opened ??= openProvider(url, authenticationKey, chainId)
    return opened
  }
  return {
    name,
    simulate: async (order) => {
      const answer = await (await provider()).simulate([order.bytes], Number(order.firstBlock))
      if ('error' in answer) return { ok: false, reason: answer.error.message }
      const revert = answer.firstRevert
      if (revert === undefined) return { ok: true, gasUsed: BigInt(answer.totalGasUsed) }
      return { ok: false, reason: 'revert' in revert ? revert.revert : 'reverted' }
    },
    send: async (order) => {
      const client = await provider()
      for (const block of blocksOf(order)) await sendForBlock(client, order, block)
    },
    status: async (order) => bundleStatus(await provider(), order),
    cancel: async (order) => {
      const client = await provider()
      const answers = await Promise.all(
        blocksOf(order).map((block) => client.cancelBundles(replacementId(order.hash, block))),
      )
      return answers.every((answer) => !('error' in answer))
    },
  }
}

function blocksOf({ firstBlock, lastBlock }: PrivateOrder): bigint[] {
  return Array.from(
    { length: Math.max(0, Number(lastBlock - firstBlock) + 1) },
    (_, offset) => firstBlock + BigInt(offset),
  )
}

async function sendForBlock(client: FlashbotsBundleProvider, order: PrivateOrder, block: bigint): Promise<void> {
  const answer = await client.sendRawBundle([order.bytes], Number(block), {
    maxTimestamp: order.deadline,
    replacementUuid: replacementId(order.hash, block),
  })
  if ('error' in answer && !alreadyKnown(answer.error.message)) throw relayErrorFrom(name, answer.error.message)
}

async function bundleStatus(client: FlashbotsBundleProvider, order: PrivateOrder): Promise<RelayReport> {
  // A bundle's hash is the hash of its transactions' hashes.
  const stats = await client.getBundleStatsV2(keccak256(order.hash), Number(order.firstBlock))
  if ('error' in stats) return nothingReported
  return stats.isSimulated || 'receivedAt' in stats ? { ...nothingReported, status: 'pending' } : nothingReported
}

/** A version 4 UUID that follows from transaction and block, so that a resend replaces itself and nothing else. */
function replacementId(hash: Hex, block: bigint): string {
  const bytes = hexToBytes(keccak256(stringToBytes(`${hash}:${block}`))).slice(0, 16)
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  const variant = ((Number.parseInt(digits.charAt(16), 16) & 0x3) | 0x8).toString(16)
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20, 32)}`
}

/** Loaded on first use: most isolates never send a bundle, and ethers costs start-up time. */
async function openProvider(url: string, authenticationKey: Hex, chainId: number): Promise<FlashbotsBundleProvider> {
  const [{ FlashbotsBundleProvider }, { FetchRequest, JsonRpcProvider, Network, Wallet }] = await Promise.all([
    import('@flashbots/ethers-provider-bundle'),
    import('ethers'),
  ])
  const network = Network.from(chainId)
  const connection = new FetchRequest(url)
  connection.getUrlFunc = deliver
  // The client wants a chain provider for `wait()` and for transactions it signs itself; we use neither.
  const unused = new JsonRpcProvider(url, network, { staticNetwork: network })
  return FlashbotsBundleProvider.create(unused, new Wallet(authenticationKey), connection, network)
}

/** Our own time-outs and error classes in place of the client's: a refusal leaves here typed. */
async function deliver(request: FetchRequest) {
  const body = new TextDecoder().decode(request.body ?? new Uint8Array())
  const answer = await postToRelay(name, request.url, body, { ...request.headers })
  resultOf(name, request.url, answer)
  return { statusCode: answer.status, statusMessage: '', headers: {}, body: stringToBytes(answer.text) }
}
