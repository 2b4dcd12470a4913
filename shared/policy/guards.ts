import type { GuardVerdict } from '../schema/decision.ts'
import { balanceSuffices } from './balance.ts'
import { checkpointFresh } from './checkpoint.ts'
import { epochMatches, executorHolds } from './executor.ts'
import { gateOpen } from './gate.ts'
import { type DraftOrder, type Guard, type GuardInput, verdictOf } from './guard.ts'
import { lossFits } from './loss.ts'
import { mandateLive, sliceWithinMandate, worstPriceKept } from './mandate-terms.ts'
import { modelMayTrade } from './model.ts'
import { oracleBoundKept, pricesKnown } from './oracle-bound.ts'
import { deadlineInReach, indexMatches, legsAddUp } from './order-terms.ts'
import { outputSuffices } from './output.ts'
import { refillSuffices } from './refill.ts'
import { withinAutomaticLimit } from './review.ts'
import { needsNoSentinel } from './sentinel.ts'
import { withinSizeCap } from './size-cap.ts'
import { volumeFits } from './volume.ts'

/** The vault's guards, one a line, in the order in which `execute` asks them. */
export const guards: readonly Guard[] = [
  { rule: 'gate', needsOrder: false, judge: gateOpen },
  { rule: 'executor', needsOrder: false, judge: executorHolds },
  { rule: 'epoch', needsOrder: true, judge: epochMatches },
  { rule: 'deadline', needsOrder: true, judge: deadlineInReach },
  { rule: 'execution-index', needsOrder: true, judge: indexMatches },
  { rule: 'mandate', needsOrder: false, judge: mandateLive },
  { rule: 'slice', needsOrder: true, judge: sliceWithinMandate },
  { rule: 'worst-price', needsOrder: true, judge: worstPriceKept },
  { rule: 'legs', needsOrder: true, judge: legsAddUp },
  { rule: 'checkpoint', needsOrder: false, judge: checkpointFresh },
  { rule: 'model', needsOrder: false, judge: modelMayTrade },
  { rule: 'prices', needsOrder: false, judge: pricesKnown },
  { rule: 'oracle-bound', needsOrder: true, judge: oracleBoundKept },
  { rule: 'size-cap', needsOrder: true, judge: withinSizeCap },
  { rule: 'review', needsOrder: true, judge: withinAutomaticLimit },
  { rule: 'sentinel', needsOrder: true, judge: needsNoSentinel },
  { rule: 'refill', needsOrder: true, judge: refillSuffices },
  { rule: 'balance', needsOrder: true, judge: balanceSuffices },
  { rule: 'output', needsOrder: true, judge: outputSuffices },
  { rule: 'volume', needsOrder: true, judge: volumeFits },
  { rule: 'loss', needsOrder: true, judge: lossFits },
]

/**
 * What every guard says, also those behind one that refuses. The first verdict that is not None is the vault's refusal.
 * Without an order, only the guards that need none are asked.
 */
export function judgeAll(input: GuardInput, order: DraftOrder | null): GuardVerdict[] {
  return guards.flatMap((guard) => {
    if (!guard.needsOrder) return [verdictOf(guard.rule, guard.judge(input))]
    return order === null ? [] : [verdictOf(guard.rule, guard.judge({ ...input, order }))]
  })
}

/** The verdict with which the vault would revert; undefined when it would let the order through. */
export function firstRefusal(verdicts: readonly GuardVerdict[]): GuardVerdict | undefined {
  return verdicts.find(({ reason }) => reason !== 'None')
}
