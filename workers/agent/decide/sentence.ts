import type { ChainDefinition } from '../../../shared/chain/chains/chain.ts'
import { type DisplayToken, displayToken, formatAmount, formatBps } from '../../../shared/chain/format.ts'
import { basisPointsOfOne } from '../../../shared/chain/units.ts'
import { assetOf, type OracleQuote, valueUsd } from '../../../shared/policy/oracle-bound.ts'
import { shortfallBps } from '../../../shared/policy/shortfall.ts'
import type { DecisionInput } from '../../../shared/schema/decision.ts'
import type { PlannedOrder } from './order.ts'
import type { Cap } from './size.ts'

/** "Sell at most 40,000 USDC for at least 14.61 WETH, 0.12 % below oracle, using 12 % of today's volume." */
export function orderSentence(
  chain: ChainDefinition,
  input: DecisionInput,
  quote: OracleQuote,
  order: PlannedOrder,
): string {
  const sold = formatAmount(order.amountIn, tokenFor(chain, input, input.mandate.sell), 'up')
  const bought = formatAmount(order.minimumOut, tokenFor(chain, input, input.mandate.buy), 'down')
  const shortfall = shortfallBps(order.minimumOut, order.oracleOut)
  const distance = shortfall < 0 ? `${formatBps(-shortfall)} above oracle` : `${formatBps(shortfall)} below oracle`
  return `Sell at most ${sold} for at least ${bought}, ${distance}, using ${volumeShare(input, quote, order)} of today's volume.`
}

/** What the cap took from the slice. */
export function shrinkSentence(chain: ChainDefinition, input: DecisionInput, wanted: bigint, cap: Cap): string {
  return `Shrunk from ${formatAmount(wanted, tokenFor(chain, input, input.mandate.sell), 'up')}: ${cap.why}.`
}

function tokenFor(
  chain: ChainDefinition,
  { snapshot }: DecisionInput,
  address: DecisionInput['mandate']['sell'],
): DisplayToken {
  return displayToken(chain, address, assetOf(snapshot.assets, address)?.decimals ?? 0)
}

function volumeShare({ snapshot }: DecisionInput, quote: OracleQuote, order: PlannedOrder): string {
  const { volumeCapacityUsd } = snapshot.vault.limits
  if (volumeCapacityUsd === 0n) return 'more than all'
  const bps = Number((valueUsd(quote, order.amountIn) * basisPointsOfOne) / volumeCapacityUsd)
  return formatBps(bps)
}
