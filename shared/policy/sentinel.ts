import { type Finding, type OrderGuardInput, pass, refuse } from './guard.ts'

/** Mirrors the co-signature: where a sentinel is set, the agent cannot speak for it. */
export function needsNoSentinel({ vault }: OrderGuardInput): Finding {
  return vault.sentinelRequired
    ? refuse('SentinelRequired', 'The agent cannot speak for it, so nothing trades while the vault has one.')
    : pass
}
