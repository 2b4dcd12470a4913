import { z } from '@hono/zod-openapi'
import { isAddress, isAddressEqual } from 'viem'
import type { ChainDefinition } from '../../shared/chain/chains/chain.ts'
import { formatAmount, formatBps } from '../../shared/chain/format.ts'

export const displayAmount = z.string().nullable().openapi({
  example: '40,000 USDC',
  description: 'For people; null where the agent does not know the token.',
})

/** An amount with its symbol; null for a token the agent does not know, since its decimals would be a guess. */
export function showAmount(chain: ChainDefinition, token: string, amount: bigint): string | null {
  const known = isAddress(token) ? chain.tokens.find((one) => isAddressEqual(one.address, token)) : undefined
  return known === undefined ? null : formatAmount(amount, { ...known, chainId: chain.id })
}

/** Basis points as a percentage. */
export function showBps(bps: number): string {
  return formatBps(bps)
}

/** `part` of `whole` as a percentage, rounded down; nothing of nothing is nothing. */
export function showShare(part: bigint, whole: bigint): string {
  return formatBps(whole === 0n ? 0 : Number((part * 10_000n) / whole))
}
