import { env } from 'cloudflare:workers'
import { type Address, type Hex, hexToNumber } from 'viem'
import { z } from 'zod'
import { devnetAccounts } from '../../scripts/devnet/accounts.ts'
import { relayUrlsOf } from '../../scripts/devnet/relays/relay-urls.ts'
import type { Reach } from '../../scripts/devnet/transactions.ts'
import { devnet } from '../../shared/chain/chains/424242.ts'
import { parseRelayChoices } from '../../shared/chain/relays.ts'
import type { Env } from '../../workers/environment.ts'

const rpcUrl =
  z
    .string()
    .parse((env as Env).RPC_URLS)
    .split('/a,')[0] ?? ''

/** Where the local chain's Flashbots relay is. */
export const relayUrl = parseRelayChoices(z.string().parse((env as Env).RELAY_LADDER))[0]?.url ?? ''

/** Where each kind of relay is. */
export const relayUrls = relayUrlsOf(rpcUrl)

/** One request to the local chain, as any client would make it. */
export async function rpc(method: string, params: readonly unknown[] = []): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const response = await fetch(rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  const answer = z
    .object({ result: z.unknown(), error: z.unknown() })
    .partial()
    .parse(await response.json())
  if (answer.error !== undefined) throw new Error(`${method}: ${JSON.stringify(answer.error)}`)
  return answer.result
}

export async function mine(blocks = 1): Promise<number> {
  return z.number().parse(await rpc('devnet_mine', [blocks]))
}

export async function chainTime(): Promise<number> {
  const block = z.object({ timestamp: z.string() }).parse(await rpc('eth_getBlockByNumber', ['latest', false]))
  return hexToNumber(block.timestamp as Hex)
}

/** How many of the sender's transactions the public pool has shown. */
export async function publicSightings(sender: Address): Promise<number> {
  return z.number().parse(await rpc('devnet_publicSightings', [sender]))
}

export async function nonceOf(account: Address): Promise<number> {
  return hexToNumber(z.string().parse(await rpc('eth_getTransactionCount', [account, 'latest'])) as Hex)
}

/** What scripts/devnet needs to deploy and sign, reached over HTTP from inside workerd. */
export const reach: Reach = {
  rpcUrl,
  chain: devnet,
  accounts: devnetAccounts(),
  chainTime,
  control: {
    mine,
    setAutomine: async (on) => {
      await rpc('devnet_setAutomine', [on])
    },
    setPrice: () => {
      throw new Error('use rpc devnet_setPrice, which can be awaited')
    },
    setMarket: () => {
      throw new Error('use rpc devnet_market, which can be awaited')
    },
    publicSightings: () => {
      throw new Error('use publicSightings, which can be awaited')
    },
    setLeak: () => {
      throw new Error('use rpc devnet_leak, which can be awaited')
    },
    fund: async (token, to, amount) => {
      await rpc('devnet_fund', [token, to, amount.toString()])
    },
  },
}
