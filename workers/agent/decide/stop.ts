import type { Finding } from '../../../shared/policy/guard.ts'
import type { Reason } from '../../../shared/schema/decision.ts'

/** Why nothing is traded. `wait` passes with time, `refuse` needs the world to change, `latch` needs a person. */
export interface Stop {
  verdict: 'wait' | 'refuse' | 'latch'
  reason: Exclude<Reason, 'None'>
  /** A sentence for people beside the reason's own meaning; empty where there is nothing to add. */
  detail: string
}

export function wait(reason: Stop['reason'], detail = ''): Stop {
  return { verdict: 'wait', reason, detail }
}

export function refuse(reason: Stop['reason'], detail = ''): Stop {
  return { verdict: 'refuse', reason, detail }
}

/** A guard's finding as a stop; null where it passes. */
export function refusedBy({ reason, detail }: Finding): Stop | null {
  return reason === 'None' ? null : refuse(reason, detail)
}
