import type { Address } from 'viem'
import type { ChainDefinition } from '../../../shared/chain/chains/chain.ts'
import { displayToken, formatAmount, formatBps } from '../../../shared/chain/format.ts'
import { basisPointsOfOne } from '../../../shared/chain/units.ts'
import { assetOf, type OracleQuote, valueUsd } from '../../../shared/policy/oracle-bound.ts'
import { shortfallBps } from '../../../shared/policy/shortfall.ts'
import type { DecisionInput } from '../../../shared/schema/decision.ts'
import type { PlannedOrder } from './order.ts'
import type { Cap } from './size.ts'

/** What a sentence about a trade tells. */
interface Trade {
  quote: OracleQuote
  order: PlannedOrder
  /** Base units of the sold token. */
  wanted: bigint
  cap: Cap | null
}

/**
 * "Sell at most 40,000 USDC for at least 14.61 WETH, 0.12 % below oracle, using 12 % of the volume meter." Further
 * sentences say what made the slice smaller than wanted, and that it goes out in public.
 */
export function tradeSentence(chain: ChainDefinition, input: DecisionInput, trade: Trade): string {
  const { quote, order, wanted, cap } = trade
  const amountOf = (token: Address, amount: bigint, rounding: 'up' | 'down') =>
    formatAmount(amount, displayToken(chain, token, assetOf(input.snapshot.assets, token)?.decimals ?? 0), rounding)
  const { sell, buy } = input.mandate
  const sold = amountOf(sell, order.amountIn, 'up')
  const bought = amountOf(buy, order.minimumOut, 'down')
  const shortfall = shortfallBps(order.minimumOut, order.oracleOut)
  const distance = shortfall < 0 ? `${formatBps(-shortfall)} above oracle` : `${formatBps(shortfall)} below oracle`
  const share = volumeShare(input, quote, order)
  return [
    `Sell at most ${sold} for at least ${bought}, ${distance}, using ${share} of the volume meter.`,
    ...(cap === null ? [] : [`Shrunk from ${amountOf(sell, wanted, 'up')}: ${cap.why}.`]),
    ...(order.step === 'public' ? ['In public, as the last step: relays had it and no block held it.'] : []),
  ].join(' ')
}

function volumeShare({ snapshot }: DecisionInput, quote: OracleQuote, order: PlannedOrder): string {
  const { volumeCapacityUsd } = snapshot.vault.limits
  if (volumeCapacityUsd === 0n) return 'more than all'
  const bps = Number((valueUsd(quote, order.amountIn) * basisPointsOfOne) / volumeCapacityUsd)
  return formatBps(bps)
}
