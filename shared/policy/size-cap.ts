import { formatUsd } from '../chain/format.ts'
import { basisPointsOfOne, divideRoundingUp, minimum } from '../chain/units.ts'
import type { AssetState, VaultState } from '../schema/snapshot.ts'
import { type Finding, type OrderGuardInput, pass, refuse } from './guard.ts'
import { assetOf, oracleQuote, valueUsd } from './oracle-bound.ts'

/** The vault keeps what volatility leaves of the cap in parts of this. */
const fullSize = 255n

/** Mirrors `OracleBound.requireWithinCap`: the static cap, scaled down by the more volatile of the two tokens. USD. */
export function sizeCapUsd(vault: VaultState, ...pair: [sold: AssetState, bought: AssetState]): bigint {
  // Basis points round the vault's own parts down; up again gives exactly these.
  const [sold, bought] = pair.map(({ sizeFactorBps }) =>
    divideRoundingUp(BigInt(sizeFactorBps) * fullSize, basisPointsOfOne),
  )
  return (vault.limits.sizeCapUsd * minimum(sold ?? 0n, bought ?? 0n)) / fullSize
}

export function withinSizeCap({ vault, assets, mandate, order }: OrderGuardInput): Finding {
  const result = oracleQuote(assets, mandate.sell, mandate.buy)
  if (!result.ok) return result.finding
  const [sold, bought] = [assetOf(assets, mandate.sell), assetOf(assets, mandate.buy)]
  const cap = sold === undefined || bought === undefined ? 0n : sizeCapUsd(vault, sold, bought)
  const value = valueUsd(result.quote, order.amountIn)
  return value <= cap
    ? pass
    : refuse('SizeCapExceeded', `It is worth ${formatUsd(value)}; the cap is ${formatUsd(cap)}.`)
}
