import { formatUsd } from '../chain/format.ts'
import { type Finding, type OrderGuardInput, pass, refuse } from './guard.ts'
import { lossUsd, oracleQuote } from './oracle-bound.ts'

/**
 * Predicts `Meters.charged`: the vault charges what it measures after the trade, which here is the plan's output. The meter
 * as of the snapshot; it only drains until the order runs.
 */
export function lossFits({ vault, assets, mandate, order }: OrderGuardInput): Finding {
  const result = oracleQuote(assets, mandate.sell, mandate.buy)
  if (!result.ok) return result.finding
  const loss = lossUsd(result.quote, order.amountIn, order.expectedOut)
  const sum = vault.lossUsedUsd + loss
  return loss === 0n || sum <= vault.limits.lossCapacityUsd
    ? pass
    : refuse('LossExceeded', `It would use ${formatUsd(sum)} of ${formatUsd(vault.limits.lossCapacityUsd)}.`)
}
