import type { GuardInput } from '../../../shared/policy/guard.ts'
import { nextExecutionAt } from '../../../shared/policy/mandate-terms.ts'
import type { OracleQuote } from '../../../shared/policy/oracle-bound.ts'
import type { DecisionInput } from '../../../shared/schema/decision.ts'
import { type Stop, wait } from './stop.ts'
import { wantedBy } from './strategies/registry.ts'
import { turnoverOf } from './turnover.ts'

/** What the schedule says: how much is due now, base units, and what of the market it was made from. */
export interface Schedule {
  wanted: bigint
  /** Base units of the sold token in one interval; null where nobody knows. */
  marketTurnover: bigint | null
}

export function scheduleOf(input: DecisionInput, quote: OracleQuote): Schedule {
  const { strategy, mandate, snapshot, reserved, slot } = input
  const marketTurnover = turnoverOf(input, quote)
  const wanted = wantedBy({
    configuration: strategy.configuration,
    mandate,
    filled: snapshot.mandate.filled,
    reserved,
    slot,
    now: snapshot.timestamp,
    marketTurnover,
  })
  return { wanted, marketTurnover }
}

/** Why the schedule wants nothing now, or may not have it yet; null when the slice is due. */
export function notDue(
  input: DecisionInput,
  { progress, mandate, at }: GuardInput,
  { wanted, marketTurnover }: Schedule,
): Stop | null {
  if (wanted > 0n) {
    const next = nextExecutionAt(mandate, progress.lastExecution)
    return at < next ? wait('TooSoon', `The next execution may be in ${next - at} seconds.`) : null
  }
  const left = mandate.total - progress.filled
  if (left <= 0n) return wait('NotDue', 'The mandate is filled.')
  if (left <= input.reserved) return wait('NotDue', 'A live order holds all that the mandate leaves.')
  if (input.strategy.configuration.kind === 'pov' && marketTurnover === null) {
    return wait('NotDue', 'It sells a share of the market’s turnover, and that is not known now.')
  }
  return wait('NotDue')
}
