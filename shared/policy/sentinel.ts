import { type Finding, type OrderGuardInput, pass, refuse } from './guard.ts'

/** Mirrors the co-signature: where a sentinel is set, the agent cannot speak for it. */
export function needsNoSentinel({ vault }: OrderGuardInput): Finding {
  return vault.sentinelRequired ? refuse('SentinelRequired', 'The vault has a sentinel.') : pass
}
