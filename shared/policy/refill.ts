import { maximum } from '../chain/units.ts'
import { type Finding, type GuardInput, type OrderGuardInput, pass, refuse } from './guard.ts'
import { drained } from './meter.ts'

/** What a standing mandate lets in at `at`, base units; null for a one-off, which has no such limit. */
export function refillLeft({ mandate, refill, at }: Pick<GuardInput, 'mandate' | 'refill' | 'at'>): bigint | null {
  const { refillAmount, refillPeriod } = mandate
  if (refillPeriod === 0) return null
  const elapsed = BigInt(Math.max(at - refill.updatedAt, 0))
  return maximum(refillAmount - drained(refill.used, elapsed, refillAmount, BigInt(refillPeriod)), 0n)
}

/** Mirrors `MandateTerms.requireRefill`. */
export function refillSuffices(input: OrderGuardInput): Finding {
  const left = refillLeft(input)
  return left === null || input.order.amountIn <= left ? pass : refuse('RefillExceeded', `${left} is left for now.`)
}
