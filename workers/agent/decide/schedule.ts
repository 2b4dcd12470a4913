import type { GuardInput } from '../../../shared/policy/guard.ts'
import { nextExecutionAt } from '../../../shared/policy/mandate-terms.ts'
import type { DecisionInput } from '../../../shared/schema/decision.ts'
import { type Stop, wait } from './stop.ts'
import { wantedBy } from './strategies/registry.ts'

/** What the strategy wants to sell now, base units. */
export function wantedNow({ strategy, mandate, snapshot, reserved, slot }: DecisionInput): bigint {
  return wantedBy({
    configuration: strategy.configuration,
    mandate,
    filled: snapshot.mandate.filled,
    reserved,
    slot,
    now: snapshot.timestamp,
  })
}

/** Why the schedule wants nothing now, or may not have it yet; null when the slice is due. */
export function notDue(input: DecisionInput, { progress, mandate, at }: GuardInput, wanted: bigint): Stop | null {
  if (wanted > 0n) {
    const next = nextExecutionAt(mandate, progress.lastExecution)
    return at < next ? wait('TooSoon', `The next execution may be in ${next - at} seconds.`) : null
  }
  const left = mandate.total - progress.filled
  if (left <= 0n) return wait('NotDue', 'The mandate is filled.')
  if (left <= input.reserved) return wait('NotDue', 'A live order holds all that the mandate leaves.')
  return wait('NotDue')
}
