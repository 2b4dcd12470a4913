import { type Address, createWalletClient, type Hash, http, type PublicClient } from 'viem'
import type { HDAccount } from 'viem/accounts'
import type { ChainDefinition, TokenDefinition } from '../../shared/chain/chains/chain.ts'
import { vaultAbi } from '../../shared/chain/generated/vault.ts'
import {
  type MandateJson,
  mandateMessage,
  mandateSchema,
  typedDataTypes,
  vaultDomain,
} from '../../shared/schema/mandate.ts'
import type { ApiClient } from './api-client.ts'

/** What the demonstration order sells: whole numbers for people, base units for the chain. */
export interface ParentOrder {
  strategyId: Hash
  sell: TokenDefinition
  buy: TokenDefinition
  /** Base units of `sell`. */
  total: bigint
  slices: number
  start: number
}

export interface OrderTerms {
  sell: TokenDefinition
  buy: TokenDefinition
  total: bigint
  slices: number
  intervalSeconds: number
  slippageBps: number
  /** Seconds, chain time. */
  now: number
}

interface Surroundings {
  api: ApiClient
  client: PublicClient
  rpcUrl: string
  chain: ChainDefinition
  vault: Address
  treasurer: HDAccount
  /** Relays the signed mandate: anyone may. */
  messenger: HDAccount
}

interface StrategyDraft {
  id: Hash
  mandate: MandateJson
}

/** Drafts a TWAP through the API, signs its mandate as the treasurer would, and opens it on chain. */
export async function openParentOrder(around: Surroundings, terms: OrderTerms): Promise<ParentOrder> {
  const { sell, buy, total, slices, intervalSeconds, slippageBps, now } = terms
  // The first full minute after the next: the cron that starts it has to find the mandate on chain first.
  const start = (Math.floor(now / 60) + 2) * 60
  const draft = await around.api.post<StrategyDraft>('/v1/strategies', {
    vault: around.vault,
    name: `Sell ${sell.symbol} for ${buy.symbol} in ${slices} slices`,
    configuration: {
      kind: 'twap',
      sell: sell.address,
      buy: buy.address,
      total: total.toString(),
      maximumSlice: ((total * 3n) / (2n * BigInt(slices))).toString(),
      start,
      intervalSeconds,
      slices,
      slippageBps,
      worstPrice: (await floorPrice(around, sell, buy)).toString(),
      orderflow: 'never-public',
    },
  })
  await openMandate(around, draft.mandate)
  return { strategyId: draft.id, sell, buy, total, slices, start }
}

/** Ten per cent below the oracle, as the mandate's hard floor: output per input in base units, times 1e36. */
async function floorPrice(
  { client, vault }: Surroundings,
  sell: TokenDefinition,
  buy: TokenDefinition,
): Promise<bigint> {
  const assets = await client.readContract({ address: vault, abi: vaultAbi, functionName: 'assets' })
  const priceOf = (token: TokenDefinition): bigint => {
    const price = assets.find((asset) => asset.token === token.address)?.verdict.low ?? 0n
    if (price === 0n) throw new Error(`The vault has no price for ${token.symbol} now.`)
    return price
  }
  const rate =
    (priceOf(sell) * 10n ** BigInt(buy.decimals) * 10n ** 36n) / (priceOf(buy) * 10n ** BigInt(sell.decimals))
  return (rate * 9n) / 10n
}

async function openMandate(around: Surroundings, json: MandateJson): Promise<void> {
  const { chain, client, vault, treasurer, messenger, rpcUrl } = around
  const mandate = mandateMessage(mandateSchema.parse(json))
  const signature = await treasurer.signTypedData({
    domain: vaultDomain(chain.id, vault),
    types: typedDataTypes,
    primaryType: 'Mandate',
    message: mandate,
  })
  const wallet = createWalletClient({ account: messenger, transport: http(rpcUrl) })
  const hash = await wallet.writeContract({
    chain: null,
    address: vault,
    abi: vaultAbi,
    functionName: 'openMandate',
    args: [mandate, signature],
  })
  const receipt = await client.waitForTransactionReceipt({ hash, pollingInterval: 100 })
  if (receipt.status !== 'success') throw new Error('The mandate could not be opened on chain.')
}
