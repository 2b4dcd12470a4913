import { minimum } from '../chain/units.ts'
import type { AssetState } from '../schema/snapshot.ts'
import { type Finding, type OrderGuardInput, pass, refuse } from './guard.ts'
import { assetOf } from './oracle-bound.ts'

/** What the vault may spend of an asset: booked, and really there. Base units. Mirrors the vault's `trade`. */
export function available(asset: AssetState): bigint {
  return minimum(asset.booked, asset.balance)
}

/** Mirrors the check before the trade: the books must hold the input. */
export function balanceSuffices({ assets, mandate, order }: OrderGuardInput): Finding {
  const sold = assetOf(assets, mandate.sell)
  if (sold === undefined) return refuse('AssetUnknown', `${mandate.sell} is not listed.`)
  return order.amountIn <= available(sold)
    ? pass
    : refuse('InsufficientBalance', `The vault holds ${available(sold)} of ${mandate.sell}.`)
}
