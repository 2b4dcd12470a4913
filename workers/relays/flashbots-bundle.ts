import type { FlashbotsBundleProvider } from '@flashbots/ethers-provider-bundle'
import type { FetchRequest } from 'ethers'
import { type Hex, stringToBytes } from 'viem'
import { bundleFor, bundleHash, cancelEachBlock, readSimulation, replacementUuid, sendForEachBlock } from './bundles.ts'
import { RelayError, relayErrorFrom } from './errors.ts'
import { postToRelay, resultOf, withoutReceipt } from './json-rpc.ts'
import { nothingReported, type PrivateOrder, type Relay, type RelayReport, type RelaySimulation } from './relay.ts'
import { alreadyKnown } from './wordings.ts'

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
    simulate: async (order) => typed(simulate(await provider(), url, order)),
    send: async (order) => {
      const client = await provider()
      await sendForEachBlock(order, (block) => typed(sendForBlock(client, order, block)))
    },
    status: async (order) => typed(bundleStatus(await provider(), order)),
    cancel: async (order) => {
      const client = await provider()
      return cancelEachBlock(order, (block) => typed(client.cancelBundles(replacementUuid(order.hash, block))))
    },
  }
}

/** What the client makes of an answer that it does not understand is an error of any kind: whether it was sent is unclear. */
async function typed<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof RelayError) throw error
    throw new RelayError('Unknown', name, 'gave an answer that cannot be read', { cause: error })
  }
}

async function simulate(client: FlashbotsBundleProvider, url: string, order: PrivateOrder): Promise<RelaySimulation> {
  const answer = await client.simulate([order.bytes], Number(order.firstBlock))
  if ('error' in answer) throw relayErrorFrom(name, answer.error.message)
  // Not the client's own verdict: for it, a result with `error: null` is a revert, and every error the same.
  return readSimulation(name, url, answer)
}

async function sendForBlock(client: FlashbotsBundleProvider, order: PrivateOrder, block: bigint): Promise<void> {
  const { txs, maxTimestamp, replacementUuid } = bundleFor(order, block)
  try {
    const answer = await client.sendRawBundle([...txs], Number(block), { maxTimestamp, replacementUuid })
    if ('error' in answer) throw relayErrorFrom(name, answer.error.message)
    // The client takes any result for success, and its type is a promise only.
    if (typeof answer.bundleHash !== 'string' || answer.bundleHash === '') throw withoutReceipt(name)
  } catch (error) {
    if (!(error instanceof RelayError && alreadyKnown(error.message))) throw error
  }
}

async function bundleStatus(client: FlashbotsBundleProvider, order: PrivateOrder): Promise<RelayReport> {
  const stats = await client.getBundleStatsV2(bundleHash(order), Number(order.firstBlock))
  if ('error' in stats) return nothingReported
  return stats.isSimulated || 'receivedAt' in stats ? { ...nothingReported, status: 'pending' } : nothingReported
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

/** Our own headers, time-outs and error classes in place of the client's: a refusal leaves here typed. */
async function deliver(request: FetchRequest) {
  const body = new TextDecoder().decode(request.body ?? new Uint8Array())
  const headers = {
    'content-type': request.getHeader('content-type'),
    'x-flashbots-signature': request.getHeader('x-flashbots-signature'),
  }
  const answer = await postToRelay(name, request.url, body, headers)
  resultOf(name, request.url, answer)
  return { statusCode: answer.status, statusMessage: '', headers: {}, body: stringToBytes(answer.text) }
}
