import { maximum } from '../chain/units.ts'

/**
 * Mirrors `DrainingMeter.drained`: what is left of `used` after `seconds`, when the capacity drains in one `period`
 * (seconds); rounding keeps more of it.
 */
export function drained(used: bigint, seconds: bigint, capacity: bigint, period: bigint): bigint {
  return maximum(used - (capacity * seconds) / period, 0n)
}
