import { formatUsd } from '../chain/format.ts'
import { type Finding, type OrderGuardInput, pass, refuse } from './guard.ts'
import { oracleQuote, valueUsd } from './oracle-bound.ts'

/** Mirrors `Meters.charged`, volume first. The meter as of the snapshot; it only drains until the order runs. */
export function volumeFits({ vault, assets, mandate, order }: OrderGuardInput): Finding {
  const result = oracleQuote(assets, mandate.sell, mandate.buy)
  if (!result.ok) return result.finding
  const sum = vault.volumeUsedUsd + valueUsd(result.quote, order.amountIn)
  return sum <= vault.limits.volumeCapacityUsd
    ? pass
    : refuse('VolumeExceeded', `It would use ${formatUsd(sum)} of ${formatUsd(vault.limits.volumeCapacityUsd)}.`)
}
