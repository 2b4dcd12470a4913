import { CurrencyAmount, Fraction, Percent, Token } from '@uniswap/sdk-core'
import type { Address } from 'viem'
import type { ChainDefinition } from './chains/chain.ts'
import { divideRoundingUp, oneToken, oneUsd } from './units.ts'

// Amounts and ratios for people's eyes. Nothing here is read back.

/** What it takes to write an amount. */
export interface DisplayToken {
  chainId: number
  address: Address
  decimals: number
  symbol: string
}

/** The token as the chain's definition names it; one it does not know goes by the start of its address. */
export function displayToken(chain: ChainDefinition, address: Address, decimals: number): DisplayToken {
  const known = chain.tokens.find((token) => BigInt(token.address) === BigInt(address))
  return { chainId: chain.id, address, decimals, symbol: known?.symbol ?? `${address.slice(0, 8)}…` }
}

/** Towards which side an amount may be rounded without making the sentence untrue. */
export type Direction = 'down' | 'up'

/** "40,000 USDC": six significant digits, and two after the point of large amounts. */
export function formatAmount(amount: bigint, token: DisplayToken, direction: Direction = 'down'): string {
  const wholeDigits = (amount / oneToken(token.decimals)).toString().length
  const digits = Math.max(6, wholeDigits + Math.min(2, token.decimals))
  // Rounded here, in integers: the formatter's own rounding up overlooks a tail it has already cut off.
  const unit = 10n ** BigInt(Math.max(0, amount.toString().length - digits))
  const shown = (direction === 'up' ? divideRoundingUp(amount, unit) : amount / unit) * unit
  const currency = new Token(token.chainId, token.address, token.decimals, token.symbol)
  const text = CurrencyAmount.fromRawAmount(currency, shown.toString()).toSignificant(digits + 1, {
    groupSeparator: ',',
  })
  return `${text} ${token.symbol}`
}

/** "0.12 %" of 12 basis points; the sign is kept. At most four significant digits. */
export function formatBps(bps: number): string {
  const millionths = Math.round(Math.abs(bps) * 100)
  const text = new Percent(millionths, 1_000_000).toSignificant(4)
  return `${bps < 0 && millionths > 0 ? '-' : ''}${text} %`
}

/** "1,234 USD" of USD with 18 decimals, to the dollar. */
export function formatUsd(value: bigint): string {
  return `${new Fraction(value.toString(), oneUsd.toString()).toFixed(0, { groupSeparator: ',' })} USD`
}
