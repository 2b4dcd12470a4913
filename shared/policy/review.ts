import { formatUsd } from '../chain/format.ts'
import { type Finding, type OrderGuardInput, pass, refuse } from './guard.ts'
import { oracleQuote, valueUsd } from './oracle-bound.ts'

/** Mirrors the vault's automatic limit: above it an order needs reviewers, whom the agent does not speak for. */
export function withinAutomaticLimit({ vault, assets, mandate, order }: OrderGuardInput): Finding {
  const result = oracleQuote(assets, mandate.sell, mandate.buy)
  if (!result.ok) return result.finding
  const value = valueUsd(result.quote, order.amountIn)
  return value <= vault.limits.automaticLimitUsd
    ? pass
    : refuse(
        'ReviewRequired',
        `It is worth ${formatUsd(value)}; the automatic limit is ${formatUsd(vault.limits.automaticLimitUsd)}.`,
      )
}
