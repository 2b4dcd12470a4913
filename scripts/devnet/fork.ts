import { getAddress } from 'viem'
import { z } from 'zod'
import type { ChainDefinition } from '../../shared/chain/chains/chain.ts'
import { chainDefinition } from '../../shared/chain/chains/known.ts'
import { accountCount, type DevnetAccounts, namedAddresses } from './accounts.ts'
import { type Anvil, startAnvil } from './anvil.ts'
import { blockGasLimit } from './block-simulation.ts'
import { DevnetError } from './errors.ts'
import { smallQuantity } from './json-rpc.ts'

/** The live chain: an anvil that forks another one. */
export interface Fork {
  anvil: Anvil
  chain: ChainDefinition
}

/** Blocks whose state stays readable, 25 minutes of them; anvil holds about a megabyte for each. */
const keptStates = 128
const probeTimeoutMilliseconds = 15_000

const answerSchema = z.object({ result: z.unknown() })

/**
 * Forks `url`, which must be a chain we have a definition of, with all the contracts that the definition names.
 * Throws DevnetError when there is nothing, something else, or an incomplete world at that address.
 */
export async function startFork(url: string, accounts: DevnetAccounts, port?: number): Promise<Fork> {
  const chain = await knownChain(url)
  await requireContracts(url, chain)
  const anvil = await startAnvil(
    [
      ...['--fork-url', url, '--no-mining', '--order', 'fifo', '--no-storage-caching', '--no-rate-limit'],
      ...['--accounts', String(accountCount), '--gas-limit', String(blockGasLimit)],
      ...['--prune-history', String(keptStates)],
    ],
    port,
  )
  try {
    // On public chains somebody has set delegations on these well-known keys: they must be plain accounts here.
    for (const { address } of namedAddresses(accounts)) await anvil.rpc.request('anvil_setCode', [address, '0x'])
    return { anvil, chain }
  } catch (error) {
    await anvil.stop()
    throw error
  }
}

async function knownChain(url: string): Promise<ChainDefinition> {
  const answered = smallQuantity.safeParse(await probe(url, 'eth_chainId', []))
  if (!answered.success) {
    throw new DevnetError('fork-unreachable', `What answers at ${origin(url)} is not an Ethereum node.`)
  }
  const chain = chainDefinition(answered.data)
  if (chain !== undefined) return chain
  throw new DevnetError(
    'chain-unknown',
    `The chain at ${origin(url)} has id ${answered.data}, and there is no shared/chain/chains/${answered.data}.ts that describes it.`,
  )
}

async function requireContracts(url: string, chain: ChainDefinition): Promise<void> {
  const contracts = [
    ...chain.tokens.flatMap(({ symbol, address, feed }) => [
      { name: symbol, address },
      { name: `the ${symbol} feed`, address: feed.source },
    ]),
    ...chain.uniswapV2.map(({ factory }) => ({ name: 'a Uniswap v2 factory', address: factory })),
    ...chain.uniswapV3.map(({ factory }) => ({ name: 'a Uniswap v3 factory', address: factory })),
  ]
  for (const { name, address } of contracts) {
    const code = await probe(url, 'eth_getCode', [getAddress(address), 'latest'])
    if (typeof code === 'string' && code.length > 2) continue
    throw new DevnetError(
      'world-missing',
      `The chain at ${origin(url)} has no contract at ${address}, where ${chain.name} should have ${name}.`,
    )
  }
}

/** One question to the chain that is to be forked. */
async function probe(url: string, method: string, params: readonly unknown[]): Promise<unknown> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      signal: AbortSignal.timeout(probeTimeoutMilliseconds),
    })
    return answerSchema.parse(await response.json()).result
  } catch (cause) {
    throw new DevnetError('fork-unreachable', `No chain answers at ${origin(url)}.`, { cause })
  }
}

/** The address without path, query or credentials: providers put keys there. */
function origin(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : 'that address, which is not a URL'
}
