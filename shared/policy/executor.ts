import { type Finding, type GuardInput, type OrderGuardInput, pass, refuse } from './guard.ts'

/** Mirrors `Gate.requireHeldBy`. */
export function executorHolds({ vault, caller, at }: GuardInput): Finding {
  if (BigInt(caller) !== BigInt(vault.executor)) return refuse('NotExecutor', `The executor is ${vault.executor}.`)
  if (at >= vault.executorExpiry) return refuse('ExecutorExpired', `The key expired at ${vault.executorExpiry}.`)
  return pass
}

/** Mirrors `Gate.requireEpoch`. */
export function epochMatches({ vault, order }: OrderGuardInput): Finding {
  return order.epoch === vault.epoch ? pass : refuse('WrongEpoch', `The epoch is ${vault.epoch}.`)
}
