import { basisPointsOfOne, divideRoundingUp } from '../chain/units.ts'

/** Shortfall of `amount` below `reference` in basis points, to a ten-thousandth of one; negative when above. */
export function shortfallBps(amount: bigint, reference: bigint): number {
  if (reference <= 0n) throw new RangeError('A shortfall needs a positive reference.')
  const scaled = (reference - amount) * basisPointsOfOne * basisPointsOfOne
  const rounded = scaled >= 0n ? divideRoundingUp(scaled, reference) : -(-scaled / reference)
  return Number(rounded) / 10_000
}
