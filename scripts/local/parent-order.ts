import type { Address, Hash } from 'viem'
import type { TokenDefinition } from '../../shared/chain/chains/chain.ts'
import { oneToken, worstPriceScale } from '../../shared/chain/units.ts'
import { type MandateJson, mandateSchema } from '../../shared/schema/mandate.ts'
import type { Reach } from '../devnet/transactions.ts'
import { vaultAssets } from '../devnet/treasury-reading.ts'
import { openMandate } from '../devnet/treasury-signatures.ts'
import type { ApiClient } from './api-client.ts'

/** A strategy whose mandate is on chain, and when its first slice is due (seconds, chain time). */
export interface ParentOrder {
  strategyId: Hash
  start: number
}

export interface OrderTerms {
  sell: TokenDefinition
  buy: TokenDefinition
  /** Base units of `sell`. */
  total: bigint
  slices: number
  intervalSeconds: number
  slippageBps: number
}

interface StrategyDraft {
  id: Hash
  mandate: MandateJson
}

/** Drafts a TWAP through the API, signs its mandate as the treasurer would, and opens it on chain. */
export async function openParentOrder(
  api: ApiClient,
  devnet: Reach,
  vault: Address,
  terms: OrderTerms,
): Promise<ParentOrder> {
  const { sell, buy, total, slices, intervalSeconds, slippageBps } = terms
  // The first full minute after the next: the cron that starts it has to find the mandate on chain first.
  const start = (Math.floor((await devnet.chainTime()) / 60) + 2) * 60
  const draft = await api.post<StrategyDraft>('/v1/strategies', {
    vault,
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
      worstPrice: (await floorPrice(devnet, vault, sell, buy)).toString(),
      orderflow: 'never-public',
    },
  })
  await openMandate(devnet, vault, mandateSchema.parse(draft.mandate))
  return { strategyId: draft.id, start }
}

/** Ten per cent below the oracle, as the mandate's hard floor: output per input in base units, times 1e36. */
async function floorPrice(devnet: Reach, vault: Address, sell: TokenDefinition, buy: TokenDefinition): Promise<bigint> {
  const assets = await vaultAssets(devnet, vault)
  const priceOf = (token: TokenDefinition): bigint => {
    const price = assets.find((asset) => asset.token === token.address)?.verdict.low ?? 0n
    if (price === 0n) throw new Error(`The vault has no price for ${token.symbol} now.`)
    return price
  }
  const rate = (priceOf(sell) * oneToken(buy.decimals) * worstPriceScale) / (priceOf(buy) * oneToken(sell.decimals))
  return (rate * 9n) / 10n
}
